import { parseSecretName } from './secret-name.ts';
import type { Tags } from './token-tags.ts';

/** A secret's metadata, as ListSecrets and DescribeSecret give it. */
export interface SecretMetadata {
  readonly name: string;
  readonly arn: string;
  readonly tags: Tags;
  /** The version that has AWSCURRENT; undefined for a secret without a value. */
  readonly currentVersionId?: string | undefined;
  /** The version that has AWSPENDING, which a rotation gives and AWSCURRENT does not exclude. */
  readonly pendingVersionId?: string | undefined;
  /** Set on a secret that is replicated, in every Region. */
  readonly primaryRegion?: string | undefined;
}

/** What the list shows of one credential. Either secret may be missing. */
export interface LedgerEntry<Row extends SecretMetadata = SecretMetadata> {
  readonly client?: Row | undefined;
  readonly token?: Row | undefined;
}

/**
 * Adds one page of the list to the ledger, and takes out of it the credentials of which both secrets
 * are known now, so that only what is incomplete is kept. Rows of other rotators and replicas of
 * another Region's secrets are passed over; the order of the rows does not matter.
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

/** Whether a secret is the replica of one in another Region. */
export function isReplica(secret: SecretMetadata | undefined, region: string): boolean {
  return secret?.primaryRegion !== undefined && secret.primaryRegion !== region;
}
