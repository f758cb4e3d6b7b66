import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  type SecretListEntry,
  SecretsManagerClient,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { type EpochSeconds, epochSeconds } from '../../core/instant.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { askAws, clientConfig, isRefusal } from './ask.ts';

/** A secret as its metadata shows it; never its value. */
export interface Secret extends SecretMetadata {
  readonly changedAt?: EpochSeconds;
  /** The day on which it was read last; Secrets Manager keeps no time of day. */
  readonly readOn?: EpochSeconds;
  readonly deletedAt?: EpochSeconds;
  /** Of a customer managed key. */
  readonly keyId?: string;
  /** The version that a rotation is to make current, if it is not. */
  readonly pending?: string;
}

export interface SecretVersion {
  readonly id: string;
  readonly createdAt: EpochSeconds | undefined;
}

export interface NewSecret {
  readonly name: string;
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly keyId?: string | undefined;
  readonly secretString?: Sensitive;
}

/** Secrets Manager, as an operator uses it. Every failure is a CliError. */
export class Secrets {
  readonly #client = new SecretsManagerClient(clientConfig);
  readonly #signal: AbortSignal;

  /** @param signal ends what only reads; a write is not left half done */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** @throws CliError ERR_AWS_REGION */
  async region(): Promise<string> {
    return await askAws('any call', undefined, () => this.#client.config.region());
  }

  /**
   * All secrets whose names begin so, page by page.
   *
   * @param filters of names too; one that begins with `!` is what names must not begin with
   */
  async *list(
    namePrefix: string,
    ...filters: readonly string[]
  ): AsyncGenerator<readonly Secret[]> {
    let NextToken: string | undefined;
    do {
      const page = await askAws('secretsmanager:ListSecrets', undefined, () =>
        this.#client.send(
          new ListSecretsCommand({
            Filters: [namePrefix, ...filters].map((value) => ({ Key: 'name', Values: [value] })),
            SortBy: 'name',
            MaxResults: 100,
            NextToken,
          }),
          { abortSignal: this.#signal },
        ),
      );
      yield (page.SecretList ?? []).map((row) => toSecret(row, row.SecretVersionsToStages));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
  }

  /** Undefined when there is no such secret; `deletedAt` is set on one that is to be deleted. */
  async describe(secretId: string): Promise<Secret | undefined> {
    try {
      const row = await askAws('secretsmanager:DescribeSecret', secretId, () =>
        this.#client.send(new DescribeSecretCommand({ SecretId: secretId }), {
          abortSignal: this.#signal,
        }),
      );
      return toSecret(row, row.VersionIdsToStages);
    } catch (error) {
      if (isRefusal(error, 'ResourceNotFoundException')) return undefined;
      throw error;
    }
  }

  /** AWSCURRENT's value; undefined when there is none, or no such secret, or not for long. */
  async read(secretId: string): Promise<Sensitive | undefined> {
    try {
      const { SecretString } = await askAws('secretsmanager:GetSecretValue', secretId, () =>
        this.#client.send(new GetSecretValueCommand({ SecretId: secretId }), {
          abortSignal: this.#signal,
        }),
      );
      return new Sensitive(SecretString ?? '');
    } catch (error) {
      // The latter of a secret that is scheduled for deletion.
      const absent = ['ResourceNotFoundException', 'InvalidRequestException'];
      if (absent.some((name) => isRefusal(error, name))) return undefined;
      throw error;
    }
  }

  async version(secretId: string, versionId: string): Promise<SecretVersion | undefined> {
    const { Versions = [] } = await askAws('secretsmanager:ListSecretVersionIds', secretId, () =>
      this.#client.send(new ListSecretVersionIdsCommand({ SecretId: secretId, MaxResults: 100 }), {
        abortSignal: this.#signal,
      }),
    );
    const found = Versions.find(({ VersionId }) => VersionId === versionId);
    return found && { id: versionId, createdAt: toInstant(found.CreatedDate) };
  }

  async create({
    name,
    description,
    tags,
    keyId,
    secretString,
  }: NewSecret): Promise<{ readonly arn: string; readonly versionId: string }> {
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    const { ARN = '', VersionId = '' } = await askAws('secretsmanager:CreateSecret', name, () =>
      this.#client.send(
        new CreateSecretCommand({
          Name: name,
          Description: description,
          KmsKeyId: keyId,
          SecretString: secretString?.reveal(),
          ...(Tags.length > 0 ? { Tags } : {}),
        }),
      ),
    );
    return { arn: ARN, versionId: VersionId };
  }

  /** Stores a new current value; the id of its version. */
  async put(secretId: string, secretString: Sensitive): Promise<string> {
    const { VersionId } = await askAws('secretsmanager:PutSecretValue', secretId, () =>
      this.#client.send(
        new PutSecretValueCommand({ SecretId: secretId, SecretString: secretString.reveal() }),
      ),
    );
    return VersionId ?? '';
  }

  /** @param days of the recovery window; 0 deletes at once and for good */
  async delete(secretId: string, days: number): Promise<void> {
    const how = days === 0 ? { ForceDeleteWithoutRecovery: true } : { RecoveryWindowInDays: days };
    await askAws('secretsmanager:DeleteSecret', secretId, () =>
      this.#client.send(new DeleteSecretCommand({ SecretId: secretId, ...how })),
    );
  }

  async restore(secretId: string): Promise<void> {
    await askAws('secretsmanager:RestoreSecret', secretId, () =>
      this.#client.send(new RestoreSecretCommand({ SecretId: secretId })),
    );
  }

  async setTag(secretId: string, key: string, value: string): Promise<void> {
    await askAws('secretsmanager:TagResource', secretId, () =>
      this.#client.send(
        new TagResourceCommand({ SecretId: secretId, Tags: [{ Key: key, Value: value }] }),
      ),
    );
  }
}

type Row = Omit<SecretListEntry, 'SecretVersionsToStages'> &
  Pick<DescribeSecretCommandOutput, 'DeletedDate'>;

function toSecret(row: Row, stages: Record<string, string[]> = {}): Secret {
  const versions = Object.entries(stages);
  const current = versions.find(([, labels]) => labels.includes('AWSCURRENT'))?.[0];
  const pending = versions.find(([, labels]) => labels.includes('AWSPENDING'))?.[0];
  const tags = (row.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']);
  return {
    name: row.Name ?? '',
    arn: row.ARN ?? '',
    tags: Object.fromEntries(tags),
    ...(current === undefined ? {} : { currentVersionId: current }),
    ...(pending === undefined || pending === current ? {} : { pending }),
    ...(row.PrimaryRegion === undefined ? {} : { primaryRegion: row.PrimaryRegion }),
    ...(row.KmsKeyId === undefined ? {} : { keyId: row.KmsKeyId }),
    ...at('changedAt', row.LastChangedDate),
    ...at('readOn', row.LastAccessedDate),
    ...at('deletedAt', row.DeletedDate),
  };
}

function at<Key extends string>(key: Key, date: Date | undefined) {
  return (date === undefined ? {} : { [key]: toInstant(date) }) as { [K in Key]?: EpochSeconds };
}

function toInstant(date: Date): EpochSeconds;
function toInstant(date: Date | undefined): EpochSeconds | undefined;
function toInstant(date: Date | undefined): EpochSeconds | undefined {
  return date && epochSeconds(date.getTime() / 1000);
}
