import { parseDuration } from './instant.ts';

/** The tags of a token secret by key. */
export type Tags = Readonly<Record<string, string | undefined>>;

/** What the tags of a token secret say about its credential. */
export interface Settings {
  readonly paused: boolean;
  readonly product?: string;
  readonly scopes?: readonly string[];
  /** Seconds. */
  readonly renewBefore?: number;
}

const key = (name: string): string => `ims-token-rotator:${name}`;

/** A `renew-before` that is not an ISO 8601 duration counts as not given. */
export function readSettings(tags: Tags): Settings {
  const paused = tags[key('paused')];
  const product = tags[key('product')];
  const scopes = tags[key('scopes')]?.split(/[\s,]+/).filter((scope) => scope !== '') ?? [];
  const renewBefore = parseDuration(tags[key('renew-before')] ?? '');
  return {
    paused: paused !== undefined && paused !== 'false',
    ...(product === undefined ? {} : { product }),
    ...(scopes.length === 0 ? {} : { scopes }),
    ...(renewBefore === undefined ? {} : { renewBefore }),
  };
}

/** SHA-256 of a text in hex. */
export type Digest = (text: string) => string;

/**
 * 8 hex digits that change whenever the token ought to: with the client secret, with its version,
 * and with the settings.
 *
 * @param versionId the one that GetSecretValue returned with the value that is used
 */
export function fingerprint(
  digest: Digest,
  clientSecretArn: string,
  versionId: string,
  tags: Tags,
): string {
  const settings = ['product', 'scopes', 'renew-before'].map((name) => tags[key(name)] ?? null);
  return digest(JSON.stringify([clientSecretArn, versionId, ...settings])).slice(0, 8);
}
