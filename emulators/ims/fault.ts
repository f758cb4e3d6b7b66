import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HttpReply, type HttpResponse, json } from '../wire/http-server.ts';

/** One call, as a fault plan sees it. */
export interface ImsCall {
  readonly path: string;
  readonly clientId: string | undefined;
}

/** IMS does not process the request and sends this instead of a response. */
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

/** IMS processes the request, and may mint a token, but the response is slow or incomplete. */
export type DeliveryFault =
  /** Without `milliseconds`, the response never comes. */
  | { readonly kind: 'slow-headers'; readonly milliseconds?: number | undefined }
  /** One byte at a time with a pause in between; without `pauseMilliseconds`, only the first. */
  | { readonly kind: 'slow-body'; readonly pauseMilliseconds?: number | undefined }
  | { readonly kind: 'truncated-json' }
  | { readonly kind: 'reset-in-body' };

/** The token endpoint's success response is odd; no other response changes. */
export type TokenFault =
  | { readonly kind: 'missing-access-token' }
  | { readonly kind: 'missing-expires-in' }
  /** Any JSON value instead of a number of seconds. */
  | { readonly kind: 'expires-in'; readonly value: unknown }
  | { readonly kind: 'not-bearer' }
  /** The client gets its last token again, with its remaining seconds. */
  | { readonly kind: 'repeat-token' }
  /** The token's actual lifetime, also in its claims, whatever `expires_in` says. */
  | { readonly kind: 'claims-disagree'; readonly lifetimeSeconds: number }
  | { readonly kind: 'opaque-token' };

/** Where a response repeats what was sent. */
export const echoPlaces = [
  'error_description',
  'error',
  'x-debug-id',
  'token_type',
  'access_token',
  'html',
  'keys',
  'status-text',
  'location',
] as const;

export type EchoPlace = (typeof echoPlaces)[number];

/** IMS rejects the request and repeats the client secret, or else the token, in its response. */
export interface EchoFault {
  readonly kind: 'echo';
  readonly place: EchoPlace;
  /** A transformation of the secret. @default none */
  readonly as?: ((secret: string) => string) | undefined;
}

export type ImsFault = OutageFault | DeliveryFault | TokenFault | EchoFault;

const html = '<!DOCTYPE html><html><body><h1>Service unavailable</h1></body></html>';

/** The longest timer; aborting the request ends it. */
const foreverMilliseconds = 2 ** 31 - 1;

/** The reply of an outage; undefined if IMS processes the request despite the fault. */
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

/** The response as the fault delivers it. */
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

/** The response of an echo. */
export function echo({ place, as = String }: EchoFault, secret: string): HttpResponse {
  const text = as(secret);
  const token = { access_token: 'opaque', token_type: 'bearer', expires_in: 86_399 };
  // A header with other characters would fail in the server, so they are left out.
  const headerText = text.replaceAll(/[^\x20-\x7e]/g, '');
  switch (place) {
    case 'error_description':
      return json(400, { error: 'invalid_client', error_description: `The secret is ${text}.` });
    case 'error':
      return json(400, { error: text });
    case 'x-debug-id':
      return json(400, { error: 'invalid_scope' }, { 'x-debug-id': headerText });
    case 'token_type':
    case 'access_token':
      return json(200, { ...token, [place]: text });
    case 'html':
      return {
        status: 400,
        headers: { 'content-type': 'text/html' },
        body: html.replace('Service unavailable', text),
      };
    case 'keys':
      return json(200, { [text]: text, error: { [text]: text } });
    case 'status-text':
      return { ...json(400, { error: 'invalid_scope' }), statusText: headerText };
    case 'location':
      return { status: 302, headers: { location: `/${encodeURIComponent(text)}` } };
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

// A body that throws cuts the connection, after the client has received the headers.
function* breakOff(start: Buffer): Generator<Buffer> {
  yield start;
  throw new Error('the connection breaks off in the body');
}

function* endlessJson(): Generator<string> {
  yield '{"access_token":"';
  const chunk = 'a'.repeat(16 * 1024);
  while (true) yield chunk;
}
