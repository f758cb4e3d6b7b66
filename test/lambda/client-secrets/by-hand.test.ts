import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { renewEach } from '../../../lambda/commands/renew.ts';
import { day, hour } from '../../support/builders.ts';
import { tick } from '../../support/outcomes.ts';
import { clientSecretOf } from '../../support/start-parts.ts';
import {
  ClientSecretId,
  type RotatingClient,
  type StoredEntry,
  startRotatingClient,
} from '../../support/start-rotating-client.ts';

const old = clientSecretOf('fusion');
const persons = 'p8e-added-by-a-person-0123456789';
const gone = 'p8e-gone-long-ago-0123456789';

async function store(
  rotating: RotatingClient,
  client_secrets: readonly (StoredEntry | string)[],
): Promise<void> {
  const SecretString = JSON.stringify({ ...(await rotating.document()), client_secrets });
  await rotating.client.send(new PutSecretValueCommand({ SecretId: ClientSecretId, SecretString }));
}

/** A rotation to whose request Adobe gives no answer, and a secret that a person adds soon after. */
async function startUnanswered(): Promise<RotatingClient> {
  const rotating = await startRotatingClient();
  const { parts, adobe } = rotating;
  const { faults } = parts.consoleApi;
  faults.inject({ kind: 'server-error', status: 503 }, { when: ({ method }) => method === 'POST' });
  await rotating.beginRotation();
  await expect(rotating.step('createSecret')).rejects.toMatchObject({
    code: 'ERR_CONSOLE_UNAVAILABLE',
  });
  faults.clear();
  parts.clock.advance(300);
  parts.secrets.add(adobe.addSecret(persons).value);
  return rotating;
}

describe('a rotation leaves a client secret that a person has added after one that got no answer', () => {
  it('and stored beside the other, without its uuid', async () => {
    const rotating = await startUnanswered();
    const entries = await rotating.entries();
    await store(rotating, [...entries, persons]);
    rotating.parts.clock.advance(day);
    await expect(rotating.step('createSecret')).rejects.toMatchObject({
      code: 'ERR_CLIENT_SECRET_LIMIT',
      message: expect.stringContaining('holds one without its uuid'),
    });
    expect(rotating.live()).toEqual([old, persons]);
  });

  it('and uses elsewhere, of which Adobe tells late', async () => {
    const rotating = await startUnanswered();
    rotating.parts.clock.advance(20 * hour);
    await expect(rotating.step('createSecret')).rejects.toMatchObject({
      code: 'ERR_CLIENT_SECRET_LIMIT',
    });
    expect(rotating.live()).toEqual([old, persons]);
  });

  it('and uses elsewhere, of which Adobe tells more than a day late', async () => {
    const rotating = await startUnanswered();
    const { parts, adobe } = rotating;
    parts.clock.advance(hour);
    await renewEach(parts.run(), ['fusion'], { force: true }, () => undefined);
    parts.clock.advance(hour);
    adobe.liveSecret(persons)?.recordUse(parts.clock.seconds * 1000);
    parts.clock.advance(28 * hour);
    parts.consoleApi.faults.inject({ kind: 'late-usages', seconds: 28.5 * hour }, { times: 9 });
    await expect(rotating.step('createSecret')).rejects.toMatchObject({
      code: 'ERR_CLIENT_SECRET_LIMIT',
      message: expect.stringContaining('Adobe does not tell yet which of them is in use'),
    });
    expect(rotating.live()).toEqual([old, persons]);
  });
});

it.each<[string, (fresh: StoredEntry, retired: StoredEntry) => readonly (StoredEntry | string)[]]>([
  ['with its uuid', (fresh, { retired_at: _, ...kept }) => [fresh, kept]],
  ['without its uuid', (fresh) => [fresh, old]],
  ['behind its retired entry', (fresh, retired) => [fresh, retired, old]],
  [
    'beside one that is retired',
    (fresh) => [fresh, old, { client_secret: gone, uuid: 'gone', retired_at: '2026-01-01' }],
  ],
])('a retired client secret that people store again stays at Adobe: %s', async (_, again) => {
  const rotating = await startRotatingClient();
  const { parts } = rotating;
  parts.secrets.add(gone);
  expect(await rotating.rotateSecret()).toEqual([]);
  parts.clock.advance(hour);
  await tick(parts.run());
  const [fresh, retired] = (await rotating.entries()) as [StoredEntry, StoredEntry];
  await store(rotating, again(fresh, retired));
  for (let days = 0; days < 3; days += 1) {
    parts.clock.advance(day);
    await tick(parts.run());
  }
  expect(rotating.live()).toContain(old);
  parts.clock.advance(hour);
  expect(await rotating.rotateSecret()).toEqual(['ERR_CLIENT_SECRET_LIMIT']);
  expect(rotating.live()).toContain(old);
});
