import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { Secrets } from '../../../cli/aws/secrets.ts';
import { Histories } from '../../../cli/console/histories.ts';
import { OneByOne } from '../../../cli/console/one-by-one.ts';
import { ReaderSearches } from '../../../cli/console/reader-searches.ts';
import type { CredentialDetail, FleetEvent, Readers, Timeline } from '../../../console/messages.ts';
import { hour } from '../../support/builders.ts';
import { seedCredential } from '../operator.ts';
import { nextOf, openConsole } from './looker.ts';

type Known<Value> = { readonly known: Value } | { readonly unknown: unknown };

function known<Value>(answer: Known<Value>): Value {
  if ('known' in answer) return answer.known;
  throw new Error(JSON.stringify(answer));
}

/** Holds up the calls of one action, and counts how many there are at once at most. */
function countingAtOnce(counted: string) {
  let running = 0;
  let most = 0;
  const authorize = async (action: string): Promise<boolean> => {
    if (action !== counted) return true;
    running += 1;
    most = Math.max(most, running);
    for (let turn = 0; turn < 10; turn += 1) await new Promise((done) => setImmediate(done));
    running -= 1;
    return true;
  };
  return { authorize, most: () => most };
}

describe('a credential', () => {
  it('has a history that tells from which client secret each token was minted', async () => {
    const { world, client, json } = await openConsole();
    seedCredential(world, 'fusion', { expiresIn: 20 * hour });
    const SecretId = world.secretId('fusion', 'client');
    await client.send(new PutSecretValueCommand({ SecretId, SecretString: '{"changed":1}' }));
    const detail = await json<CredentialDetail>('/api/credentials/fusion');
    const [token, ...others] = known(detail.history);
    const clientHistory = known(detail.clientHistory);
    expect(others).toEqual([]);
    expect(token).toMatchObject({ labels: ['AWSCURRENT'], fingerprint: expect.any(String) });
    expect((token?.expiresAt ?? 0) - (token?.issuedAt ?? 0)).toBe(24 * hour);
    expect(clientHistory.map(({ labels }) => labels)).toEqual([['AWSCURRENT'], ['AWSPREVIOUS']]);
    expect(token?.clientVersion).toBe(clientHistory[1]?.id);
  });

  it('has its secrets with their settings, and hostile text is text without control characters', async () => {
    const { world, json } = await openConsole();
    const hostile = '<img src=x onerror=alert(1)>\u001B[31m\u202E';
    seedCredential(world, 'fusion', { expiresIn: hour, tags: { [`note${hostile}`]: hostile } });
    const detail = await json<CredentialDetail>('/api/credentials/fusion');
    const { tags, name } = known(detail.tokenSecret);
    expect(name).toBe('ims-token-rotator/local/fusion/token');
    const shown = '<img src=x onerror=alert(1)>\uFFFD[31m\uFFFD';
    expect(tags).toMatchObject({ [`note${shown}`]: shown });
  });

  it('has no settings of the last list while AWS does not answer', async () => {
    const { world, events, json } = await openConsole();
    seedCredential(world, 'fusion', { expiresIn: hour });
    await nextOf(events<FleetEvent>('/api/fleet/events'), 'fleet');
    world.secretsManager.faults.inject({ kind: 'internal-error' });
    expect(await json<CredentialDetail>('/api/credentials/fusion')).toMatchObject({
      tokenSecret: { unknown: { code: 'ERR_AWS_UNAVAILABLE' } },
      clientSecret: { unknown: { code: 'ERR_AWS_UNAVAILABLE' } },
    });
  });

  it('that does not exist is not found', async () => {
    const { ask } = await openConsole();
    const { status, text } = await ask('/api/credentials/nobody');
    expect(status).toBe(404);
    expect(JSON.parse(text).why.code).toBe('ERR_CREDENTIAL_NOT_FOUND');
    expect((await ask('/api/credentials/No%20Name')).status).toBe(400);
  });

  it('says who has read its token', async () => {
    const { onboard, invoke, read, json } = await openConsole();
    await onboard('fusion');
    await invoke({ action: 'tick' });
    await read('fusion');
    const readers = known(await json<Readers>('/api/credentials/fusion/readers'));
    expect(readers.map(({ principal }) => principal)).toContain(
      'arn:aws:iam::111122223333:user/local',
    );
  });

  it('is searched for in CloudTrail once for all that ask, and for one credential at a time', async () => {
    const { authorize, most } = countingAtOnce('cloudtrail:LookupEvents');
    const { world, json } = await openConsole({ world: { authorize } });
    for (const name of ['fusion', 'firefly']) seedCredential(world, name, { expiresIn: hour });
    const searches = (): number =>
      world.aws.calls.filter(({ action }) => action === 'LookupEvents').length;
    await json('/api/credentials/fusion/readers');
    const ofOne = searches();
    expect(ofOne).toBeGreaterThan(0);
    const names = ['fusion', 'firefly', 'fusion', 'firefly'];
    await Promise.all(names.map((name) => json(`/api/credentials/${name}/readers`)));
    expect(searches()).toBe(2 * ofOne);
    expect(most()).toBe(1);
  });
});

it('does not search CloudTrail for somebody who has left', async () => {
  const { world } = await openConsole();
  const searches = new ReaderSearches(new OneByOne(), new AbortController().signal);
  const secret = { name: 'fusion', arn: 'arn:aws:secretsmanager:us-east-1:1:secret:fusion-AbCdEf' };
  await expect(searches.of(secret, () => true)).rejects.toThrow();
  expect(world.aws.calls.filter(({ action }) => action === 'LookupEvents')).toEqual([]);
  expect(await searches.of(secret, () => false)).toEqual([]);
});

describe('the timeline', () => {
  it('has the tokens that are in sight', async () => {
    const { world, json } = await openConsole();
    seedCredential(world, 'fusion', { expiresIn: 20 * hour });
    const now = Math.floor(Date.now() / 1000);
    const lanes = await json<Timeline>(
      `/api/timeline?names=fusion,absent&from=${now - 48 * hour}&to=${now}`,
    );
    expect(known(lanes['fusion'] ?? { unknown: 'no lane' })).toMatchObject([
      { labels: ['AWSCURRENT'], issuedAt: expect.any(Number) },
    ]);
    // Nothing there is not the same as nothing known.
    expect(lanes['absent']).toHaveProperty('unknown.code', 'ERR_AWS_REFUSED');
    const earlier = await json<Timeline>(`/api/timeline?names=fusion&to=${now - 48 * hour}`);
    expect(earlier).toEqual({ fusion: { known: [] } });
  });

  it('has the token before those in sight, so that it shows a gap after it', async () => {
    const { world, json } = await openConsole();
    seedCredential(world, 'fusion', { expiresIn: -30 * hour });
    const now = Math.floor(Date.now() / 1000);
    const lanes = await json<Timeline>(
      `/api/timeline?names=fusion&from=${now - 24 * hour}&to=${now}`,
    );
    const [last] = known(lanes['fusion'] ?? { unknown: 'no lane' });
    expect(Math.abs((last?.expiresAt ?? 0) - (now - 30 * hour))).toBeLessThan(60);
  });

  it('asks for a history again only when the labels have moved', async () => {
    const { world, events, json } = await openConsole({ every: 0.05 });
    seedCredential(world, 'fusion', { expiresIn: 20 * hour });
    const stream = events<FleetEvent>('/api/fleet/events');
    await nextOf(stream, 'fleet');
    const listed = (): number =>
      world.secretsManager.calls.filter(({ action }) => action === 'ListSecretVersionIds').length;
    for (let look = 0; look < 3; look += 1) await json('/api/timeline?names=fusion');
    expect(listed()).toBe(1);
    seedCredential(world, 'fusion', { expiresIn: 21 * hour });
    for (;;) if ((await nextOf(stream, 'change')).rows.length > 0) break;
    for (let look = 0; look < 3; look += 1) await json('/api/timeline?names=fusion');
    expect(listed()).toBe(2);
  });

  it('asks again where the versions lag behind the list, and when any label has moved', async () => {
    const { world } = await openConsole();
    seedCredential(world, 'fusion', { expiresIn: 20 * hour });
    const secretId = world.secretId('fusion', 'token');
    const { signal } = new AbortController();
    const listed = await new Secrets(signal).describe(secretId);
    if (listed === undefined) throw new Error('no such secret');
    const calls = (): number =>
      world.secretsManager.calls.filter(({ action }) => action === 'ListSecretVersionIds').length;
    const histories = new Histories(signal);
    const lagging = { ...listed, currentVersionId: 'not listed yet' };
    for (let look = 0; look < 2; look += 1) await histories.of(secretId, lagging);
    expect(calls()).toBe(2);
    for (let look = 0; look < 2; look += 1) await histories.of(secretId, listed);
    expect(calls()).toBe(3);
    await histories.of(secretId, { ...listed, previousVersionId: 'another' });
    expect(calls()).toBe(4);
  });

  it('asks for at most five histories at once, for however many lanes and lookers', async () => {
    const { authorize, most } = countingAtOnce('secretsmanager:ListSecretVersionIds');
    const { world, json } = await openConsole({ world: { authorize } });
    const names = Array.from({ length: 40 }, (_, index) => `tenant-${index}`);
    for (const name of names) seedCredential(world, name, { expiresIn: hour });
    const path = `/api/timeline?names=${names.join(',')}`;
    const [lanes] = await Promise.all([json<Timeline>(path), json<Timeline>(path)]);
    expect(Object.keys(lanes)).toHaveLength(40);
    expect(most()).toBe(5);
  });

  it.each([
    ['more than 40 names', Array.from({ length: 41 }, (_, index) => `t-${index}`).join(',')],
    ['an invalid name', '..'],
    ['an instant that is none', 'fusion&from=x'],
  ])('refuses %s', async (_, query) => {
    const { ask } = await openConsole();
    const { status, text } = await ask(`/api/timeline?names=${query}`);
    expect(status).toBe(400);
    expect(JSON.parse(text).why.code).toBe('ERR_USAGE');
  });
});
