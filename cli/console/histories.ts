import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { TokenVersion, VersionOf } from '../../console/messages.ts';
import type { EpochSeconds } from '../../core/instant.ts';
import { decodeVersionId } from '../../core/version-id.ts';
import { clientConfig } from '../aws/network.ts';
import type { Secret } from '../aws/secret.ts';
import { listVersions, type StoredVersion } from '../aws/version-list.ts';

interface Remembered {
  readonly labels: string;
  readonly versions: Promise<readonly StoredVersion[]>;
}

// ListSecretVersionIds has a quota, and the function needs Secrets Manager too.
const concurrency = 5;

const mostRemembered = 5_000;

/** The versions of secrets, by their ids alone. A secret whose labels have not moved is not asked again. */
export class Histories {
  readonly #client = new SecretsManagerClient(clientConfig());
  readonly #signal: AbortSignal;
  readonly #remembered = new Map<string, Remembered>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** @param listed the secret as of the last list */
  async of(secretId: string, listed: Secret | undefined): Promise<readonly StoredVersion[]> {
    const labels = [
      listed?.currentVersionId,
      listed?.previousVersionId,
      listed?.pendingVersionId,
    ].join(' ');
    const before = this.#remembered.get(secretId);
    if (before?.labels === labels && listed !== undefined) return await before.versions;
    const versions = this.#inTurn(() => listVersions(this.#client, secretId, this.#signal));
    this.#remembered.set(secretId, { labels, versions });
    const forget = (): void => {
      if (this.#remembered.get(secretId)?.versions === versions) this.#remembered.delete(secretId);
    };
    versions.then((found) => {
      // The list of versions may lag behind the list of secrets.
      if (!found.some(({ id }) => id === listed?.currentVersionId)) forget();
    }, forget);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > mostRemembered && oldest !== undefined) {
      this.#remembered.delete(oldest);
    }
    return await versions;
  }

  async #inTurn<Result>(ask: () => Promise<Result>): Promise<Result> {
    if (this.#running >= concurrency) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running += 1;
    try {
      return await ask();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

/** The facts in the id of a token's version. */
export function tokenVersion(version: StoredVersion, now: EpochSeconds): TokenVersion {
  const fields = decodeVersionId(version.id, now);
  if (fields === undefined) return version;
  const { expiresAt, lifetime, fingerprint } = fields;
  return { ...version, issuedAt: expiresAt - lifetime, expiresAt, fingerprint };
}

/** Of versions that were stored in the same second, the current one is the latest. */
export function latestFirst<Version extends VersionOf>(
  versions: readonly Version[],
): readonly Version[] {
  return versions.toSorted(
    (one, other) => (other.createdAt ?? 0) - (one.createdAt ?? 0) || rankOf(one) - rankOf(other),
  );
}

const ranked = ['AWSPENDING', 'AWSCURRENT', 'AWSPREVIOUS'];

function rankOf({ labels }: VersionOf): number {
  const rank = ranked.findIndex((label) => labels.includes(label));
  return rank === -1 ? ranked.length : rank;
}
