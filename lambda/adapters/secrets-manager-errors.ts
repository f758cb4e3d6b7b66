import type { SecretsManagerServiceException } from '@aws-sdk/client-secrets-manager';
import { type ErrorCode, RotatorError } from '../../core/errors.ts';
import { redactName } from '../../core/redact.ts';
import { lastingFault, ProxyUnreachable, proxyStatus } from './network-fault.ts';

/**
 * Makes a call, and turns its error into a RotatorError.
 *
 * @param sent secrets in the call, which the error's name must not repeat
 */
export async function attempt<Output>(
  operation: string,
  secretId: string,
  call: () => Promise<Output>,
  sent: readonly string[] = [],
): Promise<Output> {
  try {
    return await call();
  } catch (error) {
    const message = `${operation} failed for ${secretId}: ${nameOf(error, sent)}`;
    throw new RotatorError(codeOf(error), message, { cause: error });
  }
}

/** The name is what the response says, or an error code of the network. */
function nameOf(error: unknown, sent: readonly string[]): string {
  if (!(error instanceof Error)) return 'unknown error';
  const status = proxyStatus(error);
  if (status !== undefined) return `the proxy answers ${status}`;
  if (isForeign(error)) return `an answer that is not from AWS: HTTP ${statusOf(error)}`;
  const { code } = error as NodeJS.ErrnoException;
  const isNetwork = error.name === 'Error' || error instanceof ProxyUnreachable;
  const name = isNetwork && code !== undefined ? code : error.name;
  return redactName(name, sent) ?? 'unknown error';
}

/** A secret that does not exist, has no value or is scheduled for deletion is an answer, not an error. */
export async function absentAsUndefined<Output>(
  operation: string,
  secretId: string,
  call: () => Promise<Output>,
): Promise<Output | undefined> {
  try {
    return await attempt(operation, secretId, call);
  } catch (error) {
    if (error instanceof RotatorError && error.code === 'ERR_TOKEN_SECRET_MISSING')
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
  // A put gets it for the version quota, which a retry only makes worse.
  LimitExceededException: 'ERR_VERSION_LIMIT',
  CredentialsProviderError: 'ERR_SECRET_ACCESS_DENIED',
};

/**
 * Client errors that may pass: throttling under its several names, clocks that disagree (the SDK
 * corrects its own for the next attempt), and credentials that are about to be replaced.
 */
const transientErrors: ReadonlySet<string> = new Set([
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
  const fault = lastingFault(error);
  if (fault === 'certificate') return 'ERR_AWS_CERTIFICATE';
  if (fault === 'proxy') return 'ERR_AWS_PROXY';
  if (fault === 'unresolved') return 'ERR_AWS_UNRESOLVED';
  // AWS has no error type for a secret that is scheduled for deletion.
  const { name, message } = error;
  if (name === 'InvalidRequestException' && /deletion|deleted/.test(message)) {
    return 'ERR_TOKEN_SECRET_MISSING';
  }
  if (isForeign(error)) return 'ERR_AWS_PROXY';
  const { $fault } = error as Partial<SecretsManagerServiceException>;
  const status = statusOf(error);
  const transient = transientErrors.has(name) || status === 408 || status === 429;
  const refused = $fault === 'client' && !transient;
  return codes[name] ?? (refused ? 'ERR_SECRET_REFUSED' : 'ERR_SECRET_UNAVAILABLE');
}

// The SDK's names for an answer that has no error code of AWS.
const withoutCode = /^(SyntaxError|Unknown(Error)?)$/;

/**
 * True for the refusal of something else in AWS's place, for example a web filter. A success that cannot be
 * read may have been damaged on the way.
 */
function isForeign(error: Error): boolean {
  const status = statusOf(error);
  if (status === undefined || !withoutCode.test(error.name)) return false;
  const isRefusal = status >= 300 && status < 500 && status !== 408 && status !== 429;
  return isRefusal || status === 511;
}

function statusOf(error: Error): number | undefined {
  return (error as Partial<SecretsManagerServiceException>).$metadata?.httpStatusCode;
}
