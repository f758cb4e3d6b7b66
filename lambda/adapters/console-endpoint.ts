// The port ConsoleEndpoint. In: a credential's access to its client secrets. Out: the Console's response.
import type { ConsoleResponse } from '../../core/console-secrets.ts';
import { ConsoleRequestError } from '../../core/errors.ts';
import type { ConsoleAccess, ConsoleEndpoint } from '../../core/ports.ts';
import { Deadline } from './deadline.ts';
import { HttpRoute, type HttpRouteOptions } from './http-route.ts';
import { lastingFault } from './network-fault.ts';
import { orAborted } from './or-aborted.ts';
import { headerOf, readCapped, reasonOf } from './response-parts.ts';

const standardOrigin = 'https://api.adobe.io';

export interface ConsoleEndpointOptions extends Omit<HttpRouteOptions, 'connectTimeout'> {
  /** Replaces `https://api.adobe.io`. */
  readonly consoleEndpointUrl?: string | undefined;
  /** Seconds until the connection, the headers, and the end of the body. */
  readonly timeouts: {
    readonly connect: number;
    readonly headers: number;
    readonly total: number;
  };
}

const failures = {
  passing: ['ERR_CONSOLE_UNAVAILABLE', 'no complete response from'],
  certificate: ['ERR_CONSOLE_CERTIFICATE', 'no TLS connection to'],
  proxy: ['ERR_CONSOLE_PROXY', 'the proxy refuses a connection to'],
  unresolved: ['ERR_CONSOLE_UNRESOLVED', 'no address for the name of'],
} as const;

interface Asked {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Undefined for the whole list. */
  readonly uuid?: string | undefined;
}

/**
 * The Developer Console's API over HTTPS: no redirects, hard time-outs, responses of at most 64 KiB.
 * It repeats nothing: a POST that is repeated adds another secret.
 *
 * @see https://developer.adobe.com/developer-console/docs/guides/authentication/ServerToServerAuthentication/implementation
 */
export class DeveloperConsole implements ConsoleEndpoint, AsyncDisposable {
  readonly #origin: string;
  readonly #timeouts: ConsoleEndpointOptions['timeouts'];
  readonly #route: HttpRoute;

  constructor({ consoleEndpointUrl, timeouts, ...route }: ConsoleEndpointOptions) {
    this.#origin = consoleEndpointUrl ?? standardOrigin;
    this.#timeouts = timeouts;
    this.#route = new HttpRoute({ ...route, connectTimeout: timeouts.connect });
  }

  /**
   * @throws ConsoleRequestError ERR_CONSOLE_UNAVAILABLE when there is no complete response in time;
   * ERR_CONSOLE_CERTIFICATE, ERR_CONSOLE_PROXY or ERR_CONSOLE_UNRESOLVED when there will be none either;
   * RotatorError when the proxy's user name and password cannot be read
   */
  async list(access: ConsoleAccess, signal: AbortSignal): Promise<ConsoleResponse> {
    return await this.#ask({ method: 'GET' }, access, signal);
  }

  /** @throws ConsoleRequestError as `list`; the secret may have been added nevertheless */
  async add(access: ConsoleAccess, signal: AbortSignal): Promise<ConsoleResponse> {
    return await this.#ask({ method: 'POST' }, access, signal);
  }

  /** @throws ConsoleRequestError as `list` */
  async remove(access: ConsoleAccess, uuid: string, signal: AbortSignal): Promise<ConsoleResponse> {
    return await this.#ask({ method: 'DELETE', uuid }, access, signal);
  }

  async #ask(asked: Asked, access: ConsoleAccess, signal: AbortSignal): Promise<ConsoleResponse> {
    using whole = new Deadline(this.#timeouts.total, signal);
    const deadline = whole.signal;
    const dispatcher = await this.#route.to(this.#origin, deadline);
    const exchange = async (): Promise<ConsoleResponse> => {
      const response = await dispatcher.request({
        origin: this.#origin,
        path: pathOf(access, asked.uuid),
        method: asked.method,
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${access.accessToken.reveal()}`,
          'x-api-key': access.clientId,
        },
        headersTimeout: this.#timeouts.headers * 1000,
        signal: deadline,
      });
      return {
        status: response.statusCode,
        body: await readCapped(response.body),
        retryAfter: headerOf(response, 'retry-after'),
      };
    };
    try {
      // undici watches the signal only once it is connected; until then, this does.
      return await orAborted(exchange(), deadline);
    } catch (error) {
      const reason = reasonOf(error, [access.accessToken.reveal()]);
      const [code, what] = failures[lastingFault(error) ?? 'passing'];
      const message = `${what} the Console API at ${this.#origin}: ${reason}`;
      throw new ConsoleRequestError(code, message, {}, { cause: error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#route[Symbol.asyncDispose]();
  }
}

function pathOf({ consoleOrgId, credentialId }: ConsoleAccess, uuid?: string): string {
  const parts = ['organizations', consoleOrgId, 'credentials', credentialId, 'secrets'];
  const path = [...parts, ...(uuid === undefined ? [] : [uuid])].map(encodeURIComponent);
  return `/console/${path.join('/')}`;
}
