import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochSeconds } from '../../core/instant.ts';
import { isWithinBudget, type MintHistory } from '../../core/mint-budget.ts';
import { now } from '../support/builders.ts';

const minute = 60;
const ago = (minutes: number) => epochSeconds(now - minutes * minute);

const history = (overrides: Partial<MintHistory>): MintHistory => ({
  now,
  currentIssuedAt: ago(1),
  previousIssuedAt: ago(19),
  changedAt: ago(1),
  ...overrides,
});

describe('the budget of mints', () => {
  it.each<[string, Partial<MintHistory>, boolean]>([
    ['allows the first mint', { currentIssuedAt: undefined, previousIssuedAt: 'none' }, true],
    ['allows a second mint at once', { previousIssuedAt: 'none' }, true],
    ['allows a second mint 20 minutes after the one before', { previousIssuedAt: ago(20) }, true],
    ['refuses a third mint within 20 minutes', {}, false],
    ['allows a mint after ten minutes', { currentIssuedAt: ago(10) }, true],
    ['refuses it a moment earlier', { currentIssuedAt: epochSeconds(now - 599) }, false],
    [
      'allows a mint over a broken value when the last mint is ten minutes old',
      { currentIssuedAt: undefined, previousIssuedAt: ago(10) },
      true,
    ],
    [
      'refuses a mint over a broken value right after a mint',
      { currentIssuedAt: undefined, previousIssuedAt: ago(9) },
      false,
    ],
    [
      'refuses a mint while foreign versions hide the mints of the last minutes',
      { currentIssuedAt: undefined, previousIssuedAt: 'unknown', changedAt: ago(9) },
      false,
    ],
    [
      'allows a mint over foreign versions that have been there for ten minutes',
      { currentIssuedAt: undefined, previousIssuedAt: 'unknown', changedAt: ago(10) },
      true,
    ],
    [
      'allows a mint when nobody knows about a change',
      { currentIssuedAt: undefined, previousIssuedAt: 'unknown', changedAt: undefined },
      true,
    ],
  ])('%s', (_, overrides, within) => {
    expect(isWithinBudget(history(overrides))).toBe(within);
  });

  it('never gives more than one mint in ten minutes beyond a burst of two', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 200 }), (waits) => {
        const mints: number[] = [];
        let time = 0;
        for (const wait of waits) {
          time += wait;
          const [previous, current] = [mints.at(-2), mints.at(-1)];
          const within = isWithinBudget({
            now: epochSeconds(time),
            currentIssuedAt: current === undefined ? undefined : epochSeconds(current),
            previousIssuedAt: previous === undefined ? 'none' : epochSeconds(previous),
            changedAt: epochSeconds(time),
          });
          if (within) mints.push(time);
        }
        for (const [first, start] of mints.entries()) {
          for (let last = first + 1; last < mints.length; last += 1) {
            const span = (mints[last] ?? 0) - start;
            expect(last - first + 1).toBeLessThanOrEqual(2 + Math.floor(span / 600));
          }
        }
      }),
    );
  });
});
