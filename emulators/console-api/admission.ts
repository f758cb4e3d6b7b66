import type { IncomingHttpHeaders } from 'node:http';
import type { ImsClient } from '../ims/client.ts';
import type { TokenInspection } from '../ims/issued-tokens.ts';
import type { Refusal } from './refusal.ts';
import type { SecretsPath } from './secrets-path.ts';

/** What the Console asks IMS. */
export interface ConsoleIms {
  inspect(token: string): TokenInspection;
  clientOfCredential(credentialId: string): ImsClient | undefined;
}

/**
 * The scopes that a token needs here, all of them for each call.
 *
 * @see https://developer.adobe.com/developer-console/docs/guides/authentication/ServerToServerAuthentication/implementation
 */
export const consoleScopes = [
  'AdobeID',
  'openid',
  'read_organizations',
  'additional_info.projectedProductContext',
  'additional_info.roles',
  'adobeio_api',
  'read_client_secret',
  'manage_client_secrets',
] as const;

export function bearerToken({ authorization }: IncomingHttpHeaders): string | undefined {
  return /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
}

/** The client whose secrets the caller may manage: its own. */
export function admit(
  ims: ConsoleIms,
  path: SecretsPath | undefined,
  headers: IncomingHttpHeaders,
): ImsClient | Refusal {
  const token = bearerToken(headers);
  if (token === undefined) return 'ErrMissingOauthToken';
  const apiKey = headers['x-api-key'];
  if (apiKey === undefined) return 'ErrMissingApiKey';
  const inspection = ims.inspect(token);
  if (!inspection.valid) return 'ErrInvalidOauthToken';
  if (apiKey !== inspection.clientId) return 'ErrInvalidApiKey';
  if (path === undefined) return 'ErrNotFound';

  const scopes = inspection.claims.scope.split(',');
  if (!consoleScopes.every((scope) => scopes.includes(scope))) return 'ErrMissingScope';
  if (!/^\d+$/.test(path.orgId)) return 'ErrInvalidOrganization';
  const client = ims.clientOfCredential(path.credentialId);
  if (client?.consoleOrgId !== path.orgId) return 'ErrCredentialNotFound';
  return client.clientId === inspection.clientId ? client : 'ErrNotAllowed';
}
