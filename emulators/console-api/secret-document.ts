import type { ClientSecret } from '../ims/client-secret.ts';

const permanent = { expires_at: 'PERMANENT', expires_at_str: 'PERMANENT' };

/**
 * A secret in a list. It has no value.
 *
 * @param usagesUntil the last time that the record of its uses includes, in epoch milliseconds
 */
export function listedSecret(secret: ClientSecret, usagesUntil: number): object {
  return { ...permanent, ...creationOf(secret), secret_usages: usagesOf(secret, usagesUntil) };
}

/** A secret that was just added: the only answer with its value. */
export function addedSecret(secret: ClientSecret): object {
  return {
    ...permanent,
    client_secret: secret.value,
    ...creationOf(secret),
    secret_usages: null,
  };
}

function creationOf({ createdAt, uuid }: ClientSecret): object {
  return { created_at: String(createdAt), created_at_str: written(createdAt), uuid };
}

/** Null for a secret that was never used. */
function usagesOf(secret: ClientSecret, until: number): object[] | null {
  const lastUsedAt = secret.lastUsedUntil(until);
  if (lastUsedAt === undefined) return null;
  return [{ last_used_at: String(lastUsedAt), grant_type: 'client_credentials' }];
}

/** For example `Tue, May 2 2023 05:36:17.000 UTC`. */
function written(milliseconds: number): string {
  const date = new Date(milliseconds);
  const [weekday = '', , month = ''] = date.toUTCString().split(' ');
  const time = date.toISOString().slice(11, -1);
  return `${weekday} ${month} ${date.getUTCDate()} ${date.getUTCFullYear()} ${time} UTC`;
}
