import { type DeliveryFault, html, type OutageFault } from '../wire/http-fault.ts';
import { type HttpResponse, json } from '../wire/http-server.ts';

/** One call, as a fault plan sees it. */
export interface ImsCall {
  readonly path: string;
  readonly clientId: string | undefined;
  /** As the request has it. */
  readonly scope?: string | undefined;
}

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

/** IMS does not accept the token that it is asked about. */
export interface RejectionFault {
  readonly kind: 'token-rejected';
}

export type ImsFault = OutageFault | DeliveryFault | TokenFault | EchoFault | RejectionFault;

/** The body of an error that is no refusal. */
export function errorBody(status: number): object {
  if (status === 429) return { message: 'Too many requests' };
  return { error: 'server_error', error_description: 'internal error' };
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
