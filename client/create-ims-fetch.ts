import type { TokenReader } from './options.ts';
import type { TokenError } from './token-error.ts';

/** Who gets the token. */
export interface ImsFetchOptions {
  /**
   * The only origins that get the token: a host, `*.` and a domain for all of its subdomains, or an
   * https origin. http is accepted on loopback only. `*.adobe.io` and `*.workfront.com` leave out the hosts
   * of API Mesh and Runtime (`edge-graph.adobe.io`, `NAMESPACE.runtime.adobe.io`) and of webhooks, where
   * any customer of Adobe chooses what gets the token: name such a host in full.
   *
   * @default ['*.adobe.io', '*.workfront.com']
   */
  readonly origins?: readonly string[] | undefined;
  /**
   * Called with ERR_PRODUCT_ACCESS_DENIED when a product answers 403 to a valid token and its body
   * says why: the message says what the technical account lacks. What it throws is ignored.
   */
  readonly onProblem?: ((problem: TokenError) => unknown) | undefined;
  /** Sends the requests. @default the global `fetch` */
  readonly fetch?: typeof fetch | undefined;
}

/**
 * `fetch` with the token's headers. When a product rejects the token (401, or `error_code` 401013
 * whatever the status), the secret is read again, and the request is repeated once with another
 * token if its body can be sent again: not a stream, and not the body of a `Request`. Every other
 * response is returned as it is, also a 403.
 *
 * Redirects are followed within the origin. One to another origin is ERR_ORIGIN_NOT_ALLOWED, as is
 * a call of an origin that is not in `origins`, before anything is sent.
 *
 * @example
 * const imsFetch = createImsFetch(reader);
 * const response = await imsFetch('https://fusion.adobe.io/api/v3/scenarios');
 */
export function createImsFetch(reader: TokenReader, options: ImsFetchOptions = {}): typeof fetch {
  let wrapped: typeof fetch | undefined;
  return async (given, init) => {
    // The caller may change its URL for the next call while this one waits for its token.
    const input = given instanceof Request ? given : String(given);
    // Loaded at its first use, so that it costs a reader alone nothing.
    wrapped ??= (await import('./ims-fetch.ts')).imsFetch(reader, options);
    return await wrapped(input, init);
  };
}
