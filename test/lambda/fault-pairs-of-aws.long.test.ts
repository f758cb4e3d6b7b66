import { describe, it } from 'vitest';
import { expectInvariants, faultPairs } from '../support/fault-pairs.ts';

// Half of the pairs last, and the others hit one call each: all of both would take an hour.
const pairs = faultPairs
  .map(([one, other], index) => [one.title, other.title, one, other, index % 2 === 0] as const)
  .filter(([, , one]) => one.at !== 'ims');

describe('the invariants hold with two faults of Secrets Manager:', () => {
  it.each(pairs)('%s and %s', async (_, __, one, other, isLasting) => {
    await expectInvariants([one, other], isLasting);
  });
});
