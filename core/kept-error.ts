import { tagKeys } from './contract.ts';
import type { Reason } from './decision.ts';
import { BudgetSpentError, RotatorError } from './errors.ts';
import { formatInstant } from './instant.ts';
import type { SpentBudget } from './mint-budget.ts';
import type { SecretNames } from './secret-name.ts';

type Refusal = 'paused' | 'token-secret-missing' | 'credential-missing';

/** The error for a token that was kept although a new one was asked for; undefined if it is fresh. */
export function keptError(reason: Refusal, names: SecretNames): RotatorError;
export function keptError(
  reason: Reason,
  names: SecretNames,
  spent?: SpentBudget,
): RotatorError | undefined;
export function keptError(
  reason: Reason,
  names: SecretNames,
  spent?: SpentBudget,
): RotatorError | undefined {
  switch (reason) {
    case 'paused':
      return new RotatorError(
        'ERR_PAUSED',
        `${names.token} is paused by its tag ${tagKeys.paused}, so that nothing renews or replaces its value`,
      );
    case 'token-secret-missing':
      return new RotatorError(
        'ERR_TOKEN_SECRET_MISSING',
        `${names.token} does not exist, is a replica, or is scheduled for deletion`,
      );
    case 'credential-missing':
      return new RotatorError(
        'ERR_CREDENTIAL_MISSING',
        `${names.client} does not exist, has no value, or is scheduled for deletion`,
      );
    case 'backing-off':
      return new RotatorError(
        'ERR_BACKING_OFF',
        `${names.token} is backing off after the failure in its tag ${tagKeys.status}; ` +
          'store another credential, or force a renewal',
      );
    case 'recently-issued':
      return new RotatorError(
        'ERR_RECENTLY_ISSUED',
        `the token in ${names.token} was issued less than 10 minutes ago`,
      );
    case 'over-budget':
      return spent && spentError(spent, names);
    default:
      return undefined;
  }
}

/** The error for a token that is not minted, because too many were requested shortly before. */
export function spentError(
  { requests, nextAt }: SpentBudget,
  { token }: SecretNames,
): RotatorError {
  const times = requests.map(formatInstant).join(', ');
  return new BudgetSpentError(
    `tokens for ${token} were requested at ${times}, which uses up its budget; ` +
      `the next request is possible at ${formatInstant(nextAt)}`,
    nextAt,
  );
}
