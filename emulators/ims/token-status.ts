import { type HttpRequest, type HttpResponse, json } from '../wire/http-server.ts';
import type { ImsFault } from './fault.ts';
import type { Parameters } from './parameters.ts';
import { isRefusal, type Refusal, refuse } from './refusal.ts';
import type { ImsState } from './token-endpoint.ts';

/** `/ims/validate_token/v1`: an invalid token is a result, not an HTTP error. */
export function answerValidation(
  { tokens }: ImsState,
  parameters: Parameters,
  { headers }: HttpRequest,
  fault: ImsFault | undefined,
): HttpResponse {
  if (fault?.kind === 'token-rejected') return json(200, { valid: false, reason: 'bad_token' });
  const token = parameters.get('token') ?? bearerToken(headers.authorization);
  const clientId = parameters.get('client_id');
  if (token === undefined || clientId === undefined) {
    return refuse(missing('token or client_id'));
  }
  if ((parameters.get('type') ?? 'access_token') !== 'access_token') {
    return refuse(wrongType('type'));
  }

  const inspection = tokens.inspect(token);
  if (!inspection.valid) return json(200, { valid: false, reason: inspection.reason });
  if (inspection.clientId !== clientId) {
    return json(200, { valid: false, reason: 'client_id_mismatch' });
  }
  return json(200, { valid: true, token: inspection.claims });
}

/**
 * `/ims/invalidate_token/v2`: only the client that a token was issued to can revoke it. What
 * `cascading` does to the tokens of such a client is not documented: here, nothing.
 *
 * @returns the refusal, if any
 */
export function invalidate(state: ImsState, parameters: Parameters): Refusal | undefined {
  const type = parameters.get('token_type');
  if (parameters.has('token') && type !== 'access_token') return wrongType('token_type');
  return revoke(state, parameters);
}

/** `/ims/revoke`, of which the discovery document tells. @returns the refusal, if any */
export function revoke({ clients, tokens }: ImsState, parameters: Parameters): Refusal | undefined {
  const token = parameters.get('token');
  if (token === undefined) return missing('token');
  const authenticated = clients.authenticate(parameters);
  if (isRefusal(authenticated)) return authenticated;

  const inspection = tokens.inspect(token);
  if (inspection.valid && inspection.clientId !== authenticated.client.clientId) {
    return { error: 'invalid_token' };
  }
  tokens.revoke(token);
  return undefined;
}

function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
}

function missing(parameter: string): Refusal {
  return { error: 'invalid_request', error_description: `missing ${parameter} parameter` };
}

function wrongType(parameter: string): Refusal {
  return { error: 'invalid_request', error_description: `invalid ${parameter} parameter` };
}
