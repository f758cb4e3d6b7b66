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
import type { EpochSeconds } from '../../core/instant.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import { toMetadata } from '../../core/secret-metadata.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { askAws, clientConfig, isRefusal } from './ask.ts';
import { toInstant } from './instant.ts';

/** The metadata of a secret, never its value. */
export interface Secret extends SecretMetadata {
  readonly changedAt?: EpochSeconds | undefined;
  /** The day of the last read: Secrets Manager keeps no time of day. */
  readonly readOn?: EpochSeconds | undefined;
  readonly deletedAt?: EpochSeconds | undefined;
  /** Only for a customer managed key. */
  readonly keyId?: string | undefined;
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
  readonly secretString?: Sensitive | undefined;
}

/** Secrets Manager for an operator. Every failure is a CliError. */
export class Secrets {
  readonly #client = new SecretsManagerClient(clientConfig);
  readonly #signal: AbortSignal;

  /** @param signal ends reads; a write is always finished */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** @throws CliError ERR_AWS_REGION */
  async region(): Promise<string> {
    return await askAws('any call', undefined, () => this.#client.config.region());
  }

  /**
   * All secrets whose names begin with a prefix, page by page.
   *
   * @param filters more prefixes; one that begins with `!` excludes the names that begin with it
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

  /** Undefined when the secret does not exist; `deletedAt` is set when it is to be deleted. */
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

  /** AWSCURRENT's value; undefined when there is none, or the secret is absent or being deleted. */
  async read(secretId: string): Promise<Sensitive | undefined> {
    try {
      const { SecretString } = await askAws('secretsmanager:GetSecretValue', secretId, () =>
        this.#client.send(new GetSecretValueCommand({ SecretId: secretId }), {
          abortSignal: this.#signal,
        }),
      );
      return new Sensitive(SecretString ?? '');
    } catch (error) {
      // InvalidRequestException is the error for a secret that is scheduled for deletion.
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
          Tags: Tags.length > 0 ? Tags : undefined,
        }),
      ),
    );
    return { arn: ARN, versionId: VersionId };
  }

  /** Stores a new current value. @returns the id of its version */
  async put(secretId: string, secretString: Sensitive): Promise<string> {
    const { VersionId } = await askAws('secretsmanager:PutSecretValue', secretId, () =>
      this.#client.send(
        new PutSecretValueCommand({ SecretId: secretId, SecretString: secretString.reveal() }),
      ),
    );
    return VersionId ?? '';
  }

  /** @param days the recovery window; 0 deletes at once and for good */
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

function toSecret(row: Row, stages: Record<string, string[]> | undefined): Secret {
  return {
    ...toMetadata(row, stages),
    keyId: row.KmsKeyId,
    changedAt: toInstant(row.LastChangedDate),
    readOn: toInstant(row.LastAccessedDate),
    deletedAt: toInstant(row.DeletedDate),
  };
}
