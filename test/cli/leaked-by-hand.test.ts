import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../core/contract.ts';
import {
  deleteSlowly,
  flat,
  interruptWait,
  type LeakWorld,
  startLeak,
  textOf,
} from './leak-world.ts';

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

/**
 * A colleague uses an older client secret, and a person has just deleted the leaked one at Adobe, which IMS
 * accepts for a while.
 */
async function startDeleted(isNoted: boolean) {
  let ahead = -30 * 86_400;
  const leak = await startLeak({ now: () => Date.now() + ahead * 1000 });
  const { adobe } = leak;
  const [colleagues] = adobe.liveSecrets;
  const leaked = adobe.addSecret('p8e-that-has-leaked-0123456789');
  const { value, uuid } = leaked;
  leak.secrets.add(value);
  ahead = -86_400;
  const client_secrets = [{ client_secret: value, uuid: isNoted ? uuid : undefined }];
  await leak.put(JSON.stringify({ ...(await leak.clientDocument()), client_secrets }));
  ahead = 0;
  await leak.invoke({ action: 'renew', credential: 'fusion' });
  return { leak, colleagues, learn: deleteSlowly(leak, leaked) };
}

describe.each([true, false])(
  'leaked, after a person has deleted the leaked secret, noted: %s,',
  (isNoted) => {
    it('keeps the only one that is left', async () => {
      const { leak, colleagues, learn } = await startDeleted(isNoted);
      // After IMS has accepted it, and before Adobe lists what there is.
      const isListing = ({ method }: { readonly method: string }): boolean => {
        if (method === 'GET') learn();
        return false;
      };
      leak.world.consoleApi.faults.inject(
        { kind: 'server-error', status: 503 },
        { when: isListing },
      );
      const exit = await leak.answer();
      expect(exit, exit.stderr).toMatchObject({ code: 0 });
      expect(exit.stdout).toContain('deleted nothing: ');
      expect(leak.adobe.liveSecrets).toContain(colleagues);
      expect(leak.adobe.liveSecrets).toHaveLength(2);
    });

    it('keeps it also while IMS accepts what was deleted', async () => {
      const { leak, colleagues, learn } = await startDeleted(isNoted);
      const waits: number[] = [];
      const sleep = (seconds: number): Promise<void> => {
        waits.push(seconds);
        learn();
        return Promise.resolve();
      };
      const exit = await leak.answer({}, { sleep });
      expect(leak.adobe.liveSecrets).toContain(colleagues);
      expect(exit.stdout).toContain('deleted nothing: ');
      expect(exit, exit.stderr).toMatchObject({ code: 0 });
      expect(waits).toHaveLength(1);
      expect(waits[0]).toBeGreaterThan(100);
    });
  },
);

it('leaked deletes what is stored without its uuid once IMS must know of a deletion', async () => {
  let ahead = -86_400;
  const leak = await startLeak({ now: () => Date.now() + ahead * 1000 });
  const { value } = leak.adobe.addSecret('p8e-that-has-leaked-0123456789');
  leak.secrets.add(value);
  leak.adobe.removeSecret(leak.leakedSecret);
  await leak.put(JSON.stringify({ ...(await leak.clientDocument()), client_secrets: [value] }));
  ahead = 0;
  const exit = await leak.answer();
  expect(exit, exit.stderr).toMatchObject({ code: 0 });
  expect(flat(exit.stderr)).toMatch(
    /waiting 2 min, because it is not certain which client secret at Adobe is the leaked one: /,
  );
  expect(leak.adobe.liveSecret(value)).toBeUndefined();
});

it('leaked never has the function delete a client secret that it has guessed, and goes on without that', async () => {
  const { leak, colleagues, learn } = await startDeleted(false);
  const exit = await interruptWait(leak);
  expect(exit).toMatchObject({ code: 130 });
  const SecretId = leak.world.secretId('fusion', 'client');
  const { Tags = [] } = await leak.client.send(new DescribeSecretCommand({ SecretId }));
  expect(Tags.find(({ Key }) => Key === tagKeys.rotation)?.Value).toMatch(/^adding since=/);
  learn();
  const again = await leak.answer();
  expect(again, again.stderr).toMatchObject({ code: 0 });
  expect(again.stdout).toContain('going on with the answer to this leak');
  expect(leak.adobe.liveSecrets).toContain(colleagues);
});

it('leaked takes a uuid that is stored with two values for a guess', async () => {
  const leak = await startLeak();
  const { adobe } = leak;
  const [colleagues] = adobe.liveSecrets;
  const leaked = adobe.addSecret('p8e-that-has-leaked-0123456789');
  const { value } = leaked;
  leak.secrets.add(value);
  // A person has changed the value, and left its uuid.
  const client_secrets = [{ client_secret: value, uuid: colleagues?.uuid }];
  await leak.put(JSON.stringify({ ...(await leak.clientDocument()), client_secrets }));
  await leak.invoke({ action: 'renew', credential: 'fusion' });
  const learn = deleteSlowly(leak, leaked);
  const sleep = (): Promise<void> => {
    learn();
    return Promise.resolve();
  };
  const exit = await leak.answer({}, { sleep });
  expect(exit, exit.stderr).toMatchObject({ code: 0 });
  expect(exit.stdout).toContain('deleted nothing: ');
  expect(adobe.liveSecrets).toContain(colleagues);
});

it('leaked keeps what an answer had stored that was broken off, although others were stored since', async () => {
  let ahead = -86_400;
  const leak = await startLeak({ now: () => Date.now() + ahead * 1000 });
  const { adobe } = leak;
  const { value } = adobe.addSecret('p8e-that-has-leaked-0123456789');
  leak.secrets.add(value);
  adobe.removeSecret(leak.leakedSecret);
  const document = { ...(await leak.clientDocument()), client_secrets: [value] };
  await leak.put(JSON.stringify(document));
  ahead = 0;
  await leak.invoke({ action: 'renew', credential: 'fusion' });
  expect(await interruptWait(leak)).toMatchObject({ code: 130 });
  const added = adobe.liveSecrets.find((one) => one.value !== value);
  // As a tool does that copies secrets.
  for (const end of ['', ' ']) await leak.put(JSON.stringify(document) + end);
  expect(await leak.answer()).toMatchObject({ code: 1 });
  expect(adobe.liveSecrets).toContain(added);
});

it('leaked has nobody delete the leaked client secret by hand before another one is stored', async () => {
  const leak = await startLeak();
  const { faults } = leak.world.consoleApi;
  faults.inject({ kind: 'lost-answer' }, { when: ({ method }) => method === 'POST' });
  const text = textOf(await leak.answer());
  expect(text).toContain('(Adobe may have added a client secret, which is not stored) → ');
  expect(text).toMatch(
    /; then go on: ims-token-rotator leaked fusion --version-id \S+ --now; if that keeps failing, do not wait: answer the leak by hand: see "When something leaked" in docs\/client-secret-rotation\.md$/,
  );
});
