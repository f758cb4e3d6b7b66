import type { SecretValue } from './options.ts';
import { TokenError } from './token-error.ts';

/** A token as the secret holds it. */
export interface StoredToken {
  readonly accessToken: string;
  /** In epoch milliseconds; NaN if neither the secret nor the token says. */
  readonly expiresAt: number;
  readonly clientId: string | undefined;
  readonly orgId: string | undefined;
  readonly versionId: string | undefined;
}

/**
 * Reads schema 1 and later, to which fields are only added, and a token stored by hand.
 *
 * @throws TokenError ERR_TOKEN_UNREADABLE
 */
export function parseStoredToken(
  secretId: string,
  { SecretString = '', VersionId }: SecretValue,
): StoredToken {
  const { schema = 1, access_token, expires_at, client_id, org_id } = parseObject(SecretString);
  const accessToken = printable(access_token);
  const expiresAt =
    expires_at === undefined ? claimedExpiry(accessToken) : parseInstant(expires_at);
  const isUnreadable = expires_at !== undefined && Number.isNaN(expiresAt);
  if (accessToken === undefined || isUnreadable || !(numberOf(schema) >= 1)) {
    throw new TokenError('ERR_TOKEN_UNREADABLE', `${secretId} holds no readable token`);
  }
  return {
    accessToken,
    expiresAt,
    clientId: printable(client_id),
    orgId: printable(org_id),
    versionId: VersionId,
  };
}

/** A value that fits into a header. */
function printable(value: unknown): string | undefined {
  return typeof value === 'string' && /^[!-~]+$/.test(value) ? value : undefined;
}

/** RFC 3339: a local time would be ambiguous. */
function parseInstant(value: unknown): number {
  return typeof value === 'string' && /^\d{4}-[\d-]+T[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(value)
    ? Date.parse(value)
    : Number.NaN;
}

/** IMS's claims are strings of milliseconds, and there is no `exp`. */
function claimedExpiry(accessToken = ''): number {
  const [, payload = ''] = accessToken.split('.');
  const { created_at, expires_in } = parseObject(Buffer.from(payload, 'base64url').toString());
  return numberOf(created_at) + numberOf(expires_in);
}

/** An object in JSON may have a `valueOf` that is no function. */
function numberOf(value: unknown): number {
  return typeof value === 'object' ? Number.NaN : Number(value);
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    // The parser's error quotes the text.
    return {};
  }
}
