import { tryClientSecrets } from '../../core/client-secrets.ts';
import type { ClientCredential } from '../../core/credential.ts';
import { TokenRequestError } from '../../core/errors.ts';
import type { Sensitive } from '../../core/sensitive.ts';
import { type IssuedToken, parseTokenResponse } from '../../core/token-response.ts';
import { ImsTokenEndpoint } from '../../lambda/adapters/ims-token-endpoint.ts';
import { adobeFix } from '../adobe/failure.ts';
import { CliError, interrupted } from '../errors.ts';
import type { Session } from '../session.ts';
import { formatDuration } from '../view/durations.ts';

// Seconds.
const timeouts = { connect: 5, headers: 10, total: 20 };

/** IMS, as the function calls it. @param imsEndpointUrl replaces `https://{ims_host}` */
export function openIms(
  { network: { proxy } }: Session,
  imsEndpointUrl: string | undefined,
): ImsTokenEndpoint {
  return new ImsTokenEndpoint({ imsEndpointUrl, timeouts, proxy });
}

interface Tried {
  readonly tried?: readonly Sensitive[] | undefined;
  readonly known?: readonly Sensitive[] | undefined;
}

/**
 * Mints a token that is not stored.
 *
 * @param also the client secrets to try, by default all; and others that IMS may repeat, too
 * @returns it, and the position of the client secret that IMS accepted, from 1
 * @throws TokenRequestError
 */
export async function mintOnce(
  endpoint: ImsTokenEndpoint,
  credential: ClientCredential,
  { now, signal }: Session,
  { tried = credential.clientSecrets, known = [] }: Tried = {},
): Promise<{ readonly result: IssuedToken; readonly position: number }> {
  const clientSecrets = [...credential.clientSecrets, ...known];
  return await tryClientSecrets(tried, async (clientSecret) => {
    const grant = { ...credential, clientSecret, clientSecrets, requestedAt: now() };
    return parseTokenResponse(await endpoint.request(grant, signal), grant);
  });
}

/**
 * Proves at IMS that a credential works, before it is stored.
 *
 * @returns the proof, for people
 * @throws CliError with the code of IMS's failure
 */
export async function proveCredential(
  session: Session,
  name: string,
  credential: ClientCredential,
  imsEndpointUrl: string | undefined,
): Promise<string> {
  await using endpoint = openIms(session, imsEndpointUrl);
  try {
    const { result, position } = await mintOnce(endpoint, credential, session);
    const which = credential.clientSecrets.length === 1 ? '' : ` for client secret ${position}`;
    return `IMS issued a token of ${formatDuration(result.lifetime)}${which}, which is not stored`;
  } catch (error) {
    if (session.signal.aborted) throw interrupted('nothing was stored');
    if (!(error instanceof TokenRequestError)) throw error;
    const fix = adobeFix(error, name, session.options);
    // The credential may not exist yet, so that only this command can store it.
    const again = fix.replace(
      /correct it in the Adobe Developer Console, then: ims-token-rotator put-credential .*$/,
      'compare the file with the credential in the Adobe Developer Console, then run this command again',
    );
    throw new CliError(error.code, `${error.message}; nothing was stored`, again, { cause: error });
  }
}
