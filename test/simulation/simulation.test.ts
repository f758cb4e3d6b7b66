import { describe, expect, it } from 'vitest';
import { Counts } from './counts.ts';
import { deeds, retiredDeeds, steadyFaults } from './faults.ts';
import { planOf } from './plan.ts';
import { simulate } from './simulate.ts';

/** Chosen so that together they take a minute on an idle machine. */
const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const all = new Counts();

describe('the rotator, with everything around it failing', () => {
  it.each(seeds)('keeps its invariants and properties with seed %i', async (seed) => {
    const { violation, history, counts, days } = await simulate(planOf(seed, 30, 8));
    expect(violation, history.join('\n')).toBeUndefined();
    expect(days).toBe(30);
    all.merge(counts);
  });

  it.each([
    ['premises', ['P1: a whole tick fits between due and expiry', 'P2: a whole tick']],
    ['premises', ['P3: a run remembers a final failure', 'P4: a reader reads a good token']],
    ['premises', ['C2: a retired client secret is deleted', 'C5: a rotation that had room']],
    // Only deeds lead to these.
    [
      'reasons',
      ['paused', 'token-secret-missing', 'credential-missing', 'forced', 'token-malformed'],
    ],
    ['error codes', ['ERR_EVENT_INVALID', 'ERR_CREDENTIAL_INVALID', 'ERR_VERSION_LIMIT']],
    // Only faults lead to these.
    ['error codes', ['ERR_IMS_CERTIFICATE', 'ERR_IMS_UNRESOLVED', 'ERR_AWS_CERTIFICATE']],
    ['error codes', ['ERR_PROXY_SECRET_INVALID', 'ERR_UNEXPECTED', 'ERR_TOKEN_UNAVAILABLE']],
    ['totals', ['invocations killed']],
    ['faults', deeds],
    ['faults', retiredDeeds],
    ['faults', steadyFaults],
  ])('meets what these seeds have many times: %s %j', (section, names) => {
    expect(names.filter((name) => all.of(section, name) === 0)).toEqual([]);
  });

  it('lives through the same events whenever a seed is repeated', async () => {
    const [one, other] = [await simulate(planOf(9, 5, 4)), await simulate(planOf(9, 5, 4))];
    expect(other.counts).toEqual(one.counts);
  });
});
