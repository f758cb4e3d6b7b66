import { describe, expect, it } from 'vitest';
import { labelsOf } from '../support/start-rotating.ts';
import {
  deleteSlowly,
  flat,
  follow,
  interruptWait,
  setRotationTag,
  startLeak,
  textOf,
} from './leak-world.ts';

const others = 'p8e-of-a-colleague-0123456789';
const own = 'p8e-that-has-leaked-0123456789';

interface Mistake {
  readonly areTwoStored?: boolean;
  /** Left beside it, too. */
  readonly created_at?: string;
  /** The colleague uses it all the time. */
  readonly isBusy?: boolean;
}

/** A person has noted the uuid of a colleague's client secret beside the one that has leaked since. */
async function startMistaken({ areTwoStored = false, created_at, isBusy = false }: Mistake) {
  let ahead = -86_400;
  const leak = await startLeak({ now: () => Date.now() + ahead * 1000 });
  const { adobe } = leak;
  if (!areTwoStored) {
    const first = adobe.liveSecrets[0]?.value ?? '';
    adobe.addSecret(others);
    adobe.removeSecret(first);
  }
  const [colleagues] = adobe.liveSecrets;
  const leaked = adobe.addSecret(own);
  if (colleagues === undefined) throw new Error('the client has no secret');
  leak.secrets.add(own).add(others);
  const client_secrets = [{ client_secret: own, uuid: colleagues.uuid, created_at }];
  await leak.put(JSON.stringify({ ...(await leak.clientDocument()), client_secrets }));
  const SecretId = leak.world.secretId('fusion', 'client');
  const { AWSCURRENT = '' } = await labelsOf(leak.client, SecretId);
  ahead = 0;
  await leak.invoke({ action: 'renew', credential: 'fusion' });
  if (isBusy) colleagues.recordUse(Date.now());
  return { leak, colleagues, leaked, stored: AWSCURRENT };
}

const dayBefore = new Date(Date.now() - 86_400_000).toISOString().replace(/\.\d+Z/, 'Z');
const weekBefore = new Date(Date.now() - 8 * 86_400_000).toISOString().replace(/\.\d+Z/, 'Z');

describe.each<[string, Mistake]>([
  ['stored with both', { areTwoStored: true }],
  ['stored with this one alone', {}],
  ['with its date', { created_at: weekBefore }],
  ['with the date of the stored one', { created_at: dayBefore }],
  ['that is in use all the time', { isBusy: true }],
])('a uuid of another client secret, %s,', (_, mistake) => {
  it('is none by which leaked says what to delete', async () => {
    const { leak, colleagues, stored } = await startMistaken(mistake);
    const { code, stderr } = await leak.answer();
    expect(code).toBe(1);
    const text = flat(stderr);
    expect(text).toContain('ERR_CLIENT_SECRET_LIMIT');
    expect(text).toContain(
      `put-credential fusion FILE; then delete the leaked one there, whose value is in version ${stored}; then: `,
    );
    expect(text).not.toContain(`elete ${colleagues.uuid}`);
    expect(text.includes('is the stored one, by the uuid')).toBe(mistake.areTwoStored !== true);
  });

  it('has leaked delete nothing that IMS does not prove', async () => {
    const { leak, colleagues, leaked } = await startMistaken(mistake);
    // As it is told.
    const learn = deleteSlowly(leak, leaked);
    const waits: number[] = [];
    const sleep = (seconds: number): Promise<void> => {
      waits.push(seconds);
      learn();
      return Promise.resolve();
    };
    const exit = await leak.answer({}, { sleep });
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(exit.stdout).toContain('deleted nothing: IMS rejects the leaked client secret already');
    expect(leak.adobe.liveSecrets).toContain(colleagues);
    expect(waits).toEqual([120]);
    expect(flat(exit.stderr)).toContain('Ctrl-C ends the wait, and the same command goes on later');
  });

  it('has leaked delete nothing when it goes on either', async () => {
    const { leak, colleagues, leaked } = await startMistaken(mistake);
    const learn = deleteSlowly(leak, leaked);
    expect(await interruptWait(leak)).toMatchObject({ code: 130 });
    learn();
    const exit = await leak.answer();
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(exit.stdout).toContain('deleted nothing: IMS rejects the leaked client secret already');
    expect(leak.adobe.liveSecrets).toContain(colleagues);
  });

  it.each([false, true])(
    'is not named where somebody has stored another client secret meanwhile, in a second run: %s',
    async (isSecond) => {
      const { leak, colleagues, leaked } = await startMistaken(mistake);
      deleteSlowly(leak, leaked);
      if (isSecond) await interruptWait(leak);
      const document = await leak.clientDocument();
      leak.secrets.add(others.replace('colleague', 'person'));
      const sleep = async (): Promise<void> => {
        const client_secrets = [others.replace('colleague', 'person')];
        await leak.put(JSON.stringify({ ...document, client_secrets }));
      };
      const exit = await leak.answer({}, { sleep });
      expect(exit.code).toBe(1);
      const text = textOf(await follow(leak, exit));
      expect(text).toContain('delete the one in version');
      const noted = `(noted as ${colleagues.uuid}: compare the values first)`;
      expect((textOf(exit) + text).replaceAll(noted, '')).not.toContain(colleagues.uuid);
    },
  );

  it('is not named to be deleted after an answer that was broken off', async () => {
    const { leak, colleagues, leaked } = await startMistaken(mistake);
    const learn = deleteSlowly(leak, leaked);
    expect(await interruptWait(leak)).toMatchObject({ code: 130 });
    learn();
    const added = leak.adobe.liveSecrets.find((one) => one !== colleagues);
    leak.adobe.removeSecret(added?.value ?? '');
    const persons = leak.adobe.addSecret('p8e-added-by-a-person-0123456789');
    leak.secrets.add(persons.value);
    const client_secrets = [{ client_secret: persons.value, uuid: persons.uuid }];
    await leak.put(JSON.stringify({ ...(await leak.clientDocument()), client_secrets }));
    const secret = await leak.answer();
    expect(secret.stderr).toContain('ERR_CREDENTIAL_CHANGED');
    const noted = `(noted as ${colleagues.uuid}: compare the values first)`;
    expect(flat(secret.stderr).replaceAll(noted, '')).not.toContain(colleagues.uuid);
    const token = await leak.answer({ token: true });
    expect(token, token.stderr).toMatchObject({ code: 0 });
    expect(flat(token.stdout).replaceAll(noted, '')).not.toContain(colleagues.uuid);
  });
});

it('leaked does not delete the client secret of a rotation that is in use, though its note still says that it is being added', async () => {
  const day = 86_400;
  let ahead = -5 * day;
  const now = (): number => Date.now() + ahead * 1000;
  const leak = await startLeak({ now });
  const { adobe } = leak;
  const [first] = adobe.liveSecrets;
  const since = new Date(now()).toISOString().replace(/\.\d+Z/, 'Z');
  const rotated = adobe.addSecret('p8e-added-by-a-rotation-0123456789');
  leak.secrets.add(rotated.value);
  const document = await leak.clientDocument();
  const store = async (secret: typeof rotated, end = ''): Promise<void> => {
    const client_secrets = [{ client_secret: secret.value, uuid: secret.uuid }];
    await leak.put(JSON.stringify({ ...document, client_secrets }) + end);
  };
  await store(rotated);
  const { AWSCURRENT } = await labelsOf(leak.client, leak.world.secretId('fusion', 'client'));
  // Its last write failed.
  await setRotationTag(leak, `adding since=${since} version=${AWSCURRENT} uuid=${rotated.uuid}`);
  ahead = -day;
  adobe.removeSecret(first?.value ?? '');
  const leaked = adobe.addSecret(own);
  leak.secrets.add(own);
  // As a tool does that copies secrets: the version of the rotation has no label any more.
  await store(leaked);
  await store(leaked, ' ');
  ahead = 0;
  rotated.recordUse(Date.now() - 3_600_000);
  await leak.invoke({ action: 'renew', credential: 'fusion' });
  const exit = await leak.answer();
  expect(exit.stderr).toContain('ERR_CLIENT_SECRET_LIMIT');
  expect(adobe.liveSecrets).toContain(rotated);
});

it('leaked does not end well where somebody has deleted the new client secret during its wait', async () => {
  const { leak, colleagues, leaked } = await startMistaken({});
  const learn = deleteSlowly(leak, leaked);
  const sleep = (): Promise<void> => {
    learn();
    const added = leak.adobe.liveSecrets.find((one) => one !== colleagues);
    // Which IMS accepts for a while.
    if (added !== undefined) deleteSlowly(leak, added);
    return Promise.resolve();
  };
  const exit = await leak.answer({}, { sleep });
  expect(exit.stderr).toContain('ERR_CREDENTIAL_CHANGED');
  expect(exit.stderr).toContain('somebody else has deleted the new client secret at Adobe');
  expect(leak.adobe.liveSecrets).toContain(colleagues);
});

it('a uuid is not that of the stored client secret where an earlier version notes another one for it', async () => {
  const leak = await startLeak();
  const { adobe } = leak;
  const colleagues = adobe.addSecret(others);
  leak.secrets.add(others);
  const document = await leak.clientDocument();
  const client_secrets = [{ ...document.client_secrets[0], uuid: colleagues.uuid }];
  await leak.put(JSON.stringify({ ...document, client_secrets }));
  const { stderr } = await leak.answer();
  expect(stderr).toContain('ERR_CLIENT_SECRET_LIMIT');
  expect(flat(stderr)).not.toContain('is the stored one');
});
