import { randomUUID } from 'node:crypto';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { LeakWorld } from './leak-world.ts';
import { inSeconds } from './operator.ts';

/** How somebody stores a token. */
export type Form = (accessToken: string, clientId: string) => string;

/** As the runbook has people mint by hand. */
export const byHand: Form = (access_token, client_id) =>
  JSON.stringify({
    access_token,
    issued_at: inSeconds(0),
    expires_at: inSeconds(86_400),
    client_id,
  });

export const response: Form = (access_token) =>
  JSON.stringify({ access_token, expires_in: 86_399 });

/** The time zone is wrong, and the name stands in the place of the client id. */
export const wrong: Form = (access_token) =>
  JSON.stringify({
    access_token,
    issued_at: inSeconds(-90_000),
    expires_at: inSeconds(-3_600),
    client_id: 'fusion',
  });

/**
 * Somebody mints a token with the stored credential, and stores it.
 *
 * @param idOf the version id for a value. @default a random UUID
 */
export async function storeByHand(
  leak: LeakWorld,
  form: Form,
  idOf: (value: string) => string = () => randomUUID(),
): Promise<string> {
  const { world, client, leakedSecret, secrets } = leak;
  const { client_id } = await leak.clientDocument();
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id,
    client_secret: leakedSecret,
    scope: 'openid',
  });
  const answer = await fetch(`${world.ims.url}/ims/token/v3`, { method: 'POST', body });
  const { access_token } = (await answer.json()) as { readonly access_token: string };
  secrets.add(access_token);
  const SecretId = world.secretId('fusion', 'token');
  const SecretString = form(access_token, client_id);
  const ClientRequestToken = idOf(SecretString);
  await client.send(new PutSecretValueCommand({ SecretId, SecretString, ClientRequestToken }));
  return access_token;
}
