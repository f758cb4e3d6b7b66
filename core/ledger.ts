import type { EpochSeconds } from './instant.ts';
import { importersOf, type Naming, parseSecretName } from './secret-name.ts';
import type { Tags } from './token-tags.ts';

/** A secret's metadata, from ListSecrets or DescribeSecret. */
export interface SecretMetadata {
  readonly name: string;
  readonly arn: string;
  readonly tags: Tags;
  /** The version that has AWSCURRENT; undefined for a secret without a value. */
  readonly currentVersionId?: string | undefined;
  /** The version that has AWSPREVIOUS. */
  readonly previousVersionId?: string | undefined;
  /** The version that has AWSPENDING; it may have AWSCURRENT too. */
  readonly pendingVersionId?: string | undefined;
  /** Secrets Manager rotates it. */
  readonly isRotating?: boolean | undefined;
  /** When Secrets Manager rotates it next, as far as it tells. */
  readonly nextRotationAt?: EpochSeconds | undefined;
  /** When a rotation was last complete. */
  readonly rotatedAt?: EpochSeconds | undefined;
  readonly createdAt?: EpochSeconds | undefined;
  /** The last change of its value, labels or tags. */
  readonly changedAt?: EpochSeconds | undefined;
  /** Set on a replicated secret, in its primary Region too. */
  readonly primaryRegion?: string | undefined;
  /** The copies that could not be brought up to date; only from DescribeSecret. */
  readonly failedReplicas?: readonly FailedReplica[] | undefined;
}

export interface FailedReplica {
  readonly region: string;
  /** AWS's words. */
  readonly reason: string;
}

/** The secrets of one credential that the list has shown so far. */
export interface LedgerEntry<Row extends SecretMetadata = SecretMetadata> {
  readonly client?: Row | undefined;
  readonly token?: Row | undefined;
}

/**
 * Adds one page of the list to the ledger and takes out the credentials whose two secrets are both
 * known now, so that the ledger holds incomplete credentials only. It skips secrets of other
 * rotators and replicas of secrets in other Regions. The order of the rows does not matter.
 */
export function takePairs<Row extends SecretMetadata>(
  ledger: Map<string, LedgerEntry<Row>>,
  page: readonly Row[],
  scope: { readonly prefix: string; readonly region: string },
): readonly [credential: string, entry: LedgerEntry<Row>][] {
  const pairs: [string, LedgerEntry<Row>][] = [];
  for (const row of page) {
    const parsed = parseSecretName(scope.prefix, row.name);
    if (parsed === undefined || isReplica(row, scope.region)) continue;
    const entry: LedgerEntry<Row> = { ...ledger.get(parsed.credential), [parsed.kind]: row };
    if (entry.client === undefined || entry.token === undefined) {
      ledger.set(parsed.credential, entry);
    } else {
      ledger.delete(parsed.credential);
      pairs.push([parsed.credential, entry]);
    }
  }
  return pairs;
}

/** True for the replica of a secret in another Region, which can be read but not written. */
export function isReplica(secret: SecretMetadata | undefined, region: string): boolean {
  return secret?.primaryRegion !== undefined && secret.primaryRegion !== region;
}

/**
 * True for a client secret that only other credentials use, as `offboard` leaves it: it is no
 * credential of its own any more.
 */
export function isOnlyLent(
  credential: string,
  { client, token }: LedgerEntry,
  {
    clientSecrets,
    declared,
  }: Pick<Naming, 'clientSecrets'> & { readonly declared: ReadonlySet<string> },
): boolean {
  if (client === undefined || token !== undefined) return false;
  if (clientSecrets.has(credential) || declared.has(credential)) return false;
  return importersOf({ clientSecrets }, client.arn).length > 0;
}
