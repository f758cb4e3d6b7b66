import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HttpReply, type HttpResponse, json } from './http-server.ts';

/** The server does not process the request and sends this instead of a response. */
export type OutageFault =
  | { readonly kind: 'throttled'; readonly retryAfter?: string | undefined }
  | {
      readonly kind: 'server-error';
      /** Usually 5xx; a captive portal sends 200 with an HTML body. */
      readonly status: number;
      /** @default 'json' */
      readonly body?: 'json' | 'html' | 'empty' | undefined;
      readonly retryAfter?: string | undefined;
    }
  | { readonly kind: 'redirect'; readonly status: 302 | 307; readonly location: string }
  | { readonly kind: 'endless-body' }
  | { readonly kind: 'reset' };

/** The server processes the request, but the response is slow or incomplete. */
export type DeliveryFault =
  /** Without `milliseconds`, the response never comes. */
  | { readonly kind: 'slow-headers'; readonly milliseconds?: number | undefined }
  /** One byte at a time with a pause in between; without `pauseMilliseconds`, only the first. */
  | { readonly kind: 'slow-body'; readonly pauseMilliseconds?: number | undefined }
  | { readonly kind: 'truncated-json' }
  | { readonly kind: 'reset-in-body' };

interface Fault {
  readonly kind: string;
}

export const html = '<!DOCTYPE html><html><body><h1>Service unavailable</h1></body></html>';

/** The longest timer; aborting the request ends it. */
const foreverMilliseconds = 2 ** 31 - 1;

const outages: ReadonlySet<string> = new Set<OutageFault['kind']>([
  'throttled',
  'server-error',
  'redirect',
  'endless-body',
  'reset',
]);

const deliveries: ReadonlySet<string> = new Set<DeliveryFault['kind']>([
  'slow-headers',
  'slow-body',
  'truncated-json',
  'reset-in-body',
]);

export function isOutage(fault: Fault | undefined): fault is OutageFault {
  return fault !== undefined && outages.has(fault.kind);
}

function isDelivery(fault: Fault | undefined): fault is DeliveryFault {
  return fault !== undefined && deliveries.has(fault.kind);
}

/** @param errorBody the service's body in JSON for a status */
export function replyOfOutage(
  fault: OutageFault,
  errorBody: (status: number) => object,
): HttpReply {
  switch (fault.kind) {
    case 'throttled':
      return json(429, errorBody(429), retryAfterHeader(fault.retryAfter));
    case 'server-error': {
      const { status, body = 'json' } = fault;
      const headers = retryAfterHeader(fault.retryAfter);
      if (body === 'empty') return { status, headers };
      if (body === 'json') return json(status, errorBody(status), headers);
      return { status, headers: { 'content-type': 'text/html', ...headers }, body: html };
    }
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
  }
}

/** The response as the fault delivers it; unchanged, if the fault is not about the delivery. */
export async function deliver(
  response: HttpResponse,
  fault: Fault | undefined,
  signal: AbortSignal,
): Promise<HttpResponse> {
  if (!isDelivery(fault)) return response;
  const body = Buffer.from(typeof response.body === 'string' ? response.body : '');
  switch (fault.kind) {
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
  }
}

/** Waits until the client goes away or the server stops, and throws. */
export async function neverAnswer(signal: AbortSignal): Promise<never> {
  await sleep(foreverMilliseconds, undefined, { signal });
  throw new Error('the longest timer has ended');
}

function retryAfterHeader(retryAfter: string | undefined): Record<string, string> {
  return retryAfter === undefined ? {} : { 'retry-after': retryAfter };
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

// A body that throws cuts the connection, after the client has received the headers.
function* breakOff(start: Buffer): Generator<Buffer> {
  yield start;
  throw new Error('the connection breaks off in the body');
}

function* endlessJson(): Generator<string> {
  yield '{"endless":"';
  const chunk = 'a'.repeat(16 * 1024);
  while (true) yield chunk;
}
