import { describe, expect, it } from 'vitest';
import type { Reason } from '../../core/decision.ts';
import { keptError } from '../../core/kept-error.ts';
import { secretNames } from '../../core/secret-name.ts';

const names = secretNames({ prefix: 'ims-token-rotator/prod', clientSecrets: new Map() }, 'fusion');

describe('the error for a kept token', () => {
  it.each<[Reason, string | undefined]>([
    ['paused', 'ERR_PAUSED'],
    ['token-secret-missing', 'ERR_TOKEN_SECRET_MISSING'],
    ['credential-missing', 'ERR_CREDENTIAL_MISSING'],
    ['backing-off', 'ERR_BACKING_OFF'],
    ['recently-issued', 'ERR_RECENTLY_ISSUED'],
    ['token-fresh', undefined],
  ])('with the reason %s has the code %s', (reason, code) => {
    expect(keptError(reason, names)?.code).toBe(code);
  });
});
