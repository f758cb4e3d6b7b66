import { allowedOrigins } from './allowed-origins.ts';
import type { ImsFetchOptions } from './create-ims-fetch.ts';
import { canRepeat, fetchWithin } from './fetch-within.ts';
import { gatewayCode } from './gateway-code.ts';
import type { TokenReader } from './options.ts';
import { TokenError } from './token-error.ts';

interface Answer {
  readonly response: Response;
  readonly code: string | undefined;
  readonly isRejected: boolean;
}

/** @see createImsFetch */
export function imsFetch(reader: TokenReader, options: ImsFetchOptions): typeof fetch {
  const { origins = ['*.adobe.io', '*.workfront.com'], onProblem } = options;
  const isAllowed = allowedOrigins(origins);
  return async (given, init = {}) => {
    const request = given instanceof Request ? given : undefined;
    const url = new URL(request?.url ?? String(given));
    // Another parser, of a `fetch` that was given, might see another host in the same text.
    const input = request ?? url.href;
    if (!isAllowed(url)) {
      throw new TokenError(
        'ERR_ORIGIN_NOT_ALLOWED',
        `${url.origin} must not get the token: if those who answer there may have it, add it to origins`,
      );
    }
    const send = async (ours: Readonly<Record<string, string>>): Promise<Answer> => {
      const headers = merged(init.headers ?? request?.headers, ours);
      const hop = { url, input, init: { ...init, headers } };
      const response = await fetchWithin(options.fetch ?? fetch, hop);
      const code = await gatewayCode(response, tokenOf(ours));
      const isRejected = response.status === 401 || code === '401013';
      if (isRejected) reader.invalidate(tokenOf(ours));
      return { response, code, isRejected };
    };
    const signal = init.signal ?? request?.signal;
    const headers = await unlessAborted(signal, reader.getHeaders());
    let answer = await send(headers);
    if (answer.isRejected && canRepeat(input, init)) {
      const next = await unlessAborted(
        signal,
        reader.getHeaders().catch(() => headers),
      );
      if (tokenOf(next) !== tokenOf(headers)) {
        answer.response.body?.cancel().catch(() => undefined);
        answer = await send(next);
      }
    }
    const { response, code, isRejected } = answer;
    if (response.status === 403 && code !== undefined && !isRejected) {
      Promise.resolve(accessDenied(url, code))
        .then(onProblem)
        .catch(() => undefined);
    }
    return response;
  };
}

/** The caller's signal ends the wait for the token too; other callers still wait for it. */
async function unlessAborted<Value>(
  signal: AbortSignal | undefined,
  work: Promise<Value>,
): Promise<Value> {
  return await new Promise((resolve, reject) => {
    const abort = (): void => reject(signal?.reason);
    work.then(resolve, reject).finally(() => signal?.removeEventListener('abort', abort));
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort);
  });
}

const tokenOf = ({ Authorization = '' }: Readonly<Record<string, string>>): string =>
  Authorization.replace('Bearer ', '');

/**
 * The caller's own headers win, except for the token, and for the host, which Node.js's `fetch` drops
 * too: any other would take the token to the site that it names on the same servers.
 */
function merged(own: RequestInit['headers'], ours: Readonly<Record<string, string>>): Headers {
  const headers = new Headers(own);
  for (const [name, value] of Object.entries(ours)) {
    if (name === 'Authorization' || !headers.has(name)) headers.set(name, value);
  }
  headers.delete('host');
  return headers;
}

function accessDenied({ origin }: URL, code: string): TokenError {
  const remedy = /^40300[03]$/.test(code)
    ? 'send the client_id as x-api-key, and add the API to its project in the Developer Console'
    : 'give the technical account a product profile in the Admin Console, and a role in the product';
  return new TokenError(
    'ERR_PRODUCT_ACCESS_DENIED',
    `${origin} accepts the token, but answers 403 (${code}): ${remedy}`,
  );
}
