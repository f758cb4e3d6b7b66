import { it } from 'vitest';
import { coursesOf, expectSafeRotation } from '../support/rotation-fault-pairs.ts';
import { rotationFaultPairs } from '../support/rotation-faults.ts';

// A prime, so that the sample has faults of every kind; rotation-fault-pairs.long.test.ts has all pairs.
const sample = rotationFaultPairs
  .map((pair, index) => [pair[2], pair[0].title, pair[1].title, pair, index] as const)
  .filter((_, index) => index % 499 === 0);

it.each(sample)(
  'the %s of a client secret is safe with %s and %s',
  async (_, __, ___, pair, index) => {
    await expectSafeRotation(pair, coursesOf(index));
  },
);
