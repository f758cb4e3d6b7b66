import { type DeliveryFault, html, type OutageFault } from '../wire/http-fault.ts';
import { type HttpResponse, json } from '../wire/http-server.ts';
import { refusalBody } from './refusal.ts';

/** One call, as a fault plan sees it. */
export interface ConsoleCall {
  readonly method: string;
  readonly orgId: string | undefined;
  readonly credentialId: string | undefined;
  readonly uuid: string | undefined;
  /** The API key. */
  readonly clientId: string | undefined;
}

/** The request is not processed, and nothing is answered until the client goes away. */
export interface UnansweredFault {
  readonly kind: 'unanswered';
}

/** The request is processed, and the connection is cut before a byte of the answer. */
export interface LostAnswerFault {
  readonly kind: 'lost-answer';
}

/** What happens at Adobe meanwhile, and what it knows. */
export type StateFault =
  /** Just before, a person adds a secret in the Console, unless there are two. */
  | { readonly kind: 'added-by-person' }
  /** The list says that no secret was ever used. */
  | { readonly kind: 'no-usages' }
  /** The list knows no use of the last `seconds`. Adobe promises no delay, and excludes none. */
  | { readonly kind: 'late-usages'; readonly seconds: number };

/** A secret in the answer has another value in a field, or none if `value` is undefined. */
export interface FieldFault {
  readonly kind: 'field';
  readonly name: string;
  readonly value?: unknown;
}

/** Where an error repeats something secret. */
export const echoPlaces = ['message', 'title', 'x-request-id', 'html'] as const;

/**
 * An error that repeats something secret: the token of a request that is not processed, or the
 * newest client secret, after the request was processed.
 */
export interface EchoFault {
  readonly kind: 'echo-token' | 'echo-secret';
  readonly place: (typeof echoPlaces)[number];
}

export type ConsoleFault =
  | OutageFault
  | DeliveryFault
  | UnansweredFault
  | LostAnswerFault
  | StateFault
  | FieldFault
  | EchoFault;

/** The response of an echo. */
export function echo({ place }: EchoFault, text: string): HttpResponse {
  const body = refusalBody('ErrInternal');
  switch (place) {
    case 'message':
    case 'title':
      return json(500, { ...body, [place]: `The value is ${text}.` });
    case 'x-request-id':
      return json(500, body, { 'x-request-id': text });
    case 'html':
      return {
        status: 500,
        headers: { 'content-type': 'text/html' },
        body: html.replace('Service unavailable', text),
      };
  }
}
