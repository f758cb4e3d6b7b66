import { describe, expect, it } from 'vitest';
import { type LeakWorld, startLeak } from './leak-world.ts';

const persons = 'p8e-added-by-a-person-0123456789';

/**
 * An hour after the leaked client secret was stored, a person replaces it in the Developer Console. IMS
 * has accepted it just before.
 */
async function startReplaced(isNoted: boolean, isStoredAgain = false): Promise<LeakWorld> {
  let ahead = -3_600;
  const leak = await startLeak({ now: () => Date.now() + ahead * 1000 });
  const { adobe, leakedSecret } = leak;
  if (isNoted) {
    const client_secrets = [{ client_secret: leakedSecret, uuid: adobe.liveSecrets[0]?.uuid }];
    await leak.put(JSON.stringify({ ...(await leak.clientDocument()), client_secrets }));
  }
  ahead = 0;
  // As a tool does at each refresh.
  if (isStoredAgain) await leak.put(JSON.stringify(await leak.clientDocument()));
  const replace = (): boolean => {
    if (adobe.liveSecret(leakedSecret) === undefined) return false;
    leak.secrets.add(adobe.addSecret(persons).value);
    adobe.removeSecret(leakedSecret);
    return false;
  };
  const down = { kind: 'server-error', status: 503 } as const;
  leak.world.consoleApi.faults.inject(down, { when: replace });
  return leak;
}

describe.each([false, true])('leaked, with the uuid of the leaked secret noted: %s,', (isNoted) => {
  it('keeps the secret with which a person has just replaced that', async () => {
    const leak = await startReplaced(isNoted);
    const exit = await leak.answer();
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(leak.adobe.liveSecret(persons)).toBeDefined();
    expect(leak.adobe.liveSecrets).toHaveLength(2);
    expect(leak.world.ims.isValid(leak.tokens[0] ?? '')).toBe(false);
  });

  it('keeps it also if the leaked one was stored again as it was', async () => {
    const leak = await startReplaced(isNoted, true);
    const exit = await leak.answer();
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(leak.adobe.liveSecret(persons)).toBeDefined();
    expect(leak.adobe.liveSecrets).toHaveLength(2);
  });

  it('keeps it also after it was broken off', async () => {
    const leak = await startReplaced(isNoted);
    const interruption = new AbortController();
    const sleep = (): Promise<void> => {
      interruption.abort();
      return Promise.reject(new DOMException('aborted', 'AbortError'));
    };
    const first = await leak.answer({ now: false }, { sleep }, interruption.signal);
    expect(first, first.stderr).toMatchObject({ code: 130 });
    const exit = await leak.answer();
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(exit.stdout).toContain('going on with the answer to this leak');
    expect(leak.adobe.liveSecret(persons)).toBeDefined();
  });
});
