import { TokenError } from './token-error.ts';

/** As many as the Fetch Standard allows. */
const maxRedirects = 20;

export interface SameOriginRequest {
  readonly url: URL;
  readonly input: string | URL | Request;
  readonly init: RequestInit & { readonly headers: Headers };
}

/**
 * Follows redirects as `fetch` does, but only within the origin.
 *
 * @throws TokenError ERR_ORIGIN_NOT_ALLOWED for a redirect to another
 */
export async function fetchWithin(
  send: typeof fetch,
  { url, input, init }: SameOriginRequest,
): Promise<Response> {
  const request = input instanceof Request ? input : undefined;
  if ((init.redirect ?? request?.redirect ?? 'follow') !== 'follow') return await send(input, init);
  let hop: SameOriginRequest = {
    url,
    input,
    init: {
      ...init,
      method: (init.method ?? request?.method ?? 'GET').toUpperCase(),
      redirect: 'manual',
      signal: init.signal ?? request?.signal ?? null,
    },
  };
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    const response = await send(hop.input, hop.init);
    const location = response.headers.get('location');
    if (!isRedirect(response.status) || location === null) return response;
    response.body?.cancel().catch(() => undefined);
    const next = new URL(location, hop.url);
    if (next.origin !== url.origin) {
      throw new TokenError(
        'ERR_ORIGIN_NOT_ALLOWED',
        `${url.origin} redirects to ${next.origin}, which must not get the token: follow it without, by redirect: 'manual'`,
      );
    }
    hop = { url: next, input: next, init: followUp(hop, response.status) };
  }
  throw new TypeError(`${url.origin} redirects more than ${maxRedirects} times`);
}

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status);

/** @see https://fetch.spec.whatwg.org/#http-redirect-fetch */
function followUp({ input, init }: SameOriginRequest, status: number): SameOriginRequest['init'] {
  const { method = 'GET' } = init;
  const becomesGet = status === 303 ? method !== 'HEAD' : status < 303 && method === 'POST';
  if (becomesGet) {
    const headers = new Headers(init.headers);
    for (const name of ['encoding', 'language', 'location', 'type', 'length']) {
      headers.delete(`content-${name}`);
    }
    return { ...init, method: 'GET', body: null, headers };
  }
  if (!canRepeat(input, init))
    throw new TypeError('a body that can be sent only once is redirected');
  return init;
}

/** False for a stream, and for the body of a `Request`, which is one. */
export function canRepeat(input: string | URL | Request, { body }: RequestInit): boolean {
  if (body == null) return !(input instanceof Request) || input.body === null;
  return (
    typeof body === 'string' ||
    body instanceof URLSearchParams ||
    body instanceof FormData ||
    body instanceof Blob ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body)
  );
}
