import { type HttpResponse, json } from '../wire/http-server.ts';

/**
 * The errors of the API gateway, then those of the service. Adobe shows the form of the first one
 * with status 401; the other titles, and the codes and messages of the service, are our own.
 */
const refusals = {
  ErrInvalidOauthToken: [401_013, 'Oauth token is not valid'],
  ErrMissingOauthToken: [403_010, 'Oauth token is missing'],
  ErrMissingApiKey: [403_000, 'Api Key is required'],
  ErrInvalidApiKey: [403_003, 'Api Key is invalid'],
  ErrTooManyRequests: [429_050, 'Too many requests'],
  ErrMissingScope: [403_100, 'The token lacks a scope'],
  ErrInvalidOrganization: [400_100, 'The organization is not a number'],
  ErrNotAllowed: [403_101, 'The credential belongs to another client'],
  ErrCredentialNotFound: [404_100, 'Credential Not Found'],
  ErrSecretNotFound: [404_101, 'Client Secret Not Found'],
  ErrSecretLimit: [400_101, 'The credential has two client secrets already'],
  ErrLastSecret: [400_102, 'The credential has no other client secret'],
  ErrNotFound: [404_000, 'Resource not found'],
  ErrMethodNotAllowed: [405_000, 'Method not allowed'],
  ErrInternal: [500_000, 'Internal server error'],
} as const satisfies Readonly<Record<string, readonly [number, string]>>;

export type Refusal = keyof typeof refusals;

/** The body of a refusal, in which `error_code` is a number. Elsewhere at Adobe it is text. */
export function refusalBody(title: Refusal, message: string = refusals[title][1]): object {
  return { title, status: statusOf(title), error_code: refusals[title][0], message };
}

export function refuse(title: Refusal): HttpResponse {
  return json(statusOf(title), refusalBody(title));
}

/** The body of an outage with a status. */
export function errorBody(status: number): object {
  const title = representatives[status] ?? 'ErrInternal';
  return { ...refusalBody(title), status };
}

const representatives: Readonly<Record<number, Refusal>> = {
  400: 'ErrInvalidOrganization',
  401: 'ErrInvalidOauthToken',
  403: 'ErrInvalidApiKey',
  404: 'ErrCredentialNotFound',
  429: 'ErrTooManyRequests',
};

/** The first three digits of a code are the HTTP status. */
function statusOf(title: Refusal): number {
  return Math.floor(refusals[title][0] / 1000);
}
