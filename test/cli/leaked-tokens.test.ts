import {
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import type { Session } from '../../cli/session.ts';
import { epochSeconds, formatInstant } from '../../core/instant.ts';
import type { ImsFault } from '../../emulators/ims/fault.ts';
import { day } from '../support/builders.ts';
import { replacing } from '../support/credential.ts';
import { labelsOf } from '../support/start-rotating.ts';
import { type LeakWorld, startLeak } from './leak-world.ts';

type Secrets = Session['secrets'];

const tokenOf = async ({ read }: LeakWorld) => {
  const stored = await read('fusion');
  return { versionId: stored?.versionId, value: String(stored?.token['access_token']) };
};

const renew = (leak: LeakWorld, replaces: string | undefined) =>
  leak.invoke({ action: 'renew', credential: 'fusion', force: true, replaces });

describe('leaked invalidates every token that was stored before it began', () => {
  it('although somebody moves AWSCURRENT back to an earlier one meanwhile', async () => {
    const leak = await startLeak();
    const { world, client } = leak;
    const SecretId = world.secretId('fusion', 'token');
    const earlier = await tokenOf(leak);
    await renew(leak, earlier.versionId);
    const leaked = await tokenOf(leak);
    let isMoved = false;
    const secrets = (real: Secrets): Secrets => {
      const describe: Secrets['describe'] = async (...args) => {
        const { AWSCURRENT: RemoveFromVersionId } = await labelsOf(client, SecretId);
        if (!isMoved && RemoveFromVersionId !== leaked.versionId) {
          isMoved = true;
          const move = { SecretId, VersionStage: 'AWSCURRENT', RemoveFromVersionId };
          const MoveToVersionId = earlier.versionId;
          await client.send(new UpdateSecretVersionStageCommand({ ...move, MoveToVersionId }));
        }
        return await real.describe(...args);
      };
      return replacing(real, { describe });
    };
    const exit = await leak.answer({ token: true }, { secrets });
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(isMoved).toBe(true);
    expect([leaked, earlier].map(({ value }) => world.ims.isValid(value))).toEqual([false, false]);
    expect(world.ims.isValid((await tokenOf(leak)).value)).toBe(true);
  });

  it.each([
    [true, -120],
    [false, -120],
    [false, -240],
  ])('although the clock here is slow: --token %s, by %i seconds', async (token, skew) => {
    const leak = await startLeak();
    await leak.cli('pause', 'fusion');
    const { value } = await tokenOf(leak);
    const now = () => epochSeconds(Math.floor(Date.now() / 1000) + skew);
    const { code, stderr } = await leak.answer({ token }, { now });
    expect([code, leak.world.ims.isValid(value)], stderr).toEqual([0, false]);
  });
});

it.each([true, false])(
  'leaked waits once, however often the token is renewed: --token %s',
  async (token) => {
    const leak = await startLeak();
    const { value } = await tokenOf(leak);
    const SecretId = leak.world.secretId('fusion', 'token');
    let [clock, slept, renewals] = [epochSeconds(Math.floor(Date.now() / 1000)), 0, 0];
    // As a renewal would leave it at that time, which is only that of the command here.
    const renewAt = async (at: number): Promise<void> => {
      renewals += 1;
      const { token: current } = (await leak.read('fusion')) ?? {};
      const later = {
        issued_at: formatInstant(epochSeconds(at)),
        expires_at: formatInstant(epochSeconds(at + day)),
      };
      const SecretString = JSON.stringify({ ...current, ...later });
      await leak.client.send(new PutSecretValueCommand({ SecretId, SecretString }));
    };
    const sleep = async (seconds: number): Promise<void> => {
      clock = epochSeconds(clock + seconds);
      slept += seconds;
      if (slept > 300 * (renewals + 1)) await renewAt(clock);
      if (slept > 1_500) throw new Error('it waits anew');
    };
    const effects = { now: () => clock, sleep };
    const exit = await leak.answer({ token, now: false, cache: 600 }, effects);
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(renewals).toBeGreaterThan(0);
    expect(slept).toBeGreaterThan(500);
    expect(slept).toBeLessThan(700);
    expect(leak.world.ims.isValid(value)).toBe(false);
    expect(leak.world.ims.isValid((await tokenOf(leak)).value)).toBe(true);
  },
);

/** Lets a fault of IMS hit the nth request for a path. */
function breakNth({ world }: LeakWorld, path: string, fault: ImsFault, nth: number): void {
  let asked = 0;
  const when = (call: { readonly path: string }): boolean => {
    if (call.path === path) asked += 1;
    return call.path === path && asked === nth;
  };
  world.ims.faults.inject(fault, { when });
}

describe.each([true, false])('the proof of leaked, with --token %s,', (token) => {
  it.each([1, 2, 3])('takes no outage of IMS for a verdict, at token %i of 3', async (nth) => {
    const leak = await startLeak();
    await renew(leak, (await tokenOf(leak)).versionId);
    breakNth(leak, '/ims/validate_token/v1', { kind: 'server-error', status: 503 }, nth);
    const { code, stderr } = await leak.answer({ token });
    expect(code, stderr).toBe(1);
    expect(stderr).toContain('503');
    expect(stderr).not.toContain('ERR_LEAK_UNPROVEN');
  });

  it.each([1, 2])('notices a token that IMS did not invalidate: number %i', async (nth) => {
    const leak = await startLeak();
    const earlier = await tokenOf(leak);
    await renew(leak, earlier.versionId);
    const leaked = await tokenOf(leak);
    const silent = { kind: 'server-error', status: 200, body: 'empty' } as const;
    breakNth(leak, '/ims/invalidate_token/v2', silent, nth);
    const { code, stderr } = await leak.answer({ token });
    const valid = [earlier, leaked].filter(({ value }) => leak.world.ims.isValid(value));
    expect([code, valid.length], stderr).toEqual([1, 1]);
    expect(stderr).toMatch(/^ERR_LEAK_UNPROVEN .*: IMS still accepts an earlier token/m);
  });
});
