import { expect, it } from 'vitest';
import { deeds } from './faults.ts';
import { Invocation, newSandbox } from './invocation.ts';
import { type Deed, type Plan, planOf, type Storm, start } from './plan.ts';
import { simulate } from './simulate.ts';
import { StorePort } from './store-port.ts';
import { World } from './world.ts';

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

it.each([
  ['crash-before-an-effect', 0],
  ['crash-after-an-effect', 0],
  ['crash-after-an-answer', 1],
] as const)('in a %s, the process dies with %i answers', async (kind, answers) => {
  const world = new World(worldOf([], [{ kind, at: start }]));
  const { clock, counts } = world;
  await clock.runUntil(start, () => false);
  const times = { startedAt: start, timeout: 300, task: clock.begin() };
  const invocation = new Invocation(1, { action: 'status' }, newSandbox(1, 0), times);
  let answered = 0;
  const { signal } = invocation.abort;
  const port = new StorePort(world, invocation);
  void port.describe('any', signal).then(() => {
    answered += 1;
    return port.describe('any', signal);
  });
  await clock.runUntil(start + 0.5, () => false);
  expect([invocation.isKilled, answered, counts.of('faults', kind)]).toEqual([true, answers, 1]);
});

it('what was refused, or found nothing to be done to, is no deed', async () => {
  const later = { at: start + 9_000 };
  const counts = await countsOf([
    { kind: 'delete-token-secret' },
    { kind: 'force-an-old-version' },
    { kind: 'set-scopes', ...later },
    { kind: 'runaway-writer', ...later },
    { kind: 'runaway-writer', at: start + 43_200 },
  ]);
  const done = deeds.filter((kind) => counts.of('faults', kind) > 0);
  expect(done).toEqual(['delete-token-secret', 'runaway-writer']);
  expect(counts.of('faults', 'runaway-writer')).toBe(1);
});

it('a fault that only a reader meets is none of the rotator', async () => {
  const { settings, ...world } = worldOf([], [{ lasts: 43_200 }]);
  const { counts } = await simulate({ ...world, settings: { ...settings, tick: 30 * 86_400 } });
  expect(
    counts.of('totals', 'reads by readers that a fault of Secrets Manager struck'),
  ).toBeGreaterThan(0);
  expect(counts.of('faults', 'aws-5xx')).toBe(0);
});

it('says which rotations of a client secret had no room, and which were cancelled', async () => {
  const world = worldOf([
    { kind: 'add-secret-at-adobe', lasts: 43_200 },
    { kind: 'rotate-client-secret', at: start + 9_000 },
    { kind: 'rotate-client-secret-and-cancel', at: start + 86_400, choice: 0 },
  ]);
  const credentials = world.credentials.map((one) => ({ ...one, rotatesEvery: 100 * 86_400 }));
  const { counts } = await simulate({ ...world, credentials });
  const ends = [...counts.section('totals')].filter(([name]) => name.includes('rotations that'));
  expect(ends).toEqual([
    ['client secret rotations that had no room at Adobe', 1],
    ['client secret rotations that were struck, cancelled, overtaken or cut short', 1],
  ]);
});
