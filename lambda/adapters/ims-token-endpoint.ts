// The port TokenEndpoint. In: a grant or a token. Out: IMS's response, unparsed.
import type { Dispatcher } from 'undici';
import { TokenRequestError } from '../../core/errors.ts';
import { looksSecretId } from '../../core/field-names.ts';
import type { ClientCredentialsGrant, TokenEndpoint, TokenToValidate } from '../../core/ports.ts';
import { redactId } from '../../core/redact.ts';
import { revealAll } from '../../core/sensitive.ts';
import type { TokenResponse } from '../../core/token-response.ts';
import { Deadline } from './deadline.ts';
import { HttpRoute, type HttpRouteOptions } from './http-route.ts';
import { lastingFault } from './network-fault.ts';
import { orAborted } from './or-aborted.ts';
import { headerOf, readCapped, reasonOf } from './response-parts.ts';

export interface ImsTokenEndpointOptions extends Omit<HttpRouteOptions, 'connectTimeout'> {
  /** Replaces `https://{ims_host}`. */
  readonly imsEndpointUrl?: string | undefined;
  /** Seconds until the connection, the headers, and the end of the body. */
  readonly timeouts: {
    readonly connect: number;
    readonly headers: number;
    readonly total: number;
  };
}

/** One request, and the secrets that its response may repeat. */
interface Asked {
  readonly path: string;
  readonly form: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

const failures = {
  passing: ['ERR_TOKEN_UNAVAILABLE', 'no complete response from'],
  certificate: ['ERR_IMS_CERTIFICATE', 'no TLS connection to'],
  proxy: ['ERR_IMS_PROXY', 'the proxy refuses a connection to'],
  unresolved: ['ERR_IMS_UNRESOLVED', 'no address for the name of'],
} as const;

/**
 * The port `TokenEndpoint` over HTTPS: a form body and nothing in the query, no redirects, hard
 * time-outs, responses of at most 64 KiB.
 *
 * @see https://developer.adobe.com/developer-console/docs/guides/authentication/ServerToServerAuthentication/ims
 */
export class ImsTokenEndpoint implements TokenEndpoint, AsyncDisposable {
  readonly #endpointUrl: string | undefined;
  readonly #timeouts: ImsTokenEndpointOptions['timeouts'];
  // Whoever opened this closes it: connections do not survive a long freeze.
  readonly #route: HttpRoute;

  constructor({ imsEndpointUrl, timeouts, ...route }: ImsTokenEndpointOptions) {
    this.#endpointUrl = imsEndpointUrl;
    this.#timeouts = timeouts;
    this.#route = new HttpRoute({ ...route, connectTimeout: timeouts.connect });
  }

  /**
   * @throws TokenRequestError ERR_TOKEN_UNAVAILABLE when there is no complete response in time;
   * ERR_IMS_CERTIFICATE, ERR_IMS_PROXY or ERR_IMS_UNRESOLVED when there will be none either;
   * RotatorError when the proxy's user name and password cannot be read
   */
  async request(grant: ClientCredentialsGrant, signal: AbortSignal): Promise<TokenResponse> {
    const { clientId, clientSecret, clientSecrets = [] } = grant;
    // Swapped, the id is the secret.
    const swapped = looksSecretId(clientId) ? [clientId] : [];
    const secrets = [...revealAll([clientSecret, ...clientSecrets]), ...swapped];
    const form = {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret.reveal(),
      scope: grant.scopes.join(','),
    };
    const asked = { path: '/ims/token/v3', form, headers: {}, secrets };
    return await this.#post(asked, grant, signal);
  }

  /** @throws TokenRequestError as `request` */
  async validate(token: TokenToValidate, signal: AbortSignal): Promise<TokenResponse> {
    const form = { type: 'access_token', client_id: token.clientId };
    const headers = { authorization: `Bearer ${token.accessToken.reveal()}` };
    const secrets = revealAll([token.accessToken, ...(token.clientSecrets ?? [])]);
    const asked = { path: '/ims/validate_token/v1', form, headers, secrets };
    return await this.#post(asked, token, signal);
  }

  async #post(
    asked: Asked,
    { imsHost, clientId }: { readonly imsHost: string; readonly clientId: string },
    signal: AbortSignal,
  ): Promise<TokenResponse> {
    const origin = this.#endpointUrl ?? `https://${imsHost}`;
    using whole = new Deadline(this.#timeouts.total, signal);
    const deadline = whole.signal;
    const dispatcher = await this.#route.to(origin, deadline);
    try {
      // undici watches the signal only once it is connected; until then, this does.
      return await orAborted(
        this.#exchange(origin, asked, { dispatcher, signal: deadline }),
        deadline,
      );
    } catch (error) {
      const [code, what] = failures[lastingFault(error) ?? 'passing'];
      const message = `${what} IMS at ${origin}: ${reasonOf(error, asked.secrets)}`;
      throw new TokenRequestError(code, message, { clientId }, { cause: error });
    }
  }

  async #exchange(
    origin: string,
    { path, form, headers, secrets }: Asked,
    { dispatcher, signal }: { readonly dispatcher: Dispatcher; readonly signal: AbortSignal },
  ): Promise<TokenResponse> {
    const response = await dispatcher.request({
      origin,
      path,
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
        ...headers,
      },
      body: new URLSearchParams(form).toString(),
      headersTimeout: this.#timeouts.headers * 1000,
      signal,
    });
    const debugId = headerOf(response, 'x-debug-id');
    return {
      status: response.statusCode,
      body: await readCapped(response.body),
      debugId: debugId && redactId(debugId, secrets),
      retryAfter: headerOf(response, 'retry-after'),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#route[Symbol.asyncDispose]();
  }
}
