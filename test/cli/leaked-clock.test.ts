import { describe, expect, it } from 'vitest';
import { epochSeconds } from '../../core/instant.ts';
import { startLeak, textOf } from './leak-world.ts';

const hour = 3_600;

describe('leaked, by the clock of this machine,', () => {
  it.each([
    [true, hour, '1 h ahead of'],
    [false, 10 * hour, '10 h ahead of'],
    [false, -400, '6 min behind'],
  ])('changes nothing if it is far off: --token %s, by %i seconds', async (token, skew, words) => {
    const leak = await startLeak();
    const { world, adobe, tokens } = leak;
    world.secretsManager.clearCalls();
    let slept = 0;
    const now = () => epochSeconds(Date.now() / 1000 + skew + slept);
    const sleep = (seconds: number): Promise<void> => {
      slept += seconds;
      return Promise.resolve();
    };
    const exit = await leak.answer({ token, now: false, cache: 900 }, { now, sleep });
    expect(exit).toMatchObject({ code: 1, stdout: '' });
    expect(textOf(exit)).toMatch(
      new RegExp(`^ERR_CLOCK_WRONG this machine is ${words} AWS: .*\\(nothing was changed\\)`),
    );
    expect(textOf(exit)).toContain('→ set the clock of this machine');
    expect(adobe.liveSecrets).toHaveLength(1);
    expect(tokens.map((value) => world.ims.isValid(value))).toEqual([true]);
    const actions = new Set(world.secretsManager.calls.map(({ action }) => action));
    expect([...actions].filter((action) => /^(Put|Update|Tag)/.test(action))).toEqual([]);
  });

  it.each(
    [true, false].flatMap((token) =>
      [true, false].flatMap((isPaused) => [250, -250].map((skew) => ({ token, isPaused, skew }))),
    ),
  )('waits as long as by that of AWS: %o', async ({ token, isPaused, skew }) => {
    const leak = await startLeak();
    // Then the token is minted, and dated, on this machine.
    if (isPaused) await leak.cli('pause', 'fusion');
    let slept = 0;
    const now = () => epochSeconds(Date.now() / 1000 + skew + slept);
    const sleep = (seconds: number): Promise<void> => {
      slept += seconds;
      return Promise.resolve();
    };
    const exit = await leak.answer({ token, now: false, cache: 600 }, { now, sleep });
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(slept).toBeGreaterThan(600 - 60);
    expect(slept).toBeLessThan(600 + 60);
  });

  it('answers the leak with a warning if AWS tells nothing about it', async () => {
    const leak = await startLeak();
    const { world, tokens } = leak;
    world.aws.faults.inject({ kind: 'denied' }, { when: ({ service }) => service === 'sts' });
    const exit = await leak.answer({ token: true });
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(textOf(exit)).toMatch(
      /^warning: it is unknown whether the clock of this machine is right/,
    );
    expect(tokens.map((value) => world.ims.isValid(value))).toEqual([false]);
  });
});
