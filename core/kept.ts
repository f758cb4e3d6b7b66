import type { Reason } from './decision.ts';
import { RenewalError } from './errors.ts';
import type { SecretNames } from './secret-name.ts';

type Refusal = 'paused' | 'token-secret-missing' | 'credential-missing';

/** Why a token that was asked for was not renewed; undefined when it is fresh. */
export function keptError(reason: Refusal, names: SecretNames): RenewalError;
export function keptError(reason: Reason, names: SecretNames): RenewalError | undefined;
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
        `${names.token} does not exist, is a replica, or is scheduled for deletion`,
      );
    case 'credential-missing':
      return new RenewalError(
        'ERR_CREDENTIAL_MISSING',
        `${names.client} does not exist, has no value, or is scheduled for deletion`,
      );
    case 'backing-off':
      return new RenewalError(
        'ERR_BACKING_OFF',
        `${names.token} waits after the failure in its tag ims-token-rotator:status; ` +
          'store the credential again, or force a renewal',
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
