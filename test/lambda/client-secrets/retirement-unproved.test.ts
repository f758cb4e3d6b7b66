// A retired client secret: Adobe may have listed another one, and a person may have mistaken it.
import { PutSecretValueCommand, TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { consoleScopes } from '../../../core/console-secrets.ts';
import { tagKeys } from '../../../core/contract.ts';
import type { ConsoleEndpoint } from '../../../core/ports.ts';
import { day, hour } from '../../support/builders.ts';
import { interceptIms } from '../../support/credential.ts';
import { tick } from '../../support/outcomes.ts';
import { clientSecretOf } from '../../support/start-parts.ts';
import {
  ClientSecretId,
  type RotatingClient,
  renewAfter,
  startRotated,
  startRotatingClient,
} from '../../support/start-rotating-client.ts';

const old = clientSecretOf('fusion');
const half = 12 * hour;

const isDeletion = ({ method }: { readonly method: string }): boolean => method === 'DELETE';

/** Its deletion has failed, right after IMS had accepted it. */
async function startAsked(): Promise<RotatingClient> {
  const rotating = await startRotated();
  const { faults } = rotating.parts.consoleApi;
  faults.inject({ kind: 'server-error', status: 503 }, { when: isDeletion });
  await renewAfter(rotating, day);
  faults.clear();
  rotating.parts.consoleApi.clearRequests();
  return rotating;
}

/** A person deletes the stored one while a rotation is under way, and Adobe lists another one alone. */
async function startMistaken(noted = 'it'): Promise<RotatingClient> {
  const rotating = await startRotatingClient();
  const { parts, adobe, client } = rotating;
  const stored = adobe.addSecret('p8e-stored-by-hand-0123456789');
  parts.secrets.add(stored.value);
  const row = { it: stored, 'the other one': adobe.liveSecret(old) }[noted];
  const created_at = row && new Date(row.createdAt).toISOString();
  const client_secrets = [{ client_secret: stored.value, uuid: row?.uuid, created_at }];
  const SecretString = JSON.stringify({ ...(await rotating.document()), client_secrets });
  await client.send(new PutSecretValueCommand({ SecretId: ClientSecretId, SecretString }));
  await renewAfter(rotating, day);
  adobe.liveSecret(old)?.recordUse(parts.clock.seconds * 1000);
  const isList = ({ method }: { readonly method: string }): boolean => {
    if (method === 'GET') adobe.removeSecret(stored.value);
    return false;
  };
  parts.consoleApi.faults.inject({ kind: 'no-usages' }, { when: isList });
  expect(await rotating.rotateSecret()).toEqual([]);
  parts.consoleApi.faults.clear();
  parts.clock.advance(600);
  adobe.liveSecret(old)?.recordUse(parts.clock.seconds * 1000);
  return rotating;
}

function warnings({ parts }: RotatingClient) {
  return parts.lines.filter(({ level }) => level === 'warn').map(({ message }) => message);
}

describe('a retired client secret that may be another one', () => {
  it('is deleted once IMS has accepted its value', async () => {
    const rotating = await startRotated();
    const { mintCount } = rotating.parts.ims;
    await renewAfter(rotating, day);
    expect(rotating.live()).not.toContain(old);
    expect(await rotating.tag()).toBe('none');
    expect(rotating.parts.ims.mintCount).toBe(mintCount + 3);
  });

  it('is asked about with the scopes of the Console, and not with those of the credential', async () => {
    const { parts } = await startRotated();
    const scopes: (readonly string[])[] = [];
    const tokenEndpoint = interceptIms(parts, (grant, send) => {
      scopes.push(grant.scopes);
      return send();
    });
    parts.clock.advance(day);
    await tick(parts.run({ tokenEndpoint }));
    expect(scopes).toEqual([['openid'], consoleScopes, consoleScopes]);
  });

  it.each(['it', 'nothing', 'the other one'])(
    'stays if IMS rejects the value, and is not asked about again; the row at Adobe that was noted: %s',
    async (noted) => {
      const rotating = await startMistaken(noted);
      await renewAfter(rotating, half);
      await renewAfter(rotating, day);
      expect(rotating.live()).toContain(old);
      expect(warnings(rotating)).toEqual([
        'IMS rejects the retired client secret, so that the one at Adobe is another one, and stays',
      ]);
      expect(await rotating.tag()).toBe('none');
      rotating.parts.consoleApi.clearRequests();
      await renewAfter(rotating, half);
      expect(rotating.parts.consoleApi.requests).toEqual([]);
    },
  );

  it('is deleted a day after the question if it could not be deleted then', async () => {
    const rotating = await startAsked();
    expect(rotating.live()).toContain(old);
    expect(await rotating.tag()).toMatch(/ asked=2026-11-23T13:30:0\dZ$/);
    await renewAfter(rotating, half);
    expect(rotating.parts.consoleApi.requests).toEqual([]);
    await renewAfter(rotating, half + 60);
    expect(rotating.live()).not.toContain(old);
    expect(await rotating.tag()).toBe('none');
  });

  it.each([true, false])('stays if somebody uses it after the question: %s', async (isUsed) => {
    const rotating = await startAsked();
    const { parts, adobe } = rotating;
    parts.clock.advance(1_080);
    if (isUsed) adobe.liveSecret(old)?.recordUse(parts.clock.seconds * 1000);
    await renewAfter(rotating, day);
    expect(rotating.live().includes(old)).toBe(isUsed);
  });

  it('is not asked about once a rotation has begun meanwhile', async () => {
    const rotating = await startRotated();
    const { parts } = rotating;
    const { consoleEndpoint } = parts.run();
    const Value = 'adding since=2026-11-23T13:30:00Z version=of-another-run';
    const list: ConsoleEndpoint['list'] = async (...args) => {
      const response = await consoleEndpoint.list(...args);
      const Tags = [{ Key: tagKeys.rotation, Value }];
      await rotating.client.send(new TagResourceCommand({ SecretId: ClientSecretId, Tags }));
      return response;
    };
    const add = consoleEndpoint.add.bind(consoleEndpoint);
    const remove = consoleEndpoint.remove.bind(consoleEndpoint);
    parts.clock.advance(day);
    const { mintCount } = parts.ims;
    await tick(parts.run({ consoleEndpoint: { list, add, remove } }));
    expect(parts.ims.mintCount).toBe(mintCount + 2);
    expect(rotating.live()).toContain(old);
    expect(await rotating.tag()).toBe(Value);
  });
});

describe('a rotation that finds a retired client secret which may be another one', () => {
  it('deletes it once IMS has accepted its value', async () => {
    const rotating = await startRotated();
    const { parts } = rotating;
    parts.consoleApi.faults.inject({ kind: 'server-error', status: 503 });
    await renewAfter(rotating, day);
    parts.consoleApi.faults.clear();
    parts.clock.advance(hour);
    expect(await rotating.rotateSecret()).toEqual([]);
    expect(rotating.live()).toHaveLength(2);
    expect(rotating.live()).not.toContain(old);
  });

  it('asks nothing before the budget has a request for the question, too', async () => {
    const rotating = await startRotated();
    const { parts } = rotating;
    parts.consoleApi.faults.inject({ kind: 'server-error', status: 503 });
    await renewAfter(rotating, day);
    parts.consoleApi.faults.clear();
    const { mintCount } = parts.ims;
    parts.clock.advance(60);
    await rotating.beginRotation();
    const sleep = async (seconds: number): Promise<void> => parts.clock.advance(seconds);
    const remaining = () => 600;
    for (let tries = 0; tries < 3; tries += 1) {
      const create = rotating.step('createSecret', undefined, { sleep, remaining });
      await expect(create).rejects.toMatchObject({ code: 'ERR_MINT_BUDGET_SPENT' });
      parts.clock.advance(60);
    }
    expect(parts.ims.mintCount).toBe(mintCount);
    await rotating.step('createSecret', undefined, { sleep, remaining });
    expect(rotating.live()).not.toContain(old);
  });

  it('has no room if IMS rejects its value, and names both', async () => {
    const rotating = await startMistaken();
    const { parts, adobe } = rotating;
    parts.consoleApi.faults.inject({ kind: 'server-error', status: 503 });
    await renewAfter(rotating, half);
    await renewAfter(rotating, day);
    parts.consoleApi.faults.clear();
    parts.clock.advance(hour);
    expect(await rotating.rotateSecret()).toEqual(['ERR_CLIENT_SECRET_LIMIT']);
    const uuids = adobe.liveSecrets.map(({ uuid }) => uuid).join(' and ');
    expect(String(parts.lines.at(-1)?.message)).toContain(
      `${uuids}, and neither was left behind by an earlier rotation`,
    );
    expect(rotating.live()).toContain(old);
    expect(await rotating.tag()).toBe('none');
  });
});
