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

  it('says when the budget was used up, and until when', () => {
    expect(keptError('over-budget', names, spent)?.message).toBe(
      'tokens for ims-token-rotator/prod/fusion/token were requested at 2026-11-22T12:00:00Z, ' +
        '2026-11-22T12:00:00Z, which uses up its budget; the next request is possible at 2026-11-22T12:10:00Z',
    );
  });
});
