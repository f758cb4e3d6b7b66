import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  type SecretListEntry,
  SecretsManagerClient,
  type SecretsManagerClientConfig,
  type SecretsManagerServiceException,
  type Tag,
  TagResourceCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import pThrottle from 'p-throttle';
import { type ErrorCode, RenewalError } from '../core/errors.ts';
import type { SecretMetadata } from '../core/ledger.ts';
import { Sensitive } from '../core/sensitive.ts';

// The account's quota for all writes of secrets is 50 a second, and others want some of it.
const defaultWritesPerSecond = 40;

/**
 * Secrets Manager through the AWS SDK. Every failure is a RenewalError with a code of its own;
 * of AWS's error only the name is kept, for its message may quote the request.
 */
export class SecretsManager {
  readonly #client: SecretsManagerClient;
  readonly #paced: <Output>(write: () => Promise<Output>) => Promise<Output>;

  constructor(config: SecretsManagerClientConfig, writesPerSecond = defaultWritesPerSecond) {
    const throttle = pThrottle({ limit: writesPerSecond, interval: 1_000, strict: true });
    this.#paced = throttle((write) => write());
    this.#client = new SecretsManagerClient({
      // The SDK's own retries know no deadline and repeat errors that are final.
      maxAttempts: 1,
      requestHandler: {
        connectionTimeout: 2_000,
        requestTimeout: 5_000,
        throwOnRequestTimeout: true,
      },
      ...config,
    });
  }

  /** @throws RenewalError with one of the codes ERR_SECRET_… */
  async listPage(namePrefix: string, nextToken: string | undefined, abortSignal: AbortSignal) {
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
    const rows = (page.SecretList ?? []).map((row) => toMetadata(row, row.SecretVersionsToStages));
    return { rows, ...(page.NextToken === undefined ? {} : { nextToken: page.NextToken }) };
  }

  /** @throws RenewalError as `listPage` */
  async describe(secretId: string, abortSignal: AbortSignal): Promise<SecretMetadata | undefined> {
    const row = await absentAsUndefined('DescribeSecret', secretId, () =>
      this.#client.send(new DescribeSecretCommand({ SecretId: secretId }), { abortSignal }),
    );
    if (row === undefined || row.DeletedDate !== undefined) return undefined;
    return toMetadata(row, row.VersionIdsToStages);
  }

  /** @throws RenewalError as `listPage` */
  async read(secretId: string, abortSignal: AbortSignal) {
    const value = await absentAsUndefined('GetSecretValue', secretId, () =>
      this.#client.send(new GetSecretValueCommand({ SecretId: secretId }), { abortSignal }),
    );
    if (value?.ARN === undefined || value.VersionId === undefined) return undefined;
    // A binary value is not a credential and not a token: it reads as text that is neither.
    const secretString = new Sensitive(value.SecretString ?? '');
    return { arn: value.ARN, versionId: value.VersionId, secretString };
  }

  /** @throws RenewalError as `listPage`, ERR_VERSION_EXISTS, ERR_VERSION_LIMIT or ERR_TOKEN_SECRET_MISSING */
  async put(
    version: {
      readonly secretId: string;
      readonly versionId: string;
      readonly secretString: Sensitive;
    },
    abortSignal: AbortSignal,
  ): Promise<readonly string[]> {
    const answer = await this.#write('PutSecretValue', version.secretId, () =>
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

  /** @throws RenewalError as `put` */
  async makeCurrent(
    version: { readonly secretId: string; readonly versionId: string; readonly from?: string },
    abortSignal: AbortSignal,
  ): Promise<void> {
    await this.#write('UpdateSecretVersionStage', version.secretId, () =>
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

  /** @throws RenewalError as `put` */
  async setTag(
    tag: { readonly secretId: string; readonly key: string; readonly value: string },
    abortSignal: AbortSignal,
  ): Promise<void> {
    await this.#write('TagResource', tag.secretId, () =>
      this.#client.send(
        new TagResourceCommand({
          SecretId: tag.secretId,
          Tags: [{ Key: tag.key, Value: tag.value }],
        }),
        { abortSignal },
      ),
    );
  }

  async #write<Output>(
    operation: string,
    secretId: string,
    call: () => Promise<Output>,
  ): Promise<Output> {
    return await attempt(operation, secretId, () => this.#paced(call));
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
      codeOf(error),
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
    if (error instanceof RenewalError && error.code === 'ERR_TOKEN_SECRET_MISSING')
      return undefined;
    throw error;
  }
}

const codes: Readonly<Record<string, ErrorCode>> = {
  ResourceExistsException: 'ERR_VERSION_EXISTS',
  ResourceNotFoundException: 'ERR_TOKEN_SECRET_MISSING',
  AccessDeniedException: 'ERR_SECRET_ACCESS_DENIED',
  DecryptionFailure: 'ERR_SECRET_DECRYPTION',
  EncryptionFailure: 'ERR_SECRET_ENCRYPTION',
  // Of a put it means the version quota, which a retry only makes worse.
  LimitExceededException: 'ERR_VERSION_LIMIT',
  CredentialsProviderError: 'ERR_SECRET_ACCESS_DENIED',
};

/**
 * Errors of the caller's side that may pass: throttling by its several names, clocks that disagree
 * (the SDK corrects its own for the next attempt), and credentials that are about to be replaced.
 */
const passingErrors: ReadonlySet<string> = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestTimeTooSkewed',
  'RequestTimeout',
  'RequestTimeoutException',
  'SignatureDoesNotMatch',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

function codeOf(error: unknown): ErrorCode {
  if (!(error instanceof Error)) return 'ERR_SECRET_UNAVAILABLE';
  // AWS has no type of its own for a secret that is scheduled for deletion.
  const { name, message } = error;
  if (name === 'InvalidRequestException' && /deletion|deleted/.test(message)) {
    return 'ERR_TOKEN_SECRET_MISSING';
  }
  const { $fault, $metadata } = error as Partial<SecretsManagerServiceException>;
  const status = $metadata?.httpStatusCode;
  const passing = passingErrors.has(name) || status === 408 || status === 429;
  const refused = $fault === 'client' && !passing;
  return codes[name] ?? (refused ? 'ERR_SECRET_REFUSED' : 'ERR_SECRET_UNAVAILABLE');
}
