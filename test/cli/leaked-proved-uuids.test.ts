import { expect, it } from 'vitest';
import { type LeakWorld, refuseDeletion, setRotationTag, startLeak, textOf } from './leak-world.ts';
import { inSeconds } from './operator.ts';

interface Entry {
  readonly client_secret: string;
  readonly uuid?: string;
  readonly retired_at?: string | undefined;
}

async function putEntries(leak: LeakWorld, ...client_secrets: readonly Entry[]): Promise<void> {
  await leak.put(JSON.stringify({ ...(await leak.clientDocument()), client_secrets }));
}

function startBeside(leak: LeakWorld) {
  const [own = ''] = leak.adobe.liveSecrets.map(({ uuid }) => uuid);
  const colleagues = leak.adobe.addSecret('p8e-of-a-colleague-0123456789');
  colleagues.recordUse(Date.now() - 60_000);
  return { leaked: { client_secret: leak.leakedSecret, uuid: own }, colleagues };
}

/** A colleague's client secret was stored before, and is noted as retired. @param at in seconds from now */
async function startRetired(at: number) {
  const leak = await startLeak();
  const { leaked, colleagues } = startBeside(leak);
  const { uuid, value } = colleagues;
  leak.secrets.add(value);
  await putEntries(leak, { client_secret: value, uuid });
  await putEntries(leak, leaked);
  await setRotationTag(leak, `retired uuid=${uuid} at=${inSeconds(at)}`);
  return { leak, colleagues };
}

/** How often IMS has rejected a client secret since. */
async function rejectionsOf(leak: LeakWorld): Promise<{ count: number; text: string }> {
  leak.world.ims.clearTokenRequests();
  const text = textOf(await leak.answer());
  const rejected = leak.world.ims.tokenRequests.filter(({ outcome }) => outcome !== 'issued');
  return { count: rejected.length, text };
}

const wrong = (index: number) => `p8e-wrong-paste-0123456789-${index}`;

it('leaked tries no more than five values with the uuid of one client secret', async () => {
  const leak = await startLeak();
  const { leaked, colleagues } = startBeside(leak);
  const { uuid } = colleagues;
  for (let index = 0; index < 8; index += 1) {
    await putEntries(leak, leaked, { client_secret: wrong(index), uuid });
  }
  await putEntries(leak, leaked);
  await setRotationTag(leak, `retired uuid=${uuid} at=${inSeconds(60)}`);
  const { count, text } = await rejectionsOf(leak);
  expect(text).toMatch(/^ERR_CLIENT_SECRET_LIMIT /);
  expect(count).toBe(5);
  expect(leak.adobe.liveSecrets).toContain(colleagues);
});

it.each([
  ['the stored value', undefined],
  ['the stored value as retired', inSeconds(-3_600)],
])(
  'leaked deletes none that %s names beside a dead value, whatever held it before',
  async (_, retired_at) => {
    const leak = await startLeak();
    const { leaked, colleagues } = startBeside(leak);
    const { uuid, value } = colleagues;
    leak.secrets.add(value);
    await putEntries(leak, { client_secret: value, uuid });
    await putEntries(leak, leaked, { client_secret: wrong(0), uuid, retired_at });
    expect(textOf(await leak.answer())).toMatch(/^ERR_CLIENT_SECRET_LIMIT /);
    expect(leak.adobe.liveSecrets).toContain(colleagues);
  },
);

it('leaked deletes no retired client secret whose note is dated ahead', async () => {
  const { leak, colleagues } = await startRetired(3_600);
  expect(textOf(await leak.answer())).toMatch(/^ERR_CLIENT_SECRET_LIMIT /);
  expect(leak.adobe.liveSecrets).toContain(colleagues);
});

it('leaked tries none of a client secret that it may not delete anyway', async () => {
  const leak = await startLeak();
  const { leaked, colleagues } = startBeside(leak);
  await putEntries(leak, { client_secret: wrong(0), uuid: colleagues.uuid });
  await putEntries(leak, leaked);
  const { count, text } = await rejectionsOf(leak);
  expect(text).toMatch(/^ERR_CLIENT_SECRET_LIMIT /);
  expect(count).toBe(0);
});

it('leaked tries none while there is room for another client secret', async () => {
  const leak = await startLeak();
  const [uuid = ''] = leak.adobe.liveSecrets.map((one) => one.uuid);
  const mistyped = { client_secret: leak.leakedSecret, uuid: `${uuid}0` };
  await putEntries(leak, mistyped, { client_secret: wrong(0), uuid });
  const before = leak.adobe.liveSecrets;
  leak.world.consoleApi.faults.inject(
    { kind: 'server-error', status: 403 },
    { when: ({ method }) => method === 'POST' },
  );
  expect((await rejectionsOf(leak)).count).toBe(0);
  expect(leak.adobe.liveSecrets).toEqual(before);
});

it('leaked deletes nothing whose uuid stands beside the value of another one', async () => {
  const leak = await startLeak();
  const { leaked, colleagues } = startBeside(leak);
  await putEntries(leak, { ...leaked, uuid: colleagues.uuid });
  await putEntries(leak, leaked);
  await setRotationTag(leak, `retired uuid=${colleagues.uuid} at=${inSeconds(60)}`);
  expect(textOf(await leak.answer())).toMatch(/^ERR_CLIENT_SECRET_LIMIT /);
  expect(leak.adobe.liveSecrets).toContain(colleagues);
});

it('leaked says that a retired client secret may have been used by itself, which was broken off', async () => {
  const { leak, colleagues } = await startRetired(-30);
  expect(textOf(await refuseDeletion(leak))).toMatch(/^ERR_CONSOLE_UNAVAILABLE /);
  expect(textOf(await leak.answer())).toMatch(
    /^ERR_CLIENT_SECRET_LIMIT .* Its last use may be that of an earlier run of this command, which has IMS test it\. Ask/,
  );
  expect(leak.adobe.liveSecrets).toContain(colleagues);
});
