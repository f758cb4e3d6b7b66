import { TokenError } from './token-error.ts';

/** Any error of a source as a TokenError, told by AWS's names and texts. */
export function readFailure(secretId: string, thrown: unknown): TokenError {
  try {
    return understood(secretId, thrown);
  } catch {
    // A source may throw what throws in turn, and a read that nobody waits for must not end the process.
    return understood(secretId, undefined);
  }
}

function understood(secretId: string, thrown: unknown): TokenError {
  if (thrown instanceof TokenError) return thrown;
  const error = thrown instanceof Error ? thrown : new Error(typeof thrown);
  const [name, message] = [`${error.name}`, `${error.message}`];
  const { cause } = error;
  // A parser's error, for example, quotes what it read.
  const isSafe = '$fault' in error || 'code' in Object(cause ?? error) || /^Time|^Cred/.test(name);
  const [code, remedy] = diagnose(name, message);
  return new TokenError(
    `ERR_TOKEN_${code}`,
    `reading ${secretId} failed: ${remedy} (${isSafe ? `${name}: ${message}` : name})`,
    isSafe ? { cause: error } : undefined,
  );
}

type Diagnosis = readonly [
  'NOT_READY' | 'SECRET_NOT_FOUND' | 'ACCESS_DENIED' | 'READ_FAILED',
  remedy: string,
];

function diagnose(name: string, message: string): Diagnosis {
  if (name === 'ResourceNotFoundException' && /value|label/.test(message)) {
    return ['NOT_READY', 'it has no token yet; store the credential, or run doctor'];
  }
  if (name === 'ResourceNotFoundException' || /deletion|deleted/.test(message)) {
    return ['SECRET_NOT_FOUND', 'check its name, Region and account, or restore it'];
  }
  if (/^AccessDenied|^DecryptionFailure/.test(name)) {
    return ['ACCESS_DENIED', 'it needs secretsmanager:GetSecretValue, and kms:Decrypt on its key'];
  }
  // The message of Node.js goes on with the name of the AWS SDK's package.
  return ['READ_FAILED', /^Cannot find/.test(message) ? 'install it' : 'it is retried in 10 s'];
}
