import { describe, expect, it } from 'vitest';
import type { Reason } from '../../core/decision.ts';
import { epochSeconds } from '../../core/instant.ts';
import { keptError } from '../../core/kept-error.ts';
import { secretNames } from '../../core/secret-name.ts';
import { now } from '../support/builders.ts';

const names = secretNames({ prefix: 'ims-token-rotator/prod', clientSecrets: new Map() }, 'fusion');

const spent = { requests: [now, now], nextAt: epochSeconds(now + 600) };

describe('the error for a kept token', () => {
  it.each<[Reason, string | undefined]>([
    ['paused', 'ERR_PAUSED'],
    ['token-secret-missing', 'ERR_TOKEN_SECRET_MISSING'],
    ['credential-missing', 'ERR_CREDENTIAL_MISSING'],
    ['backing-off', 'ERR_BACKING_OFF'],
    ['recently-issued', 'ERR_RECENTLY_ISSUED'],
    ['over-budget', 'ERR_MINT_BUDGET_SPENT'],
    ['token-fresh', undefined],
  ])('with the reason %s has the code %s', (reason, code) => {
    expect(keptError(reason, names, spent)?.code).toBe(code);
  });

  it.each<[Reason, string]>([
    ['paused', '/token is paused by its tag ims-token-rotator:paused'],
    ['token-secret-missing', '/token does not exist, is a replica, or is scheduled for deletion'],
    ['credential-missing', '/client does not exist, has no value, or is scheduled for deletion'],
    [
      'backing-off',
      '/token is backing off after the failure in its tag ims-token-rotator:status; store another credential, or force a renewal',
    ],
    ['recently-issued', '/token was issued less than 10 minutes ago'],
  ])('with the reason %s says of which secret, and why', (reason, words) => {
    expect(keptError(reason, names)?.message).toContain(`ims-token-rotator/prod/fusion${words}`);
  });

  it('is none for a token that is due', () => {
    expect(keptError('token-expiring', names)).toBeUndefined();
  });

  it('says when the budget was used up, and until when', () => {
    expect(keptError('over-budget', names, spent)?.message).toBe(
      'tokens for ims-token-rotator/prod/fusion/token were requested at 2026-11-22T12:00:00Z, ' +
        '2026-11-22T12:00:00Z, which uses up its budget; the next request is possible at 2026-11-22T12:10:00Z',
    );
  });
});
