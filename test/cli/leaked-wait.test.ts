import { UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { countDown } from '../../cli/leak/wait-for-caches.ts';
import { epochSeconds } from '../../core/instant.ts';
import { labelsOf } from '../support/start-rotating.ts';
import { expectAnswered, flat, interruptWait, type LeakWorld, startLeak } from './leak-world.ts';

/** Runs the command with a clock that its waits advance. */
async function waiting(
  leak: LeakWorld,
  cache: number,
  onSleep: (slept: number) => unknown = () => undefined,
  token = false,
) {
  let slept = 0;
  const exit = await leak.answer(
    { now: false, cache, token },
    {
      now: () => epochSeconds(Date.now() / 1000 + slept),
      sleep: async (seconds) => {
        slept += seconds;
        await onSleep(slept);
      },
    },
  );
  return { slept, exit };
}

/** Makes a version of the token secret the current one. */
async function moveCurrent(leak: LeakWorld, to: string | undefined): Promise<void> {
  const from = (await leak.read('fusion'))?.versionId;
  const SecretId = leak.world.secretId('fusion', 'token');
  const move = { MoveToVersionId: to, RemoveFromVersionId: from };
  await leak.client.send(
    new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'AWSCURRENT', ...move }),
  );
}

describe('leaked waits', () => {
  it.each([
    ['the cache of consumers', 600, 100, 600],
    ['the time-out of the function, if that is longer', 60, 700, 700],
  ])(
    'for %s, after the leaked secret is gone, and before tokens are invalidated',
    async (_, cache, timeoutSeconds, expected) => {
      const leak = await startLeak({ timeoutSeconds });
      const { world, adobe, leakedSecret } = leak;
      const seen = new Set<string>();
      const { slept, exit } = await waiting(leak, cache, () => {
        seen.add(`${adobe.liveSecret(leakedSecret)} ${world.ims.invalidations.length}`);
      });
      expect([...seen]).toEqual(['undefined 0']);
      expect(slept).toBeLessThan(expected + 60);
      expect(slept).toBeGreaterThan(expected - 60);
      expect(exit.stdout.replaceAll(/\s+/g, ' ')).toContain(
        `still stored, after ${Math.floor(expected / 60)} min or more, when no consumer uses them`,
      );
      expect(exit.stderr).toMatch(/^waiting \d+ min until no consumer uses an earlier token/);
      await expectAnswered(leak, exit);
    },
  );

  it('again, if a run that began before stores an earlier token meanwhile', async () => {
    const leak = await startLeak();
    const old = (await leak.read('fusion'))?.versionId;
    let isReinstated = false;
    const { exit } = await waiting(leak, 600, async () => {
      if (isReinstated) return;
      isReinstated = true;
      await leak.remember();
      await moveCurrent(leak, old);
    });
    expect(exit.stdout.match(/had the function renew the token/g)).toHaveLength(2);
    expect(exit.stdout.match(/waited until 10 min after the new token/g)).toHaveLength(2);
    await expectAnswered(leak, exit);
  });

  it('again, if somebody makes the leaked token current meanwhile', async () => {
    const leak = await startLeak();
    const { world, tokens } = leak;
    const leaked = (await leak.read('fusion'))?.versionId;
    let isReinstated = false;
    const reinstate = async (): Promise<void> => {
      if (isReinstated) return;
      isReinstated = true;
      await leak.remember();
      await moveCurrent(leak, leaked);
    };
    const { exit } = await waiting(leak, 600, reinstate, true);
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    await leak.remember();
    expect(tokens.map((token) => world.ims.isValid(token))).toEqual([false, false, true]);
    expect((await leak.read('fusion'))?.token['access_token']).toBe(tokens[2]);
  });
});

it('counts down, second by second', async () => {
  let now = 0;
  const said: string[] = [];
  await countDown(123, {
    now: () => epochSeconds(now),
    sleep: (seconds) => {
      now += seconds;
      return Promise.resolve();
    },
    say: (text) => said.push(text),
  });
  expect(said).toHaveLength(123);
  expect(said[0]).toBe('2 min until no consumer uses an earlier token');
  expect(said.at(-1)).toBe('1 s until no consumer uses an earlier token');
});

it('leaked says which version it takes for leaked, and that it goes on with what is left', async () => {
  const leak = await startLeak();
  const SecretId = leak.world.secretId('fusion', 'client');
  const { AWSCURRENT } = await labelsOf(leak.client, SecretId);
  // Without a terminal, so that it stops there.
  const asked = async () => flat((await leak.answer({ yes: false })).stdout);
  expect(await asked()).toMatch(
    new RegExp(`; what was stored \\d+ s ago, in version ${AWSCURRENT}, counts as leaked\\. This `),
  );
  expect(await asked()).toContain('- deletes the leaked client secret at Adobe for good: ');
  const document = await leak.clientDocument();
  const { value } = leak.adobe.addSecret('p8e-another-one-0123456789');
  leak.secrets.add(value);
  await leak.put(
    JSON.stringify({ ...document, client_secrets: [...document.client_secrets, value] }),
  );
  expect(await asked()).toContain(
    '- deletes those of the 2 stored client secrets that are still at Adobe, for good, since all have leaked, a retired one, too: ',
  );
  leak.adobe.removeSecret(value);
  await leak.put(JSON.stringify(document));
  await interruptWait(leak);
  expect(await asked()).toContain(
    '; an earlier run has begun to answer it, and of these steps only those are taken that are left. This ',
  );
});
