import * as v from 'valibot';
import type { ClientCredential } from '../../core/credential.ts';
import { TokenRequestError } from '../../core/errors.ts';
import type { Sensitive } from '../../core/sensitive.ts';
import { decodePendingToken, type PendingToken } from '../../core/stored-token.ts';
import type { IssuedToken } from '../../core/token-response.ts';
import { parseTokenResponse } from '../../core/token-response.ts';
import { assertValidated } from '../../core/token-validation.ts';
import type { ImsTokenEndpoint } from '../../lambda/adapters/ims-token-endpoint.ts';
import { CliError, interrupted } from '../errors.ts';
import { namesOf } from '../rotator/rotator.ts';
import { formatDuration } from '../view/durations.ts';
import { explainFailure } from '../view/failure.ts';
import { type Check, check, type Finding, failed, ok, unknown } from './check.ts';
import type { Subject } from './credential-checks.ts';
import { get } from './http-get.ts';

export interface ImsOptions {
  readonly endpoint: ImsTokenEndpoint;
  /** Replaces `https://{ims_host}`. */
  readonly imsEndpointUrl: string | undefined;
  /** Whether a token is minted, which Adobe asks to do sparingly. */
  readonly mint: boolean;
}

/** Whether IMS can be reached from here, takes the stored token, and gives another. */
export function imsChecks(
  subject: Subject,
  stored: Promise<PendingToken>,
  { endpoint, imsEndpointUrl, mint }: ImsOptions,
): readonly Check[] {
  const host = subject.credential
    .then(({ imsHost }) => imsHost)
    .catch(async () => (await stored).imsHost);
  host.catch(() => undefined);
  return [
    check('IMS', async () => reachFinding(imsEndpointUrl ?? `https://${await host}`, subject)),
    check('token at IMS', async () => await validFinding(endpoint, await stored, subject)),
    check('mint', async () => {
      if (!mint)
        return unknown('not tried', 'give --mint: it costs one token, which is not stored');
      return await mintFinding(endpoint, await subject.credential, subject);
    }),
  ];
}

/** @throws CliError when there is none, or it may not be read */
export async function readStoredToken({ session, rotator, name }: Subject): Promise<PendingToken> {
  const value = await session.secrets.read(namesOf(rotator, name).token);
  if (value === undefined) throw new CliError('ERR_TOKEN_NOT_READY', 'there is no token yet');
  // It is sent to its host, which thus has to be one of Adobe's.
  const token = decodePendingToken(value.reveal(), session.now());
  if (token !== undefined) return token;
  const text = 'what is stored is not a token with its client_id and an ims_host of Adobe';
  throw new CliError('ERR_TOKEN_NOT_READY', text);
}

/** Any answer will do: what is asked for is public. */
async function reachFinding(origin: string, { session }: Subject): Promise<Finding> {
  const began = performance.now();
  try {
    const url = `${origin}/ims/.well-known/openid-configuration`;
    const { status, body } = await get(url, {}, session.signal);
    const took = Math.round(performance.now() - began);
    if (status === 200 && isDiscovery(body)) {
      return ok(`${origin} answered from here in ${took} ms`);
    }
    return failed(
      `${origin} answered ${status}, and not as IMS does`,
      'look at https://status.adobe.com, and for a proxy on the way (HTTPS_PROXY)',
    );
  } catch (error) {
    if (session.signal.aborted) throw error;
    return failed(
      `${origin} is not reachable from here: ${(error as Error).message}`,
      'look at the network and HTTPS_PROXY; the function may have another way out',
    );
  }
}

/** @see https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationResponse */
function isDiscovery(body: string): boolean {
  try {
    return v.is(v.object({ token_endpoint: v.string() }), JSON.parse(body));
  } catch {
    return false;
  }
}

async function validFinding(
  endpoint: ImsTokenEndpoint,
  { accessToken, clientId, imsHost }: PendingToken,
  { session, name }: Subject,
): Promise<Finding> {
  try {
    const token = { accessToken, clientId, imsHost };
    const response = await endpoint.validate(token, session.signal);
    assertValidated(response, clientId, session.now());
    return ok('IMS takes the stored token');
  } catch (error) {
    if (session.signal.aborted) throw interrupted();
    if (!(error instanceof TokenRequestError)) throw error;
    // Any other answer than one of IMS's own says nothing of the token.
    if (error.code !== 'ERR_TOKEN_INVALID' || error.details.status !== 200) {
      return unknown(error.message);
    }
    return failed(
      'IMS does not take the stored token: it has ended, or was revoked',
      `ims-token-rotator renew ${name} --force`,
    );
  }
}

async function mintFinding(
  endpoint: ImsTokenEndpoint,
  credential: ClientCredential,
  subject: Subject,
): Promise<Finding> {
  let refused: Finding | undefined;
  for (const [index, clientSecret] of credential.clientSecrets.entries()) {
    try {
      const { lifetime } = await request(endpoint, { ...credential, clientSecret }, subject);
      const which = credential.clientSecrets.length === 1 ? '' : ` for client secret ${index + 1}`;
      return ok(`IMS issued a token of ${formatDuration(lifetime)}${which}; it is not stored`);
    } catch (error) {
      if (subject.session.signal.aborted) throw interrupted();
      if (!(error instanceof TokenRequestError)) throw error;
      const { imsError, debugId } = error.details;
      if (error.transient) return unknown(error.message);
      if (imsError === undefined) return unknown(`${error.message}, as IMS itself would not`);
      const code = `${error.code}/${imsError}`;
      const { words, fix } = explainFailure(code, subject.name);
      refused = failed(`${words} (${code}${debugId === undefined ? '' : `, ${debugId}`})`, fix);
      if (imsError !== 'invalid_client') break;
    }
  }
  return refused ?? unknown('the credential has no client secret');
}

async function request(
  endpoint: ImsTokenEndpoint,
  grant: Omit<ClientCredential, 'clientSecrets'> & { readonly clientSecret: Sensitive },
  { session }: Subject,
): Promise<IssuedToken> {
  const requestedAt = session.now();
  const response = await endpoint.request(grant, session.signal);
  return parseTokenResponse(response, { ...grant, requestedAt });
}
