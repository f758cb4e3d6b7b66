import { describe, it } from 'vitest';
import { expectInvariants, faultPairs } from '../support/fault-pairs.ts';

const pairs = faultPairs
  .filter(([one]) => one.at === 'ims')
  .flatMap(([one, other]) =>
    [true, false].map((isLasting) => [one.title, other.title, isLasting, one, other] as const),
  );

describe('the invariants hold with a fault of IMS and any other:', () => {
  it.each(pairs)('%s and %s (lasting: %s)', async (_, __, isLasting, one, other) => {
    await expectInvariants([one, other], isLasting);
  });
});
