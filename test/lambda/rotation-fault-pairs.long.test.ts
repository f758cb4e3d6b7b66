import { describe, it } from 'vitest';
import { type Course, coursesOf, expectSafeRotation } from '../support/rotation-fault-pairs.ts';
import { type RotationPair, rotationFaultPairs } from '../support/rotation-faults.ts';

const isSingle = ([one, other]: RotationPair): boolean => one === other;

// No call occurs more often in a rotation.
const courses: readonly Course[] = [
  ...[0, 1, 2, 3].map((spared) => ({ spared, isLasting: true })),
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((spared) => ({ spared, isLasting: false })),
];

describe('the rotation of a client secret is safe with one fault, at whichever call:', () => {
  const singles = rotationFaultPairs
    .filter(isSingle)
    .flatMap((pair) => courses.map((course) => [pair[2], pair[0].title, course, pair] as const));
  it.each(singles)('%s, %s, %j', async (_, __, course, pair) => {
    await expectSafeRotation(pair, [course, course]);
  });
});

describe('the rotation of a client secret is safe with two faults:', () => {
  const pairs = rotationFaultPairs
    .map((pair, index) => [pair[2], pair[0].title, pair[1].title, pair, index] as const)
    .filter(([, , , pair]) => !isSingle(pair));
  it.each(pairs)('%s, %s and %s', async (_, __, ___, pair, index) => {
    await expectSafeRotation(pair, coursesOf(index));
  });
});
