import { describe, expect, it } from 'vitest';
import { planOf } from './plan.ts';
import { simulate } from './simulate.ts';

/** Chosen so that together they take a minute on an idle machine. */
const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

describe('the rotator, with everything around it failing', () => {
  it.each(seeds)('keeps its invariants and properties with seed %i', async (seed) => {
    const { violation, history } = await simulate(planOf(seed, 30, 8));
    expect(violation, history.join('\n')).toBeUndefined();
  });

  it('lives through the same events whenever a seed is repeated', async () => {
    const [one, other] = [await simulate(planOf(9, 5, 4)), await simulate(planOf(9, 5, 4))];
    expect(other.counts).toEqual(one.counts);
  });
});
