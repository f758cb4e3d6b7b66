import { describe, it } from 'vitest';
import { expectSafeRotation } from '../support/rotation-fault-pairs.ts';
import { type RotationPair, rotationFaultPairs } from '../support/rotation-faults.ts';

const isSingle = ([one, other]: RotationPair): boolean => one === other;

describe('the rotation of a client secret is safe, and each fault befalls it:', () => {
  it.each(
    rotationFaultPairs
      .filter(isSingle)
      .flatMap((pair) =>
        [true, false].map((isLasting) => [pair[2], pair[0].title, isLasting, pair] as const),
      ),
  )('%s, %s (lasting: %s)', async (_, __, isLasting, pair) => {
    await expectSafeRotation(pair, isLasting);
  });
});

// Half of the pairs last, and the others hit one call each: all of both would take an hour.
const pairs = rotationFaultPairs
  .map((pair, index) => [pair[2], pair[0].title, pair[1].title, pair, index % 2 === 0] as const)
  .filter(([, , , pair]) => !isSingle(pair));

describe('the rotation of a client secret is safe with two faults:', () => {
  it.each(pairs)('%s, %s and %s', async (_, __, ___, pair, isLasting) => {
    await expectSafeRotation(pair, isLasting);
  });
});
