import { describe, expect, it } from 'vitest';
import { epochSeconds } from '../../core/instant.ts';
import { renewAt } from '../../core/renew-before.ts';
import { hour, lifetime, now } from '../support/builders.ts';
import { clientSecretOf } from '../support/start-parts.ts';
import { alarmIds, startWatchedRotator, type WatchedRotator } from './watched-rotator.ts';

const minute = 60;
const listLag = 5 * minute;

/** A deployed rotator with a credential and a fresh token. */
async function startRenewing(): Promise<WatchedRotator> {
  const rotator = await startWatchedRotator();
  rotator.createClientSecret('fusion');
  rotator.createTokenSecret('fusion');
  await rotator.store('fusion');
  await rotator.tick();
  return rotator;
}

const firstToken = { expiresAt: epochSeconds(now + lifetime), lifetime };
const due = renewAt(firstToken, { credential: 'fusion', tick: 900, renewBefore: undefined }) - now;
/** The tick that renews the first token. */
const renewal = Math.ceil(due / 900) * 900;

const states = (...history: Parameters<WatchedRotator['history']>) => ({
  of: (rotator: WatchedRotator) => rotator.history(...history).map(({ to }) => to),
});

describe('the first deployment', () => {
  it.each([
    { name: 'a tick at once', firstTick: 1 * minute },
    { name: 'a tick after an interval', firstTick: 15 * minute },
  ])(
    'raises only the alarm on silence, once, with a lagging list and $name',
    async ({ firstTick }) => {
      const rotator = await startWatchedRotator();
      rotator.parts.secretsManager.listLagMs = listLag * 1000;
      // The function, and so its schedule, depends on the secrets that it is to find.
      rotator.createClientSecret('fusion');
      rotator.createTokenSecret('fusion');
      rotator.silenceUntil(firstTick);
      await rotator.tick();
      // The credential is not stored yet.
      await rotator.ticksUntil(2 * hour);
      await rotator.store('fusion');
      await rotator.ticksUntil(28 * hour);
      expect(rotator.parts.ims.client('client-fusion').mintCount).toBeGreaterThanOrEqual(3);

      for (const extraPeriods of [0, 2, 5]) {
        for (const id of alarmIds) {
          const expected = id === 'Silence' ? ['ALARM', 'OK'] : ['OK'];
          expect([id, ...states(id, { extraPeriods }).of(rotator)]).toEqual([id, ...expected]);
        }
        const [raised, over] = rotator.history('Silence', { extraPeriods });
        expect(raised?.at).toBe(0);
        expect(over?.at).toBe(firstTick);
      }
    },
  );

  it('raises only the alarm on silence, once, with a hundred credentials', async () => {
    const rotator = await startWatchedRotator();
    rotator.parts.secretsManager.listLagMs = listLag * 1000;
    const names = Array.from({ length: 100 }, (_, index) => `credential-${index}`);
    // The list shows only some of them, and of others only one secret, at the first tick.
    for (const name of names.slice(0, 40)) rotator.createClientSecret(name);
    for (const name of names.slice(20, 60)) rotator.createTokenSecret(name);
    rotator.silenceUntil(minute);
    for (const name of names.slice(40)) rotator.createClientSecret(name);
    for (const name of names.slice(60)) rotator.createTokenSecret(name);
    for (const name of names.slice(0, 20)) rotator.createTokenSecret(name);
    await rotator.tick();
    await rotator.ticksUntil(3 * hour);
    for (const id of alarmIds) {
      const expected = id === 'Silence' ? ['ALARM', 'OK'] : ['OK'];
      expect([id, ...states(id).of(rotator)]).toEqual([id, ...expected]);
    }
  });
});

describe('a deployment that adds a credential', () => {
  it('raises no alarm', async () => {
    const rotator = await startRenewing();
    rotator.parts.secretsManager.listLagMs = listLag * 1000;
    await rotator.ticksUntil(2 * hour);
    rotator.createClientSecret('firefly');
    rotator.createTokenSecret('firefly');
    const from = rotator.elapsed() + minute;
    await rotator.ticksUntil(6 * hour);
    for (const id of alarmIds) {
      expect([id, ...states(id, { from }).of(rotator)]).toEqual([id, 'OK']);
    }
  });
});

describe('in operation,', () => {
  it('no alarm is raised while tokens are renewed, even by late ticks', async () => {
    const rotator = await startRenewing();
    for (let index = 1; index <= 150; index += 1) {
      rotator.silenceUntil(index * 15 * minute + ((index * 37) % 50));
      await rotator.tick();
    }
    for (const extraPeriods of [0, 2, 5]) {
      for (const id of alarmIds) {
        expect([id, ...states(id, { extraPeriods }).of(rotator)]).toEqual([id, 'OK']);
      }
    }
  });

  it('a token close to expiry pages below 16 percent of its life, and again below 4', async () => {
    const rotator = await startRenewing();
    rotator.parts.ims.faults.inject({ kind: 'server-error', status: 503 });
    await rotator.ticksUntil(25 * hour);
    for (const [id, percent] of [
      ['LifeLeft', 16],
      ['LifeLeftUrgent', 4],
    ] as const) {
      const [before, raised, ...more] = rotator.history(id);
      expect([before?.to, raised?.to, more]).toEqual(['OK', 'ALARM', []]);
      const left = lifetime - (raised?.at ?? 0);
      const threshold = (lifetime * percent) / 100;
      expect(left).toBeLessThan(threshold);
      expect(left).toBeGreaterThan(threshold - 16 * minute);
    }
    expect(states('Silence').of(rotator)).toEqual(['OK']);
  });

  it('a page is over when the token is renewed', async () => {
    const rotator = await startRenewing();
    rotator.parts.ims.faults.inject({ kind: 'server-error', status: 503 });
    await rotator.ticksUntil(23.5 * hour);
    rotator.parts.ims.faults.clear();
    await rotator.ticksUntil(25 * hour);
    for (const id of ['LifeLeft', 'LifeLeftUrgent', 'Failing']) {
      expect([id, ...states(id).of(rotator)]).toEqual([id, 'OK', 'ALARM', 'OK']);
    }
  });

  it('a credential that IMS rejects raises an alarm within two ticks of its first failure', async () => {
    const rotator = await startRenewing();
    rotator.parts.ims.client('client-fusion').removeSecret(clientSecretOf('fusion'));
    await rotator.ticksUntil(16 * hour);
    const [, raised, ...more] = rotator.history('Failing');
    expect([raised?.to, more]).toEqual(['ALARM', []]);
    expect(raised?.at).toBeGreaterThan(renewal);
    expect(raised?.at).toBeLessThanOrEqual(renewal + hour / 2);
    // A failure that lasts is new only once.
    expect(states('NewFailure').of(rotator)).toEqual(['OK', 'ALARM', 'OK']);
    const others = alarmIds.filter((id) => id !== 'Failing' && id !== 'NewFailure');
    for (const id of others) {
      expect([id, ...states(id).of(rotator)]).toEqual([id, 'OK']);
    }
  });

  it('a failure that the next tick repairs raises the alarm on a new failure, for one tick', async () => {
    const rotator = await startRenewing();
    await rotator.ticksUntil(renewal - 5 * minute);
    rotator.parts.ims.faults.inject({ kind: 'server-error', status: 503 });
    await rotator.ticksUntil(renewal);
    rotator.parts.ims.faults.clear();
    await rotator.ticksUntil(renewal + 2 * hour);
    expect(rotator.parts.lines.map(({ level }) => level)).toContain('error');
    expect(states('Failing').of(rotator)).toEqual(['OK']);
    const [, raised, over, ...more] = rotator.history('NewFailure');
    expect([raised?.to, over?.to, more]).toEqual(['ALARM', 'OK', []]);
    expect((over?.at ?? 0) - (raised?.at ?? 0)).toBeLessThanOrEqual(15 * minute);
  });

  it('a failure is reported among others that were there before', async () => {
    const rotator = await startRenewing();
    // Anybody who may create secrets under the prefix can create pairs that cannot work.
    for (let index = 0; index < 20; index += 1) {
      rotator.createClientSecret(`broken-${index}`, 'not a credential');
      rotator.createTokenSecret(`broken-${index}`);
    }
    await rotator.ticksUntil(renewal - hour);
    expect(states('Failing').of(rotator)).toEqual(['OK', 'ALARM']);
    expect(states('NewFailure').of(rotator)).toEqual(['OK', 'ALARM', 'OK']);
    rotator.parts.ims.client('client-fusion').removeSecret(clientSecretOf('fusion'));
    await rotator.ticksUntil(renewal + hour);
    const [raised] = rotator.history('NewFailure').filter(({ at }) => at > renewal - hour);
    expect(raised?.to).toBe('ALARM');
    expect(raised?.at).toBeLessThanOrEqual(renewal + hour / 2);
    expect(states('Failing').of(rotator)).toEqual(['OK', 'ALARM']);
  });

  it('silence raises its alarm within an hour, and the next tick ends it', async () => {
    const rotator = await startRenewing();
    await rotator.ticksUntil(3 * hour);
    rotator.silenceUntil(6 * hour);
    await rotator.tick();
    await rotator.ticksUntil(8 * hour);
    for (const extraPeriods of [0, 2, 5]) {
      const [, raised, over, ...more] = rotator.history('Silence', { extraPeriods });
      expect([raised?.to, over?.to, more]).toEqual(['ALARM', 'OK', []]);
      expect((raised?.at ?? 0) - 3 * hour).toBeGreaterThanOrEqual(30 * minute);
      expect((raised?.at ?? 0) - 3 * hour).toBeLessThanOrEqual(hour);
      expect(over?.at).toBe(6 * hour);
    }
  });

  it('ticks that fail to list the secrets are silence too', async () => {
    const rotator = await startRenewing();
    const when = ({ action }: { readonly action: string }) => action === 'ListSecrets';
    rotator.parts.secretsManager.faults.inject({ kind: 'denied' }, { when });
    await rotator.ticksUntil(2 * hour);
    expect(JSON.stringify(rotator.parts.lines)).toContain('ERR_SECRET_ACCESS_DENIED');
    for (const id of ['Silence', 'NewFailure']) {
      expect([id, ...states(id).of(rotator)]).toEqual([id, 'OK', 'ALARM']);
    }
  });

  it('a paused token pages before it ends, and the alarm on life left does not', async () => {
    const rotator = await startRenewing();
    await rotator.ticksUntil(hour);
    await rotator.pause('fusion', true);
    await rotator.ticksUntil(23 * hour);
    const [before, raised, ...more] = rotator.history('PausedLifeLeft');
    expect([before?.to, raised?.to, more]).toEqual(['OK', 'ALARM', []]);
    const left = lifetime - (raised?.at ?? 0);
    expect(left).toBeLessThan(lifetime * 0.16);
    expect(left).toBeGreaterThan(lifetime * 0.16 - 16 * minute);
    for (const id of alarmIds.filter((other) => other !== 'PausedLifeLeft')) {
      expect([id, ...states(id).of(rotator)]).toEqual([id, 'OK']);
    }
    await rotator.pause('fusion', false);
    await rotator.ticksUntil(24 * hour);
    expect(states('PausedLifeLeft').of(rotator)).toEqual(['OK', 'ALARM', 'OK']);
  });
});
