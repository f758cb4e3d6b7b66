import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import type { EpochSeconds } from '../../core/instant.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { decodeText } from '../../core/text.ts';
import { askAws, isRefusal } from './ask.ts';
import { toInstant } from './instant.ts';
import { clientConfig } from './network.ts';
import { nextPage } from './next-page.ts';
import { type Secret, toSecret } from './secret.ts';

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
  /** The id of the first version; has no effect without a value. */
  readonly versionId: string;
}

/** A value, and the version that holds it. */
export interface SecretValue {
  /** Empty for a SecretBinary, which no consumer can read as a token. */
  readonly value: Sensitive;
  /** The text of the SecretString or of the SecretBinary, in which a credential may be stored. */
  readonly text: Sensitive;
  readonly versionId: string;
}

/** Secrets Manager for an operator. Every failure is a CliError. */
export class Secrets {
  readonly #client = new SecretsManagerClient(clientConfig());
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
      NextToken = nextPage(NextToken, page.NextToken);
    } while (NextToken !== undefined);
  }

  /** Undefined when the secret does not exist; `deletedAt` is set when it is to be deleted. */
  async describe(
    secretId: string,
    signal: AbortSignal | undefined = this.#signal,
  ): Promise<Secret | undefined> {
    try {
      const row = await askAws('secretsmanager:DescribeSecret', secretId, () =>
        this.#client.send(new DescribeSecretCommand({ SecretId: secretId }), {
          abortSignal: signal,
        }),
      );
      return toSecret(row, row.VersionIdsToStages);
    } catch (error) {
      if (isRefusal(error, 'ResourceNotFoundException')) return undefined;
      throw error;
    }
  }

  /** Describes a secret after a write, which Ctrl-C does not leave half done. */
  async describeAfterWrite(secretId: string): Promise<Secret | undefined> {
    return await this.describe(secretId, AbortSignal.timeout(60_000));
  }

  /**
   * AWSCURRENT's value, or that of a version; undefined when there is none, or the secret is absent
   * or being deleted.
   */
  async read(secretId: string, VersionId?: string): Promise<SecretValue | undefined> {
    try {
      const read = await askAws('secretsmanager:GetSecretValue', secretId, () =>
        this.#client.send(new GetSecretValueCommand({ SecretId: secretId, VersionId }), {
          abortSignal: this.#signal,
        }),
      );
      const { SecretString, SecretBinary = new Uint8Array(), VersionId: versionId = '' } = read;
      const text = new Sensitive(SecretString ?? decodeText(SecretBinary));
      return { value: new Sensitive(SecretString ?? ''), text, versionId };
    } catch (error) {
      // InvalidRequestException is the error for a secret that is scheduled for deletion.
      const absent = ['ResourceNotFoundException', 'InvalidRequestException'];
      if (absent.some((name) => isRefusal(error, name))) return undefined;
      throw error;
    }
  }

  /** True if a resource policy lets others use the secret. */
  async hasPolicy(arn: string): Promise<boolean> {
    const { ResourcePolicy } = await askAws('secretsmanager:GetResourcePolicy', arn, () =>
      this.#client.send(new GetResourcePolicyCommand({ SecretId: arn }), {
        abortSignal: this.#signal,
      }),
    );
    return ResourcePolicy !== undefined;
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

  /** @returns the secret's ARN */
  async create({
    name,
    description,
    tags,
    keyId,
    secretString,
    versionId,
  }: NewSecret): Promise<string> {
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    const create = new CreateSecretCommand({
      Name: name,
      Description: description,
      KmsKeyId: keyId,
      SecretString: secretString?.reveal(),
      ClientRequestToken: versionId,
      Tags: Tags.length > 0 ? Tags : undefined,
    });
    const { ARN = '' } = await askAws(
      'secretsmanager:CreateSecret',
      name,
      () => this.#client.send(create),
      [secretString?.reveal() ?? ''],
    );
    return ARN;
  }

  /** Stores a new current value as the version with this id. */
  async put(arn: string, secretString: Sensitive, versionId: string): Promise<void> {
    const put = new PutSecretValueCommand({
      SecretId: arn,
      SecretString: secretString.reveal(),
      ClientRequestToken: versionId,
    });
    await askAws('secretsmanager:PutSecretValue', arn, () => this.#client.send(put), [
      secretString.reveal(),
    ]);
  }

  /**
   * Schedules the deletion of a secret, never by its name: another may have that name by now.
   *
   * @param days the recovery window
   */
  async delete(arn: string, days: number): Promise<void> {
    await askAws('secretsmanager:DeleteSecret', arn, () =>
      this.#client.send(new DeleteSecretCommand({ SecretId: arn, RecoveryWindowInDays: days })),
    );
  }

  async restore(arn: string): Promise<void> {
    await askAws('secretsmanager:RestoreSecret', arn, () =>
      this.#client.send(new RestoreSecretCommand({ SecretId: arn })),
    );
  }

  async setTag(arn: string, key: string, value: string): Promise<void> {
    await askAws('secretsmanager:TagResource', arn, () =>
      this.#client.send(
        new TagResourceCommand({ SecretId: arn, Tags: [{ Key: key, Value: value }] }),
      ),
    );
  }
}
