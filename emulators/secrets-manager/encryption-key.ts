import { AwsError } from '../wire/errors.ts';
import type { Secret } from './secret.ts';
import type { Service } from './service.ts';

/**
 * Refuses to use the key of a secret that is there and not enabled; of one that nobody knows here,
 * nothing is said.
 *
 * @throws AwsError as GetSecretValue or PutSecretValue do
 */
export function requireKey(
  { keyState }: Service,
  { kmsKeyId }: Secret,
  use: 'decrypt' | 'encrypt',
): void {
  const state = kmsKeyId === undefined ? undefined : keyState(kmsKeyId);
  if (state === undefined || state === 'Enabled') return;
  throw new AwsError(
    use === 'decrypt' ? 'DecryptionFailure' : 'EncryptionFailure',
    `Secrets Manager can't ${use} the protected secret text using the provided KMS key.`,
  );
}
