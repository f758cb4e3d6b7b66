import { expect, it } from 'vitest';
import { type Deed, type Plan, planOf, type Storm, start } from './plan.ts';
import { simulate } from './simulate.ts';

/** A world of one credential with a reader, in which only that happens. */
function worldOf(deeds: readonly Partial<Deed>[], storms: readonly Partial<Storm>[] = []): Plan {
  const { settings } = planOf(1, 2, 1);
  const rates = { lag: 0, oddPage: 0, cold: 0 };
  const credential = {
    name: 'c00',
    host: 'ims-na1.adobelogin.com',
    lifetime: 86_399,
    isOpaque: true,
    isImported: false,
    hasScopesTag: false,
    hasReader: true,
  };
  return {
    settings: { ...settings, tick: 900, timeout: 300, shards: 1, validate: false, rates },
    credentials: [credential],
    deeds: deeds.map(
      (deed): Deed => ({
        at: start + 7_200,
        lasts: 3_600,
        credential: 'c00',
        choice: 0.5,
        kind: 'force',
        ...deed,
      }),
    ),
    storms: storms.map(
      (storm): Storm => ({ at: start + 7_200, lasts: 3_600, rate: 1, kind: 'aws-5xx', ...storm }),
    ),
  };
}

async function countsOf(...world: Parameters<typeof worldOf>) {
  const { counts, violation, history } = await simulate(worldOf(...world));
  expect(violation, history.join('\n')).toBeUndefined();
  return counts;
}

it('an invocation tells of an error code once, however often it says so', async () => {
  const counts = await countsOf([{ kind: 'pause' }, { kind: 'force', at: start + 9_000 }]);
  // A renewal that fails is sent once more.
  expect(counts.section('error codes')).toEqual(new Map([['ERR_PAUSED', 2]]));
});

it('what a reader tells its onProblem is no error that it returns', async () => {
  const counts = await countsOf([], [{ kind: 'aws-5xx', lasts: 43_200 }]);
  expect(counts.of('reader problems', 'ERR_TOKEN_READ_FAILED')).toBeGreaterThan(0);
  expect(counts.section('reader errors')).toEqual(new Map());
});
