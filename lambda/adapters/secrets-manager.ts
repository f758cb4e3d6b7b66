// The port SecretStore. In: names, versions and tags. Out: metadata, values, or a RotatorError.
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  type GetSecretValueCommandInput,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  type SecretsManagerClientConfig,
  TagResourceCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import pThrottle from 'p-throttle';
import { tagKeys } from '../../core/contract.ts';
import { epochSeconds } from '../../core/instant.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import type { NewVersion, SecretStore, SecretValue, Version } from '../../core/ports.ts';
import type { HttpProxy } from '../../core/proxy.ts';
import { type SecretRow, toMetadata } from '../../core/secret-metadata.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { decodeText } from '../../core/text.ts';
import { AwsHttp } from './aws-http.ts';
import { orAborted } from './or-aborted.ts';
import { absentAsUndefined, attempt } from './secrets-manager-errors.ts';

export interface SecretsManagerOptions extends SecretsManagerClientConfig {
  /** Seconds. */
  readonly timeouts: { readonly connect: number; readonly total: number };
  /** The account's quota for all writes of secrets is 50 a second, which others share. */
  readonly writesPerSecond: number;
  readonly proxy?: HttpProxy | undefined;
}

type Pace = <Output>(write: () => Promise<Output>, signal: AbortSignal) => Promise<Output>;

/** Whoever still waits for a turn at the deadline would hold up the end of the run. */
function pace(perSecond: number): Pace {
  const throttle = pThrottle({ limit: perSecond, interval: 1_000, strict: true });
  const nextTurn = throttle(() => Promise.resolve());
  return async (write, signal) => {
    await orAborted(nextTurn(), signal);
    return await write();
  };
}

/**
 * The port `SecretStore` through the AWS SDK. Every failure is a RotatorError with its own code.
 * Only the name of AWS's error is kept, because its message may quote the request.
 */
export class SecretsManager implements SecretStore {
  readonly #client: SecretsManagerClient;
  readonly #paced: Pace;
  readonly #pacedTags: Pace;

  constructor({ timeouts, writesPerSecond, proxy, ...config }: SecretsManagerOptions) {
    // Tags have a quota of their own.
    this.#paced = pace(writesPerSecond);
    this.#pacedTags = pace(writesPerSecond);
    this.#client = new SecretsManagerClient({
      // The SDK's own retries ignore the deadline and repeat errors that are final.
      maxAttempts: 1,
      requestHandler: new AwsHttp({ timeouts, proxy }),
      ...config,
    });
    // It prepares what no logger gets.
    this.#client.middlewareStack.remove('loggerMiddleware');
  }

  /** @throws RotatorError with one of the codes ERR_SECRET_… */
  async listPage(
    namePrefixes: readonly string[],
    nextToken: string | undefined,
    abortSignal: AbortSignal,
  ) {
    return await attempt('ListSecrets', namePrefixes.join(', '), async () => {
      const page = await this.#client.send(
        new ListSecretsCommand({
          Filters: [{ Key: 'name', Values: [...namePrefixes] }],
          SortBy: 'name',
          MaxResults: 100,
          NextToken: nextToken,
        }),
        { abortSignal },
      );
      // Else a list that does not end would take the time of every renewal.
      if (nextToken !== undefined && page.NextToken === nextToken) throw unreadable();
      const rows = whole(page.SecretList).map((row) =>
        toMetadata(withOwnTags(row), row.SecretVersionsToStages),
      );
      return { rows, nextToken: page.NextToken || undefined };
    });
  }

  /** @throws RotatorError as `listPage` */
  async describe(secretId: string, abortSignal: AbortSignal): Promise<SecretMetadata | undefined> {
    return await absentAsUndefined('DescribeSecret', secretId, async () => {
      const row = await this.#client.send(new DescribeSecretCommand({ SecretId: secretId }), {
        abortSignal,
      });
      if (row.DeletedDate !== undefined) return undefined;
      return toMetadata({ ...withOwnTags(row), ARN: whole(row.ARN) }, row.VersionIdsToStages);
    });
  }

  /** @throws RotatorError as `listPage` */
  async read(secretId: string, abortSignal: AbortSignal): Promise<SecretValue | undefined> {
    return await this.#readValue({ SecretId: secretId }, abortSignal);
  }

  /** @throws RotatorError as `listPage` */
  async readVersion(
    { secretId, versionId }: Version,
    abortSignal: AbortSignal,
  ): Promise<SecretValue | undefined> {
    return await this.#readValue({ SecretId: secretId, VersionId: versionId }, abortSignal);
  }

  /** @throws RotatorError as `listPage` */
  async readPrevious(secretId: string, signal: AbortSignal): Promise<SecretValue | undefined> {
    return await this.#readValue({ SecretId: secretId, VersionStage: 'AWSPREVIOUS' }, signal);
  }

  /** @throws RotatorError as `listPage`, ERR_VERSION_EXISTS, ERR_VERSION_LIMIT or ERR_TOKEN_SECRET_MISSING */
  async put(version: NewVersion, abortSignal: AbortSignal): Promise<readonly string[]> {
    const SecretString = version.secretString.reveal();
    const RotationToken = version.pending?.rotationToken?.reveal();
    const answer = await this.#write(
      'PutSecretValue',
      version.secretId,
      abortSignal,
      () =>
        this.#client.send(
          new PutSecretValueCommand({
            SecretId: version.secretId,
            ClientRequestToken: version.versionId,
            SecretString,
            VersionStages: version.pending === undefined ? undefined : ['AWSPENDING'],
            RotationToken,
          }),
          { abortSignal },
        ),
      [SecretString, RotationToken ?? ''],
    );
    return answer.VersionStages ?? [];
  }

  /** @throws RotatorError as `put` */
  async makeCurrent(
    version: Version & { readonly from?: string | undefined },
    abortSignal: AbortSignal,
  ): Promise<void> {
    await this.#write('UpdateSecretVersionStage', version.secretId, abortSignal, () =>
      this.#client.send(
        new UpdateSecretVersionStageCommand({
          SecretId: version.secretId,
          VersionStage: 'AWSCURRENT',
          MoveToVersionId: version.versionId,
          RemoveFromVersionId: version.from,
        }),
        { abortSignal },
      ),
    );
  }

  /** @throws RotatorError as `put` */
  async removePending(version: Version, abortSignal: AbortSignal): Promise<void> {
    await this.#write('UpdateSecretVersionStage', version.secretId, abortSignal, () =>
      this.#client.send(
        new UpdateSecretVersionStageCommand({
          SecretId: version.secretId,
          VersionStage: 'AWSPENDING',
          RemoveFromVersionId: version.versionId,
        }),
        { abortSignal },
      ),
    );
  }

  /** @throws RotatorError as `put` */
  async setTag(
    tag: { readonly secretId: string; readonly key: string; readonly value: string },
    abortSignal: AbortSignal,
  ): Promise<void> {
    const { secretId, key, value } = tag;
    const command = new TagResourceCommand({
      SecretId: secretId,
      Tags: [{ Key: key, Value: value }],
    });
    await attempt('TagResource', secretId, async () => {
      const answer = await this.#pacedTags(
        () => this.#client.send(command, { abortSignal }),
        abortSignal,
      );
      // Nothing else tells an answer without fields from that of a filter.
      whole(answer.$metadata.requestId);
    });
  }

  async #readValue(
    input: GetSecretValueCommandInput & { readonly SecretId: string },
    abortSignal: AbortSignal,
  ): Promise<SecretValue | undefined> {
    return await absentAsUndefined('GetSecretValue', input.SecretId, async () => {
      const value = await this.#client.send(new GetSecretValueCommand(input), { abortSignal });
      const { SecretString, SecretBinary = new Uint8Array(), CreatedDate } = value;
      return {
        arn: whole(value.ARN),
        versionId: whole(value.VersionId),
        createdAt: CreatedDate && epochSeconds(CreatedDate.getTime() / 1000),
        secretString: new Sensitive(SecretString ?? ''),
        text: new Sensitive(SecretString ?? decodeText(SecretBinary)),
      };
    });
  }

  async #write<Output extends { readonly ARN?: string | undefined }>(
    operation: string,
    secretId: string,
    abortSignal: AbortSignal,
    call: () => Promise<Output>,
    sent: readonly string[] = [],
  ): Promise<Output> {
    const write = async (): Promise<Output> => {
      const answer = await this.#paced(call, abortSignal);
      whole(answer.ARN);
      return answer;
    };
    return await attempt(operation, secretId, write, sent);
  }
}

const ownTags: ReadonlySet<string | undefined> = new Set(Object.values(tagKeys));

/**
 * A field that every response of AWS has. Without it, the response is of something in between, and
 * says nothing of the secret: not that it is absent, and not that it has no value.
 */
function whole<Value>(field: Value | undefined): Value {
  if (field === undefined) throw unreadable();
  return field;
}

function unreadable(): Error {
  const error = new Error('the response is not one of Secrets Manager');
  return Object.assign(error, { name: 'UnreadableResponse' });
}

/** Others can be fifty of a third of a kilobyte, for each secret that a run keeps in mind. */
function withOwnTags(row: SecretRow): SecretRow {
  return { ...row, Tags: row.Tags?.filter(({ Key }) => ownTags.has(Key)) };
}
