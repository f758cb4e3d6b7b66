import type { CurrentToken, Decision, Observation, Reason } from './decision.ts';
import { RenewalError } from './errors.ts';
import type { CredentialOutcome } from './run-result.ts';
import type { SecretNames } from './secret-name.ts';

/** The outcome of a decision to keep: `failed` with a code when somebody has to act. */
export function keptOutcome(
  credential: string,
  { reason, failing }: Decision,
  token: Observation['token'],
  names: SecretNames,
): CredentialOutcome {
  const expiry = typeof token === 'object' ? { expiresAt: token.expiresAt } : {};
  const error = failing ? keptError(reason, names) : undefined;
  return error === undefined
    ? { credential, reason, outcome: 'kept', ...expiry }
    : { credential, reason, outcome: 'failed', ...expiry, error };
}

/** Why a token that was asked for was not renewed; undefined when it is fresh. */
export function keptError(reason: Reason, names: SecretNames): RenewalError | undefined {
  switch (reason) {
    case 'paused':
      return new RenewalError(
        'ERR_PAUSED',
        `${names.token} is paused by its tag ims-token-rotator:paused`,
      );
    case 'token-secret-missing':
      return new RenewalError(
        'ERR_TOKEN_SECRET_MISSING',
        `${names.token} does not exist or is scheduled for deletion`,
      );
    case 'credential-missing':
      return new RenewalError(
        'ERR_CREDENTIAL_MISSING',
        `${names.client} does not exist, has no value, or is scheduled for deletion`,
      );
    case 'recently-issued':
      return new RenewalError(
        'ERR_RECENTLY_ISSUED',
        `the token in ${names.token} was issued less than 10 minutes ago`,
      );
    default:
      return undefined;
  }
}

/** Whether the token that a run wanted to replace must be outlived by the new one. */
export function mustExpireLater(
  reason: Reason,
  token: Observation['token'],
): token is CurrentToken {
  return (reason === 'token-expired' || reason === 'token-expiring') && typeof token === 'object';
}
