import type { SecretMetadata } from './ledger.ts';

/** What ListSecrets and DescribeSecret both return, in the API's spelling. */
export interface SecretRow {
  readonly Name?: string | undefined;
  readonly ARN?: string | undefined;
  readonly PrimaryRegion?: string | undefined;
  readonly Tags?:
    | readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[]
    | undefined;
}

/** @param stages the staging labels of each version, by version id */
export function toMetadata(
  row: SecretRow,
  stages: Readonly<Record<string, readonly string[]>> = {},
): SecretMetadata {
  const holderOf = (label: string): string | undefined =>
    Object.entries(stages).find(([, labels]) => labels.includes(label))?.[0];
  return {
    name: row.Name ?? '',
    arn: row.ARN ?? '',
    tags: Object.fromEntries((row.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
    currentVersionId: holderOf('AWSCURRENT'),
    pendingVersionId: holderOf('AWSPENDING'),
    primaryRegion: row.PrimaryRegion,
  };
}
