import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HttpReply, type HttpResponse, json } from '../wire/http-server.ts';

/** What a fault's scope can tell calls apart by. */
export interface ImsCall {
  readonly path: string;
  readonly clientId: string | undefined;
}

/** The request is not processed: this is said instead of an answer. */
export type OutageFault =
  | { readonly kind: 'throttled'; readonly retryAfter?: string }
  | {
      readonly kind: 'server-error';
      /** Mostly 5xx; 200 with an HTML body is what a captive portal says. */
      readonly status: number;
      /** @default 'json' */
      readonly body?: 'json' | 'html' | 'empty' | undefined;
      readonly retryAfter?: string | undefined;
    }
  | { readonly kind: 'redirect'; readonly status: 302 | 307; readonly location: string }
  | { readonly kind: 'endless-body' }
  | { readonly kind: 'reset' };

/** The request is processed, so a token may be minted, but the answer is slow or never whole. */
export type DeliveryFault =
  /** Without `milliseconds` the answer never comes. */
  | { readonly kind: 'slow-headers'; readonly milliseconds?: number }
  /** A byte at a time with this pause between two; without `pauseMilliseconds` only the first. */
  | { readonly kind: 'slow-body'; readonly pauseMilliseconds?: number }
  | { readonly kind: 'truncated-json' }
  | { readonly kind: 'reset-in-body' };

/** The token endpoint's success is odd; no other answer changes. */
export type TokenFault =
  | { readonly kind: 'missing-access-token' }
  | { readonly kind: 'missing-expires-in' }
  /** Any JSON value instead of the seconds. */
  | { readonly kind: 'expires-in'; readonly value: unknown }
  | { readonly kind: 'not-bearer' }
  /** The client gets its last token again, with the seconds that are left of it. */
  | { readonly kind: 'repeat-token' }
  /** The token really lives so long, and says so, whatever `expires_in` promises. */
  | { readonly kind: 'claims-disagree'; readonly lifetimeSeconds: number }
  | { readonly kind: 'opaque-token' };

export type ImsFault = OutageFault | DeliveryFault | TokenFault;

const html = '<!DOCTYPE html><html><body><h1>Service unavailable</h1></body></html>';

/** The longest that a timer can run: it ends when the request is aborted. */
const foreverMilliseconds = 2 ** 31 - 1;

/** What is said instead of an answer; undefined when the request is processed despite the fault. */
export function replyOfOutage(fault: ImsFault): HttpReply | undefined {
  switch (fault.kind) {
    case 'throttled':
      return json(429, { message: 'Too many requests' }, retryAfterHeader(fault.retryAfter));
    case 'server-error':
      return {
        status: fault.status,
        ...bodyOfError(fault.body ?? 'json', retryAfterHeader(fault.retryAfter)),
      };
    case 'redirect':
      return { status: fault.status, headers: { location: fault.location } };
    case 'endless-body':
      return {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: Readable.from(endlessJson()),
      };
    case 'reset':
      return 'reset';
    default:
      return undefined;
  }
}

/** The answer as the fault lets it through. */
export async function deliver(
  response: HttpResponse,
  fault: ImsFault | undefined,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const body = Buffer.from(typeof response.body === 'string' ? response.body : '');
  switch (fault?.kind) {
    case 'slow-headers':
      await sleep(fault.milliseconds ?? foreverMilliseconds, undefined, { signal });
      return response;
    case 'slow-body': {
      const pause = fault.pauseMilliseconds ?? foreverMilliseconds;
      return { ...response, body: drip(body, pause, signal) };
    }
    case 'truncated-json':
      return { ...response, body: firstHalf(body) };
    case 'reset-in-body':
      return { ...response, body: Readable.from(breakOff(firstHalf(body))) };
    default:
      return response;
  }
}

function retryAfterHeader(retryAfter: string | undefined): Record<string, string> {
  return retryAfter === undefined ? {} : { 'retry-after': retryAfter };
}

function bodyOfError(
  form: 'json' | 'html' | 'empty',
  headers: Record<string, string>,
): Pick<HttpResponse, 'headers' | 'body'> {
  if (form === 'empty') return { headers };
  if (form === 'html') return { headers: { 'content-type': 'text/html', ...headers }, body: html };
  return {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ error: 'server_error', error_description: 'internal error' }),
  };
}

function firstHalf(body: Buffer): Buffer {
  return body.subarray(0, Math.floor(body.length / 2));
}

async function* drip(
  body: Buffer,
  pauseMilliseconds: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  for (let index = 0; index < body.length; index += 1) {
    if (index > 0) await sleep(pauseMilliseconds, undefined, { signal });
    yield body.subarray(index, index + 1);
  }
}

// A body that throws has its connection cut; the client has seen the headers by then.
function* breakOff(start: Buffer): Generator<Buffer> {
  yield start;
  throw new Error('the connection breaks off in the body');
}

function* endlessJson(): Generator<string> {
  yield '{"access_token":"';
  const chunk = 'a'.repeat(16 * 1024);
  while (true) yield chunk;
}
