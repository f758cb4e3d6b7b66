import { describe, expect, it } from 'vitest';
import { toInstant } from '../../cli/aws/instant.ts';
import { formatInstant } from '../../core/instant.ts';
import {
  addColleagues,
  type LeakWorld,
  setRotationTag,
  startLeak,
  startRotated,
} from './leak-world.ts';
import { checksOf } from './patient.ts';

/** The value of a rotation whose earlier client secret is noted as retired. */
async function putRotated(leak: LeakWorld, notes: (uuid: string, createdAt: string) => object) {
  const [earlier] = leak.adobe.liveSecrets;
  if (earlier === undefined) throw new Error('the client has no secret');
  const added = leak.adobe.addSecret('p8e-of-a-rotation-0123456789');
  leak.secrets.add(added.value);
  const dated = (one: typeof added) => formatInstant(toInstant(new Date(one.createdAt)) as never);
  const document = await leak.clientDocument();
  const current = { client_secret: added.value, uuid: added.uuid, created_at: dated(added) };
  const retired_at = current.created_at;
  const retired = {
    client_secret: earlier.value,
    ...notes(earlier.uuid, dated(earlier)),
    retired_at,
  };
  await leak.put(JSON.stringify({ ...document, client_secrets: [current, retired] }));
  return earlier.uuid;
}

const atAdobe = async (leak: LeakWorld) =>
  (await checksOf(leak, 'fusion', '--mint')).find('secrets at Adobe');

const idle = (): Promise<void> => Promise.resolve();

describe('doctor on a retired client secret that is still at Adobe', () => {
  it.each<[string, (uuid: string, createdAt: string) => object]>([
    ['with the date that Adobe has', (uuid, created_at) => ({ uuid, created_at })],
    ['whose uuid is a guess', (uuid) => ({ uuid })],
  ])('fails where no tag names it any more: one %s', async (_, notes) => {
    const leak = await startRotated(idle);
    const uuid = await putRotated(leak, notes);
    await setRotationTag(leak, 'none');
    expect(await atAdobe(leak)).toMatchObject({
      verdict: 'failed',
      detail: expect.stringMatching(
        new RegExp(`^${uuid} \\(.*\\) is noted as retired, and the function does not delete it$`),
      ),
      fix: expect.stringContaining('compare the stored value with those in the Developer Console'),
    });
  });

  it('is content where a renewal is about to note it', async () => {
    const leak = await startRotated(idle);
    await putRotated(leak, (uuid) => ({ uuid }));
    const detail = '2 client secrets, all stored here';
    expect(await atAdobe(leak)).toMatchObject({ verdict: 'ok', detail });
  });

  it('does not call another one a stranger if that may be the retired one', async () => {
    const leak = await startRotated(idle);
    const [earlier] = leak.adobe.liveSecrets;
    addColleagues(leak);
    await putRotated(leak, (uuid) => ({ uuid }));
    leak.adobe.removeSecret(earlier?.value ?? '');
    expect((await atAdobe(leak)).detail).toMatch(/^whether these are stored here is not known, /);
  });

  it('says so as no fault where nothing rotates', async () => {
    const leak = await startLeak();
    await putRotated(leak, (uuid) => ({ uuid }));
    await setRotationTag(leak, 'none');
    const found = await atAdobe(leak);
    expect(found).toMatchObject({ verdict: 'unknown' });
    expect(found.detail).toContain('the function does not delete it');
  });
});

describe('doctor on the tag of a client secret that was retired days ago', () => {
  async function startRetired(): Promise<{ readonly leak: LeakWorld; readonly uuid: string }> {
    const leak = await startRotated(idle);
    const uuid = await putRotated(leak, (uuid, created_at) => ({ uuid, created_at }));
    await setRotationTag(leak, `retired uuid=${uuid} at=2026-01-01T00:00:00Z`);
    return { leak, uuid };
  }

  it('says what is to be done with one that somebody has used since', async () => {
    const { leak, uuid } = await startRetired();
    expect(await atAdobe(leak)).toMatchObject({
      verdict: 'failed',
      detail: expect.stringMatching(
        new RegExp(
          `^${uuid} is retired, and stays: somebody used it at \\S+Z, after it was retired$`,
        ),
      ),
      fix: expect.stringMatching(
        /^have whoever uses it use the stored one; then find it in the Developer Console by its value, /,
      ),
    });
  });

  it('is content once a person has deleted it', async () => {
    const { leak } = await startRetired();
    leak.adobe.removeSecret(leak.leakedSecret);
    const detail = '1 client secret, stored here';
    expect(await atAdobe(leak)).toMatchObject({ verdict: 'ok', detail });
  });
});

it('doctor does not call a client secret stored whose value is not, whatever uuids are noted', async () => {
  const leak = await startRotated(idle);
  const { uuid } = addColleagues(leak);
  const document = await leak.clientDocument();
  const client_secrets = [{ client_secret: leak.leakedSecret, uuid }];
  await leak.put(JSON.stringify({ ...document, client_secrets }));
  expect(await atAdobe(leak)).toMatchObject({
    verdict: 'unknown',
    detail: '2 client secrets, of which only 1 can be stored here, whatever uuids are noted',
  });
});
