import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  type SecretListEntry,
  SecretsManagerClient,
  type SecretsManagerClientConfig,
  type Tag,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { type ErrorCode, RenewalError } from '../core/errors.ts';
import type { SecretMetadata } from '../core/ledger.ts';
import { Sensitive } from '../core/sensitive.ts';

/**
 * Secrets Manager through the AWS SDK. Every failure is a RenewalError with a code of its own;
 * of AWS's error only the name is kept, for its message may quote the request.
 */
export class SecretsManager {
  readonly #client: SecretsManagerClient;

  constructor(config: SecretsManagerClientConfig) {
    this.#client = new SecretsManagerClient({
      maxAttempts: 4,
      requestHandler: {
        connectionTimeout: 2_000,
        requestTimeout: 5_000,
        throwOnRequestTimeout: true,
      },
      ...config,
    });
  }

  /** @throws RenewalError ERR_SECRET_ACCESS_DENIED, ERR_SECRET_UNAVAILABLE or ERR_SECRET_REFUSED */
  async *list(namePrefix: string, abortSignal: AbortSignal) {
    let nextToken: string | undefined;
    do {
      const page = await attempt('ListSecrets', namePrefix, () =>
        this.#client.send(
          new ListSecretsCommand({
            Filters: [{ Key: 'name', Values: [namePrefix] }],
            SortBy: 'name',
            MaxResults: 100,
            NextToken: nextToken,
          }),
          { abortSignal },
        ),
      );
      yield (page.SecretList ?? []).map((row) => toMetadata(row, row.SecretVersionsToStages));
      nextToken = page.NextToken;
    } while (nextToken !== undefined);
  }

  /** @throws RenewalError as `list` */
  async describe(secretId: string, abortSignal: AbortSignal): Promise<SecretMetadata | undefined> {
    const row = await absentAsUndefined('DescribeSecret', secretId, () =>
      this.#client.send(new DescribeSecretCommand({ SecretId: secretId }), { abortSignal }),
    );
    if (row === undefined || row.DeletedDate !== undefined) return undefined;
    return toMetadata(row, row.VersionIdsToStages);
  }

  /** @throws RenewalError as `list` */
  async read(secretId: string, abortSignal: AbortSignal) {
    const value = await absentAsUndefined('GetSecretValue', secretId, () =>
      this.#client.send(new GetSecretValueCommand({ SecretId: secretId }), { abortSignal }),
    );
    if (value?.ARN === undefined || value.VersionId === undefined) return undefined;
    // A binary value is not a credential and not a token: it reads as text that is neither.
    const secretString = new Sensitive(value.SecretString ?? '');
    return { arn: value.ARN, versionId: value.VersionId, secretString };
  }

  /** @throws RenewalError as `list`, or ERR_VERSION_EXISTS */
  async put(
    version: {
      readonly secretId: string;
      readonly versionId: string;
      readonly secretString: Sensitive;
    },
    abortSignal: AbortSignal,
  ): Promise<readonly string[]> {
    const answer = await attempt('PutSecretValue', version.secretId, () =>
      this.#client.send(
        new PutSecretValueCommand({
          SecretId: version.secretId,
          ClientRequestToken: version.versionId,
          SecretString: version.secretString.reveal(),
        }),
        { abortSignal },
      ),
    );
    return answer.VersionStages ?? [];
  }

  /** @throws RenewalError as `list` */
  async makeCurrent(
    version: { readonly secretId: string; readonly versionId: string; readonly from?: string },
    abortSignal: AbortSignal,
  ): Promise<void> {
    await attempt('UpdateSecretVersionStage', version.secretId, () =>
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
}

function toMetadata(
  row: Pick<SecretListEntry, 'Name' | 'ARN' | 'PrimaryRegion'> & { Tags?: Tag[] | undefined },
  stages: Record<string, string[]> | undefined,
): SecretMetadata {
  const current = Object.entries(stages ?? {}).find(([, labels]) => labels.includes('AWSCURRENT'));
  return {
    name: row.Name ?? '',
    arn: row.ARN ?? '',
    tags: Object.fromEntries((row.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
    ...(current === undefined ? {} : { currentVersionId: current[0] }),
    ...(row.PrimaryRegion === undefined ? {} : { primaryRegion: row.PrimaryRegion }),
  };
}

async function attempt<Output>(
  operation: string,
  secretId: string,
  call: () => Promise<Output>,
): Promise<Output> {
  try {
    return await call();
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown error';
    throw new RenewalError(
      codeOf(error, name),
      `Secrets Manager did not do ${operation} of ${secretId}: ${name}`,
      { cause: error },
    );
  }
}

/** A secret that does not exist, has no value or is scheduled for deletion is a fact, not a fault. */
async function absentAsUndefined<Output>(
  operation: string,
  secretId: string,
  call: () => Promise<Output>,
): Promise<Output | undefined> {
  try {
    return await attempt(operation, secretId, call);
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (!(cause instanceof Error)) throw error;
    const deleted = cause.name === 'InvalidRequestException' && /deletion/.test(cause.message);
    if (cause.name === 'ResourceNotFoundException' || deleted) return undefined;
    throw error;
  }
}

function codeOf(error: unknown, name: string): ErrorCode {
  if (name === 'ResourceExistsException') return 'ERR_VERSION_EXISTS';
  if (name === 'AccessDeniedException') return 'ERR_SECRET_ACCESS_DENIED';
  if (name === 'ThrottlingException') return 'ERR_SECRET_UNAVAILABLE';
  const fault = (error as { $fault?: unknown }).$fault;
  return fault === 'client' ? 'ERR_SECRET_REFUSED' : 'ERR_SECRET_UNAVAILABLE';
}
