import { type EpochSeconds, epochSeconds } from './instant.ts';
import type { SecretMetadata } from './ledger.ts';

/** A `Date`, which core/ does not use itself. */
interface SdkDate {
  getTime(): number;
}

/** Fields of ListSecrets and DescribeSecret, in the API's spelling. */
export interface SecretRow {
  readonly Name?: string | undefined;
  readonly ARN?: string | undefined;
  readonly PrimaryRegion?: string | undefined;
  readonly RotationEnabled?: boolean | undefined;
  readonly NextRotationDate?: SdkDate | undefined;
  readonly LastRotatedDate?: SdkDate | undefined;
  readonly CreatedDate?: SdkDate | undefined;
  readonly LastChangedDate?: SdkDate | undefined;
  /** Only from DescribeSecret. */
  readonly ReplicationStatus?:
    | readonly {
        readonly Region?: string | undefined;
        readonly Status?: string | undefined;
        readonly StatusMessage?: string | undefined;
      }[]
    | undefined;
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
    previousVersionId: holderOf('AWSPREVIOUS'),
    pendingVersionId: holderOf('AWSPENDING'),
    isRotating: row.RotationEnabled,
    nextRotationAt: instantOf(row.NextRotationDate),
    rotatedAt: instantOf(row.LastRotatedDate),
    createdAt: instantOf(row.CreatedDate),
    changedAt: instantOf(row.LastChangedDate),
    primaryRegion: row.PrimaryRegion,
    failedReplicas: row.ReplicationStatus?.filter(({ Status }) => Status === 'Failed').map(
      ({ Region = '', StatusMessage = '' }) => ({ region: Region, reason: StatusMessage }),
    ),
  };
}

function instantOf(date: SdkDate | undefined): EpochSeconds | undefined {
  return date && epochSeconds(date.getTime() / 1000);
}
