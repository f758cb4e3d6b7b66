import * as v from 'valibot';
import type { ImsTokenEndpoint } from '../../lambda/adapters/ims-token-endpoint.ts';
import type { ClientCredential } from '../../lambda/core/credential.ts';
import { defaultImsHost } from '../../lambda/core/credential.ts';
import { RenewalError, TokenRequestError } from '../../lambda/core/errors.ts';
import { Sensitive } from '../../lambda/core/sensitive.ts';
import type { IssuedToken } from '../../lambda/core/token-response.ts';
import { parseTokenResponse } from '../../lambda/core/token-response.ts';
import { assertValidated } from '../../lambda/core/token-validation.ts';
import { CliError } from '../errors.ts';
import { namesOf } from '../rotator.ts';
import { formatDuration } from '../view/durations.ts';
import { explainFailure } from '../view/failure.ts';
import { type Check, check, type Finding, failed, ok, unknown } from './check.ts';
import type { Subject } from './credential-checks.ts';
import { get } from './http-get.ts';

/** The stored token, as a consumer reads it. */
export interface StoredToken {
  readonly accessToken: Sensitive;
  readonly clientId: string;
  readonly imsHost: string;
}

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
  stored: Promise<StoredToken>,
  { endpoint, imsEndpointUrl, mint }: ImsOptions,
): readonly Check[] {
  const host = subject.credential.then(({ imsHost }) => imsHost).catch(() => defaultImsHost);
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

const document = v.object({
  access_token: v.pipe(v.string(), v.minLength(1)),
  client_id: v.string(),
  ims_host: v.optional(v.string(), defaultImsHost),
});

/** @throws CliError when there is none, or it may not be read */
export async function readStoredToken({ session, rotator, name }: Subject): Promise<StoredToken> {
  const value = await session.secrets.read(namesOf(rotator, name).token);
  if (value === undefined) throw new CliError('ERR_TOKEN_NOT_READY', 'there is no token yet');
  let parsed: unknown;
  try {
    parsed = JSON.parse(value.reveal());
  } catch {
    parsed = undefined;
  }
  const token = v.safeParse(document, parsed);
  if (!token.success) throw new CliError('ERR_TOKEN_NOT_READY', 'what is stored is not a token');
  const { access_token, client_id: clientId, ims_host: imsHost } = token.output;
  return { accessToken: new Sensitive(access_token), clientId, imsHost };
}

/** Any answer will do: what is asked for is public. */
async function reachFinding(origin: string, { session }: Subject): Promise<Finding> {
  const began = performance.now();
  try {
    const { status } = await get(
      `${origin}/ims/.well-known/openid-configuration`,
      {},
      session.signal,
    );
    const took = Math.round(performance.now() - began);
    if (status < 500) return ok(`${origin} answered from here in ${took} ms`);
    return failed(`${origin} answered ${status}`, 'look at https://status.adobe.com');
  } catch (error) {
    if (session.signal.aborted) throw error;
    return failed(
      `${origin} is not reachable from here: ${(error as Error).message}`,
      'look at the network and HTTPS_PROXY; the function may have another way out',
    );
  }
}

async function validFinding(
  endpoint: ImsTokenEndpoint,
  { accessToken, clientId, imsHost }: StoredToken,
  { session, name }: Subject,
): Promise<Finding> {
  try {
    const token = { accessToken, clientId, imsHost };
    const response = await endpoint.validate(token, session.signal);
    assertValidated(response, clientId, session.now());
    return ok('IMS takes the stored token');
  } catch (error) {
    if (!(error instanceof RenewalError)) throw error;
    if (error.transient) return unknown(error.message);
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
      if (!(error instanceof TokenRequestError)) throw error;
      const { imsError, debugId } = error.details;
      if (error.transient) return unknown(error.message);
      const code = imsError === undefined ? error.code : `${error.code}/${imsError}`;
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
