import type { ClientCredential } from '../../core/credential.ts';
import { TokenRequestError } from '../../core/errors.ts';
import type { AlsoKnown, TokenToValidate } from '../../core/ports.ts';
import { isPageOfProxy, readRemoteError } from '../../core/remote-error.ts';
import { revealAll, type Sensitive } from '../../core/sensitive.ts';
import { failureCodeOf } from '../../core/token-response.ts';
import { Deadline } from '../../lambda/adapters/deadline.ts';
import { HttpRoute } from '../../lambda/adapters/http-route.ts';
import { orAborted } from '../../lambda/adapters/or-aborted.ts';
import { readCapped, reasonOf } from '../../lambda/adapters/response-parts.ts';
import type { Session } from '../session.ts';

// Seconds.
const timeouts = { connect: 5, headers: 10, total: 20 };

/** Who invalidates: a credential with the client secret that has just been stored. */
type Owner = Pick<ClientCredential, 'clientId' | 'imsHost'> &
  AlsoKnown & { readonly clientSecret: Sensitive };

/**
 * Invalidates tokens at IMS, each by itself: `cascading` would hit tokens that nobody named.
 *
 * @see https://github.com/adobe/aio-lib-ims/blob/master/src/ims.js
 */
export class TokenInvalidation implements AsyncDisposable {
  readonly #endpointUrl: string | undefined;
  readonly #route: HttpRoute;
  readonly #signal: AbortSignal;

  /** @param imsEndpointUrl replaces `https://{ims_host}` */
  constructor({ network: { proxy }, signal }: Session, imsEndpointUrl: string | undefined) {
    this.#endpointUrl = imsEndpointUrl;
    this.#route = new HttpRoute({ proxy, connectTimeout: timeouts.connect });
    this.#signal = signal;
  }

  /** @throws TokenRequestError when IMS refuses, or there is no complete response in time */
  async invalidate(token: Pick<TokenToValidate, 'accessToken'>, owner: Owner): Promise<void> {
    const { clientId, imsHost } = owner;
    const { status, body } = await this.#post(imsHost, owner, token.accessToken);
    if (status >= 200 && status < 300 && !isPageOfProxy(status, body)) return;
    const { code: imsError, text } = readRemoteError(body, secretsOf(token.accessToken, owner));
    const told = [status, imsError, text && `(${text})`].filter(Boolean).join(' ');
    throw new TokenRequestError(
      failureCodeOf({ status, body }, 'ERR_TOKEN_REJECTED'),
      `IMS answered ${told} when asked to invalidate a token`,
      { clientId, status, imsError },
    );
  }

  async #post(
    imsHost: string,
    owner: Owner,
    token: Sensitive,
  ): Promise<{ readonly status: number; readonly body: string }> {
    const { clientId, clientSecret } = owner;
    const origin = this.#endpointUrl ?? `https://${imsHost}`;
    using whole = new Deadline(timeouts.total, this.#signal);
    const { signal } = whole;
    const form = new URLSearchParams({
      token_type: 'access_token',
      token: token.reveal(),
      client_id: clientId,
      client_secret: clientSecret.reveal(),
    });
    const exchange = async () => {
      const dispatcher = await this.#route.to(origin, signal);
      const { statusCode, body } = await dispatcher.request({
        origin,
        path: '/ims/invalidate_token/v2',
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
        },
        body: form.toString(),
        headersTimeout: timeouts.headers * 1000,
        signal,
      });
      return { status: statusCode, body: await readCapped(body) };
    };
    try {
      return await orAborted(exchange(), signal);
    } catch (error) {
      const message = `no complete response from IMS at ${origin}: ${reasonOf(error, secretsOf(token, owner))}`;
      throw new TokenRequestError('ERR_TOKEN_UNAVAILABLE', message, { clientId }, { cause: error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#route[Symbol.asyncDispose]();
  }
}

function secretsOf(
  token: Sensitive,
  { clientSecret, clientSecrets = [] }: Owner,
): readonly string[] {
  return revealAll([token, clientSecret, ...clientSecrets]);
}
