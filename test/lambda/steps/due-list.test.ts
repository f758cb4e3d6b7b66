import { describe, expect, it } from 'vitest';
import { RotatorError } from '../../../core/errors.ts';
import { epochSeconds } from '../../../core/instant.ts';
import { encodeVersionId } from '../../../core/version-id.ts';
import { DueList } from '../../../lambda/steps/due-list.ts';
import type { Gathered } from '../../../lambda/steps/gather.ts';
import { observeMetadataOf } from '../../../lambda/steps/observe.ts';
import type { Run } from '../../../lambda/steps/run.ts';
import { digest } from '../../support/builders.ts';
import { instantIn, putToken } from '../../support/credential.ts';
import { countedTick, tick } from '../../support/outcomes.ts';
import { type Parts, seedCredential, startParts } from '../../support/start-parts.ts';

const day = 86_400;
const names = Array.from({ length: 20 }, (_, index) => `c${String(index).padStart(2, '0')}`);

/** Twenty tokens that have ended, those that the list shows last first. */
async function startWithEndedTokens(): Promise<Parts> {
  const parts = await startParts();
  for (const [index, name] of names.entries()) {
    seedCredential(parts, name);
    parts.ims.client(`client-${name}`).lifetimeSeconds = day - index * 600;
  }
  await tick(parts.run());
  for (const name of names) parts.ims.client(`client-${name}`).lifetimeSeconds = day;
  parts.clock.advance(day + 1);
  parts.ims.clearTokenRequests();
  return parts;
}

/** The list does not tell when the token of another program ends, and so each tick has to look. */
async function putForeignTokens(parts: Parts): Promise<void> {
  const token = { access_token: 'x', issued_at: instantIn(parts, -3_600) };
  for (const name of names) {
    seedCredential(parts, name);
    await putToken(parts, name, { ...token, expires_at: instantIn(parts, 82_800) });
  }
}

describe('a tick that finds more due than it has time to store', () => {
  it('renews the most urgent, and leaves the others to the next tick', async () => {
    const parts = await startWithEndedTokens();
    const { config } = parts.run();
    // Six in the ten minutes that a run of these parts has.
    const busy = parts.run({ config: { ...config, writesPerSecond: 0.01 } });
    const outcomes = await tick(busy);
    expect(outcomes).toHaveLength(names.length);
    const renewed = outcomes.filter(({ outcome }) => outcome === 'renewed');
    expect(renewed.length).toBeLessThanOrEqual(2 * 6);
    expect(renewed.map(({ credential }) => credential)).toEqual(
      expect.arrayContaining(names.slice(-6)),
    );
    const late = outcomes.filter(({ outcome }) => outcome === 'deferred');
    expect(renewed.length + late.length).toBe(names.length);
    for (const one of late) {
      expect(one).toMatchObject({
        reason: 'token-expired',
        failing: false,
        isNews: false,
        error: { code: 'ERR_NO_TIME_LEFT' },
      });
    }
    expect(parts.ims.tokenRequests).toHaveLength(renewed.length);

    const next = await tick(parts.run());
    const left = next.filter(({ outcome }) => outcome === 'renewed');
    expect(left.map(({ credential }) => credential).toSorted()).toEqual(
      late.map(({ credential }) => credential).toSorted(),
    );
  });

  it('leaves none of equals to every next tick', async () => {
    const parts = await startParts();
    await putForeignTokens(parts);
    const { config } = parts.run();
    const looked = new Set<string>();
    for (let draw = 0; draw < 1; draw += 1 / 16) {
      const outcomes = await tick(
        parts.run({
          config: { ...config, writesPerSecond: 0.1 },
          remaining: () => 60,
          random: () => draw,
        }),
      );
      const kept = outcomes.filter(({ outcome }) => outcome === 'kept');
      expect(kept.length).toBeLessThanOrEqual(2 * 6);
      for (const { credential } of kept) looked.add(credential);
    }
    expect([...looked].toSorted()).toEqual(names);
    expect(parts.ims.tokenRequests).toHaveLength(0);
  });

  it('leaves none of equals to every next tick that has no time to look at all of them', async () => {
    const parts = await startParts();
    await putForeignTokens(parts);
    const { config } = parts.run();
    const looked = new Set<string>();
    const looks = (): number =>
      parts.secretsManager.calls.filter(({ action }) => action.endsWith('GetSecretValue')).length;
    for (let draw = 0; draw < 1; draw += 1 / 16) {
      const before = looks();
      const busy = {
        config: { ...config, concurrency: 1 },
        // A tenth of the time for each look.
        remaining: () => 600 - 60 * (looks() - before),
        random: () => draw,
      };
      const outcomes = await tick(parts.run(busy));
      const kept = outcomes.filter(({ outcome }) => outcome === 'kept');
      expect(kept.length).toBeLessThanOrEqual(10);
      for (const { credential } of kept) looked.add(credential);
    }
    expect([...looked].toSorted()).toEqual(names);
  });

  it('counts what it leaves to the next tick as it counts the rest', async () => {
    const parts = await startParts();
    seedCredential(parts, 'failing');
    await tick(parts.run());
    const when = ({ clientId = '' }): boolean => clientId === 'client-failing';
    parts.ims.faults.inject({ kind: 'reset' }, { when });
    parts.clock.advance((13 / 24) * day);
    await countedTick(parts.run());
    seedCredential(parts, 'new');
    parts.metrics.length = 0;
    const { config } = parts.run();
    const busy = { config: { ...config, writesPerSecond: 0.01 }, remaining: () => 60 };
    expect(await countedTick(parts.run(busy))).toMatchObject([
      { credential: 'new', outcome: 'renewed' },
      { credential: 'failing', outcome: 'deferred', failing: true },
    ]);
    const metrics = Object.fromEntries(parts.metrics);
    expect(metrics).toMatchObject({ Managed: 2, Failing: 1, Renewed: 1 });
    expect(metrics['MinLifeLeft']).toBeCloseTo((11 / 24) * 100, 1);
    expect(Object.fromEntries(parts.properties)).toMatchObject({
      failing_credentials: 'failing',
      least_life_left_credential: 'failing',
    });
  });
});

describe('the list of what is due', () => {
  /** As the list of secrets shows it, with a token that ends in so many hours. */
  const listed = (run: Run, credential: string, hours: number): Gathered => {
    const path = `ims-token-rotator/prod/${credential}`;
    const expiresAt = epochSeconds(run.now() + (hours / 24) * day);
    const fields = { expiresAt, lifetime: day, fingerprint: '0a0b0c0d' };
    const secret = {
      name: `${path}/token`,
      arn: `arn:${path}/token`,
      tags: {},
      currentVersionId: encodeVersionId(fields, digest(credential)),
    };
    const clientVersion = { arn: `arn:${path}/client`, versionId: 'v1' };
    const observation = observeMetadataOf(run, credential, secret, clientVersion);
    const error = new RotatorError('ERR_SECRET_ACCESS_DENIED', 'denied');
    const clientProgress = { rotation: 'overdue', isLeakOpen: true } as const;
    return { credential, secret, clientVersion, clientProgress, observation, error };
  };

  it.each([
    [0.125, ['ended', 'earlier'], ['later', 'latest']],
    [0.124, ['earlier', 'later'], ['latest', 'ended']],
  ])('gives back all that was seen of each (draw: %d)', async (draw, first, last) => {
    const parts = await startParts();
    const { config } = parts.run();
    const run = parts.run({
      config: { ...config, writesPerSecond: 1 },
      remaining: () => 2,
      random: () => draw,
    });
    // With 15 hours left, no token is late.
    const ends = { latest: 17, ended: -1, earlier: 15, later: 16 };
    const seen = Object.entries(ends).map(([name, hours]) => listed(run, name, hours));
    const late: Gathered[] = [];
    const due = new DueList(run, (one) => late.push(one));
    for (const one of seen) due.add(one);
    const called = (name: string) => seen.find(({ credential }) => credential === name);
    expect(late).toEqual(last.map(called));
    expect([...due.take()]).toEqual(first.map((name, place) => ({ ...called(name), place })));
    expect(due.isEmpty).toBe(true);
  });
});
