import { type HttpResponse, json } from '../wire/http-server.ts';

/** The OAuth error with which IMS rejects a request. */
export interface Refusal {
  readonly error:
    | 'invalid_request'
    | 'invalid_client'
    | 'unauthorized_client'
    | 'unsupported_grant_type'
    | 'invalid_scope'
    | 'invalid_token';
  /** Absent from some errors of IMS. */
  readonly error_description?: string | undefined;
}

export function isRefusal(value: object): value is Refusal {
  return 'error' in value;
}

export function refuse(refusal: Refusal): HttpResponse {
  return json(400, refusal);
}
