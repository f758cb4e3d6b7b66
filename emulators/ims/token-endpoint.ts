import { type HttpResponse, json } from '../wire/http-server.ts';
import type { ImsClient } from './client.ts';
import type { ClientRegistry } from './client-registry.ts';
import type { ClientSecret } from './client-secret.ts';
import type { ImsFault } from './fault.ts';
import type { IssuedTokens } from './issued-tokens.ts';
import type { Parameters } from './parameters.ts';
import { isRefusal, type Refusal, refuse } from './refusal.ts';

/** The state that the endpoints of IMS work on. */
export interface ImsState {
  readonly clients: ClientRegistry;
  readonly tokens: IssuedTokens;
  /** In epoch milliseconds. */
  readonly now: () => number;
}

/** The outcome of a token request. */
export type TokenOutcome = 'issued' | 'repeated' | Refusal['error'];

/** The response to a token request, and its outcome. */
export interface TokenAnswer {
  readonly outcome: TokenOutcome;
  readonly response: HttpResponse;
}

const required = ['grant_type', 'client_id', 'client_secret', 'scope'];

/** `/ims/token/v3`: the client credentials grant. */
export function answerTokenRequest(
  { clients, tokens, now }: ImsState,
  parameters: Parameters,
  fault: ImsFault | undefined,
): TokenAnswer {
  const grant = authorize(clients, parameters);
  if (isRefusal(grant)) return { outcome: grant.error, response: refuse(grant) };
  const { client, secret, scope } = grant;
  secret.recordUse(now());

  const previous = fault?.kind === 'repeat-token' ? tokens.latest(client.clientId) : undefined;
  if (previous !== undefined) {
    return {
      outcome: 'repeated',
      response: json(200, tokenBody(previous.value, previous.secondsLeft, fault)),
    };
  }
  const token = tokens.issue(client, scope, {
    lifetimeSeconds:
      fault?.kind === 'claims-disagree' ? fault.lifetimeSeconds : client.lifetimeSeconds,
    opaque: fault?.kind === 'opaque-token',
  });
  const expiresIn = Math.floor(client.lifetimeSeconds);
  return { outcome: 'issued', response: json(200, tokenBody(token, expiresIn, fault)) };
}

function authorize(
  clients: ClientRegistry,
  parameters: Parameters,
): { client: ImsClient; secret: ClientSecret; scope: string } | Refusal {
  const missing = required.find((name) => !parameters.has(name));
  if (missing !== undefined) {
    return { error: 'invalid_request', error_description: `missing ${missing} parameter` };
  }
  if (parameters.get('grant_type') !== 'client_credentials') {
    return { error: 'unsupported_grant_type' };
  }
  const authenticated = clients.authenticate(parameters);
  if (isRefusal(authenticated)) return authenticated;
  const { client } = authenticated;
  if (!client.clientCredentialsAllowed) return { error: 'unauthorized_client' };

  const scopes = new Set((parameters.get('scope') ?? '').split(',').map((scope) => scope.trim()));
  scopes.delete('');
  if (scopes.size === 0 || ![...scopes].every((scope) => client.scopes.includes(scope))) {
    return { error: 'invalid_scope', error_description: 'Invalid scope value' };
  }
  return { ...authenticated, scope: [...scopes].join(',') };
}

function tokenBody(
  token: string,
  expiresIn: number,
  fault: ImsFault | undefined,
): Record<string, unknown> {
  const body = { access_token: token, token_type: 'bearer', expires_in: expiresIn };
  switch (fault?.kind) {
    case 'missing-access-token':
      return { ...body, access_token: undefined };
    case 'missing-expires-in':
      return { ...body, expires_in: undefined };
    case 'expires-in':
      return { ...body, expires_in: fault.value };
    case 'not-bearer':
      return { ...body, token_type: 'mac' };
    default:
      return body;
  }
}
