import { AwsError } from '../wire/errors.ts';
import type { Secret } from './secret.ts';
import type { Service } from './service.ts';

/**
 * Checks that the secret's key is enabled. An unknown key passes.
 *
 * @throws AwsError `DecryptionFailure` or `EncryptionFailure`
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
