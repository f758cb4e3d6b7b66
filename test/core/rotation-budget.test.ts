import { describe, expect, it } from 'vitest';
import { epochSeconds } from '../../core/instant.ts';
import { spentForRotation } from '../../core/rotation-budget.ts';
import { currentToken, hour, now, observed } from '../support/builders.ts';

const ago = (...minutes: readonly number[]) => minutes.map((each) => epochSeconds(now - each * 60));
const fresh = observed();
const due = observed({ token: currentToken(11 * hour) });

describe('the requests of a rotation', () => {
  it('may be all that the budget allows while the token is fresh', () => {
    expect(spentForRotation({ ...fresh, requested: ago(1, 2) })).toBeUndefined();
    expect(spentForRotation({ ...fresh, requested: ago(1, 2, 3) })).toMatchObject({
      nextAt: now + 9 * 60,
    });
  });

  it('leave one to a token that is due', () => {
    expect(spentForRotation({ ...due, requested: ago(1) })).toBeUndefined();
    expect(spentForRotation({ ...due, requested: ago(1, 2) })).toMatchObject({
      requests: ago(1, 2),
      nextAt: now + 28 * 60,
    });
    expect(spentForRotation({ ...due, requested: ago(10, 11, 12) })).toMatchObject({
      requests: ago(10, 11, 12),
      nextAt: now + 19 * 60,
    });
    expect(spentForRotation({ ...due, requested: ago(10, 30, 31) })).toBeUndefined();
  });

  it('have to be two if it may have to ask twice, beside one for a token that is due', () => {
    expect(spentForRotation({ ...fresh, requested: ago(1) }, true)).toBeUndefined();
    expect(spentForRotation({ ...fresh, requested: ago(1, 2) }, true)).toMatchObject({
      requests: ago(1, 2),
      nextAt: now + 28 * 60,
    });
    expect(spentForRotation({ ...due, requested: [] }, true)).toBeUndefined();
    expect(spentForRotation({ ...due, requested: ago(1) }, true)).toMatchObject({
      requests: ago(1),
      nextAt: now + 29 * 60,
    });
  });

  it('are those that the version ids tell of, too', () => {
    expect(spentForRotation({ ...due, requested: [], issued: ago(1, 2) })).toMatchObject({
      nextAt: now + 9 * 60,
    });
  });
});
