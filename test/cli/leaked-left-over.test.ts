import { expect, it } from 'vitest';
import { epochSeconds } from '../../core/instant.ts';
import type { ConsoleFault } from '../../emulators/console-api/fault.ts';
import { expectAnswered, type LeakWorld, makeRoom, startLeak, textOf } from './leak-world.ts';
import type { Effects } from './session-here.ts';

/** The command gets no answer to its request for another client secret. */
async function loseRequest(
  leak: LeakWorld,
  fault: ConsoleFault,
  effects: Effects = {},
): Promise<void> {
  const { faults } = leak.world.consoleApi;
  faults.inject(fault, { when: ({ method }) => method === 'POST' });
  expect(await leak.answer({}, effects)).toMatchObject({ code: 1 });
  faults.clear();
}

/** The request was lost so many hours ago. */
async function startWithLostRequest(hoursAgo: number): Promise<LeakWorld> {
  let ahead = -hoursAgo * 3_600;
  const leak = await startLeak({ now: () => Date.now() + ahead * 1000 });
  const now = () => epochSeconds(Date.now() / 1000 + ahead);
  await loseRequest(leak, { kind: 'lost-answer' }, { now });
  ahead = 0;
  await leak.invoke({ action: 'tick' });
  await leak.remember();
  return leak;
}

it('leaked leaves to people what a colleague may have added after its own request was lost', async () => {
  const leak = await startLeak();
  await loseRequest(leak, { kind: 'server-error', status: 503 });
  const colleagues = leak.adobe.addSecret('p8e-of-a-colleague-0123456789');
  colleagues.recordUse(Date.now());
  leak.world.consoleApi.faults.inject({ kind: 'late-usages', seconds: 600 }, { times: 9 });
  const before = leak.adobe.liveSecrets;
  const exit = await leak.answer();
  expect(exit).toMatchObject({ code: 1 });
  expect(textOf(exit)).toContain(
    `and an earlier run of leaked may have added ${colleagues.uuid}, or somebody else (nothing was changed)`,
  );
  expect(leak.adobe.liveSecrets).toEqual(before);
  makeRoom(leak, exit);
  await expectAnswered(leak, await leak.answer());
});

it('leaked deletes nothing that a colleague may have added, of whose use Adobe tells more than a day late', async () => {
  let hoursAgo = 31;
  const nowMs = () => Date.now() - hoursAgo * 3_600_000;
  const leak = await startLeak({ now: nowMs });
  const now = () => epochSeconds(nowMs() / 1000);
  await loseRequest(leak, { kind: 'server-error', status: 503 }, { now });
  const colleagues = leak.adobe.addSecret('p8e-of-a-colleague-0123456789');
  hoursAgo = 30.5;
  leak.adobe.liveSecret(leak.leakedSecret)?.recordUse(nowMs());
  hoursAgo = 29;
  colleagues.recordUse(nowMs());
  hoursAgo = 0;
  await leak.invoke({ action: 'tick' });
  await leak.remember();
  const late = { kind: 'late-usages', seconds: 30 * 3_600 } as const;
  leak.world.consoleApi.faults.inject(late, { times: 9 });
  const before = leak.adobe.liveSecrets;
  const exit = await leak.answer();
  expect(exit).toMatchObject({ code: 1 });
  expect(textOf(exit)).toContain('Adobe does not tell yet which of them is in use');
  expect(leak.adobe.liveSecrets).toEqual(before);
});

it('leaked deletes what its own request had added, once that is a day old and nobody has used it', async () => {
  const leak = await startWithLostRequest(25);
  const exit = await leak.answer();
  await expectAnswered(leak, exit);
  expect(exit.stdout).toContain('which an earlier run had added and could not store');
});

it('leaked deletes nothing that its own request may have added, before that is a day old', async () => {
  const leak = await startWithLostRequest(20);
  const before = leak.adobe.liveSecrets;
  const exit = await leak.answer();
  expect(exit).toMatchObject({ code: 1 });
  expect(textOf(exit)).toContain('an earlier run of leaked may have added');
  expect(leak.adobe.liveSecrets).toEqual(before);
});
