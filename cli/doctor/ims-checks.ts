import * as v from 'valibot';
import type { ClientCredential } from '../../core/credential.ts';
import { TokenRequestError } from '../../core/errors.ts';
import { formatFailureCode } from '../../core/status.ts';
import type { PendingToken } from '../../core/stored-token.ts';
import { assertValidated } from '../../core/token-validation.ts';
import type { ImsTokenEndpoint } from '../../lambda/adapters/ims-token-endpoint.ts';
import { lastingFault } from '../../lambda/adapters/network-fault.ts';
import { reasonOf } from '../../lambda/adapters/response-parts.ts';
import { interrupted } from '../errors.ts';
import { mintOnce } from '../rotator/mint-once.ts';
import { formatDuration } from '../view/durations.ts';
import { networkFix } from '../view/network-fix.ts';
import { type Check, check, type Finding, failed, ok, unknown } from './check.ts';
import { explain } from './explain.ts';
import { get } from './http-get.ts';
import { renewalAdvice } from './renewal-advice.ts';
import type { Subject } from './subject.ts';

export interface ImsOptions {
  readonly endpoint: ImsTokenEndpoint;
  /** Replaces `https://{ims_host}`. */
  readonly imsEndpointUrl: string | undefined;
  /** Mint a token, which Adobe asks to do sparingly. */
  readonly mint: boolean;
}

/** Checks that IMS is reachable from here, accepts the stored token, and issues another. */
export function imsChecks(
  subject: Subject,
  { endpoint, imsEndpointUrl, mint }: ImsOptions,
): readonly Check[] {
  const { credential, stored } = subject;
  const host = credential.then(({ imsHost }) => imsHost).catch(async () => (await stored).imsHost);
  host.catch(() => undefined);
  return [
    check('IMS', async () => reachFinding(imsEndpointUrl ?? `https://${await host}`, subject)),
    check('token at IMS', async () => await validFinding(endpoint, await stored, subject)),
    check('mint', async () => {
      if (!mint) {
        return unknown('not attempted', 'give --mint: it costs one token, which is not stored');
      }
      return await mintFinding(endpoint, await credential, subject);
    }),
  ];
}

/** Requests a public document, so no token is needed. */
async function reachFinding(origin: string, { session }: Subject): Promise<Finding> {
  const began = performance.now();
  try {
    const url = `${origin}/ims/.well-known/openid-configuration`;
    const { status, body } = await get(url, {}, session);
    const took = Math.round(performance.now() - began);
    if (status === 200 && isDiscovery(body)) {
      return ok(`${origin} responds in ${took} ms`);
    }
    return failed(
      `${origin} responded with ${status}, not as IMS does`,
      'check https://status.adobe.com, and for a proxy on the way (HTTPS_PROXY)',
    );
  } catch (error) {
    if (session.signal.aborted) throw error;
    return failed(
      // It may quote all names of a certificate.
      `${origin} is unreachable from here: ${reasonOf(error, [])}`,
      networkFix[lastingFault(error) ?? 'passing'],
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
  subject: Subject,
): Promise<Finding> {
  const { session, credential } = subject;
  // IMS may repeat them, too. Whoever may not read them has this check show less: what is in one piece.
  const clientSecrets = await credential.then((read) => read.clientSecrets).catch(() => []);
  try {
    const token = { accessToken, clientId, imsHost, clientSecrets };
    const response = await endpoint.validate(token, session.signal);
    assertValidated(response, token, session.now());
    return ok('IMS accepts the stored token');
  } catch (error) {
    if (session.signal.aborted) throw interrupted();
    if (!(error instanceof TokenRequestError)) throw error;
    // Only a response of IMS itself says anything about the token.
    if (error.code !== 'ERR_TOKEN_INVALID' || error.details.status !== 200) {
      return unknown(error.message);
    }
    return failed(
      'IMS rejects the stored token: it has expired or was revoked',
      await renewalAdvice(subject),
    );
  }
}

async function mintFinding(
  endpoint: ImsTokenEndpoint,
  credential: ClientCredential,
  subject: Subject,
): Promise<Finding> {
  const { session } = subject;
  const { clientSecrets } = credential;
  try {
    const { result, position } = await mintOnce(endpoint, credential, session);
    const which = clientSecrets.length === 1 ? '' : ` for client secret ${position}`;
    return ok(`IMS issued a token of ${formatDuration(result.lifetime)}${which}; it is not stored`);
  } catch (error) {
    if (session.signal.aborted) throw interrupted();
    if (!(error instanceof TokenRequestError)) throw error;
    return await rejectionFinding(error, subject);
  }
}

async function rejectionFinding(error: TokenRequestError, subject: Subject): Promise<Finding> {
  const { imsError, debugId } = error.details;
  if (error.transient) return unknown(error.message);
  // IMS gives an error code with every rejection; a proxy does not.
  if (imsError === undefined) return unknown(`${error.message}, which IMS itself would not send`);
  const failure = { code: error.code, imsError };
  const { words, fix } = await explain(subject, failure);
  const code = [formatFailureCode(failure), debugId].filter(Boolean).join(', ');
  return failed(`${words} (${code})`, fix);
}
