import { tagKeys } from './contract.ts';
import { parseDuration } from './instant.ts';

/** A token secret's tags, by key. */
export type Tags = Readonly<Record<string, string | undefined>>;

/** A credential's own settings, from the tags of its token secret. */
export interface CredentialSettings {
  readonly paused: boolean;
  readonly product?: string | undefined;
  readonly scopes?: readonly string[] | undefined;
  /** Seconds. */
  readonly renewBefore?: number | undefined;
}

/** Ignores a `renew-before` that is not an ISO 8601 duration. */
export function readSettings(tags: Tags): CredentialSettings {
  const paused = tags[tagKeys.paused];
  const scopes = splitScopes(tags[tagKeys.scopes] ?? '');
  return {
    paused: paused !== undefined && paused !== 'false',
    product: tags[tagKeys.product],
    scopes: scopes.length === 0 ? undefined : scopes,
    renewBefore: parseDuration(tags[tagKeys.renewBefore] ?? ''),
  };
}

/** Scopes separated by commas or spaces. */
export function splitScopes(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((scope) => scope !== '');
}

/** SHA-256 of a text in hex. */
export type Digest = (text: string) => string;

/**
 * 8 hex digits that change when the token should: with the client secret, its version, and the
 * credential's settings.
 *
 * @param versionId the one that GetSecretValue returned with the value in use
 */
export function fingerprint(
  digest: Digest,
  clientSecretArn: string,
  versionId: string,
  tags: Tags,
): string {
  const keys = [tagKeys.product, tagKeys.scopes, tagKeys.renewBefore];
  const settings = keys.map((key) => tags[key] ?? null);
  return digest(JSON.stringify([clientSecretArn, versionId, ...settings])).slice(0, 8);
}
