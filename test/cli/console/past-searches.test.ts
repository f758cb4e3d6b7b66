import { TagResourceCommand, UntagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { tagChanges } from '../../../cli/aws/tag-changes.ts';
import { OneByOne } from '../../../cli/console/one-by-one.ts';
import { PastSearches } from '../../../cli/console/past-searches.ts';
import type { FleetEvent, Pasts } from '../../../console/messages.ts';
import { tagKeys } from '../../../core/contract.ts';
import { epochSeconds } from '../../../core/instant.ts';
import { hour } from '../../support/builders.ts';
import { seedCredential } from '../operator.ts';
import { type Looker, nextOf, openConsole } from './looker.ts';

const start = epochSeconds(Date.UTC(2026, 10, 25, 12) / 1000);
const day = 24 * hour;
const { signal } = new AbortController();

const pausedBy = (value: string) => ({
  secretId: 'fusion',
  tags: [{ key: tagKeys.paused, value }],
});

/** Has CloudTrail list a call so many seconds after the start. */
function record({ world }: Looker, seconds: number, requestParameters: unknown, more = {}): void {
  world.aws.account.recordEvent({
    eventName: 'TagResource',
    eventSource: 'secretsmanager.amazonaws.com',
    at: (start + seconds) * 1000,
    username: 'anna',
    principalArn: 'arn:aws:iam::111122223333:user/anna',
    accessKeyId: 'AKIAANNA',
    requestParameters: requestParameters as Record<string, unknown>,
    ...more,
  });
}

/** A console at the start of time, and a way to move that on. */
async function open() {
  let now = start + day;
  const looker = await openConsole({
    world: { now: () => now * 1000 },
    now: () => epochSeconds(now),
  });
  const search = { keys: [tagKeys.paused], from: start, to: epochSeconds(now), mostPages: 2 };
  return {
    ...looker,
    clock: () => epochSeconds(now),
    pass: (seconds: number) => {
      now += seconds;
    },
    changes: () => tagChanges({ eventName: 'TagResource', ...search }, signal),
    removals: () => tagChanges({ eventName: 'UntagResource', ...search }, signal),
    calls: () => looker.world.aws.calls.filter(({ action }) => action === 'LookupEvents').length,
  };
}

describe('the changes of tags', () => {
  it('are what TagResource sets and UntagResource removes, in the order of their time', async () => {
    const looker = await open();
    const { world, client } = looker;
    seedCredential(world, 'fusion', { expiresIn: hour });
    const SecretId = world.secretId('fusion', 'token');
    const Tags = [
      { Key: tagKeys.paused, Value: 'true' },
      { Key: 'team', Value: 'a' },
    ];
    await client.send(new TagResourceCommand({ SecretId, Tags: Tags.slice(1) }));
    await client.send(new TagResourceCommand({ SecretId, Tags }));
    await client.send(new UntagResourceCommand({ SecretId, TagKeys: [tagKeys.paused] }));
    record(looker, 60, pausedBy('false'));
    const { changes, since } = await looker.changes();
    expect(since).toBe(start);
    expect(changes).toMatchObject([
      { secretId: 'fusion', at: start + 60, tags: { [tagKeys.paused]: 'false' } },
      { secretId: SecretId, at: start + day, tags: { [tagKeys.paused]: 'true', team: 'a' } },
    ]);
    expect((await looker.removals()).changes).toMatchObject([
      { secretId: SecretId, tags: { [tagKeys.paused]: undefined } },
    ]);
  });

  it('are the latest, and complete from an instant on, if there are too many', async () => {
    const looker = await open();
    for (let index = 0; index < 101; index += 1) record(looker, index, pausedBy('true'));
    const { changes, since } = await looker.changes();
    expect(changes).toHaveLength(100);
    expect(since).toBe(start + 2);
  });

  it.each([
    ['a call that failed', pausedBy('true'), { errorCode: 'AccessDenied' }],
    ['a call of another service', pausedBy('true'), { eventSource: 'kms.amazonaws.com' }],
    ['no secret', { tags: [{ key: tagKeys.paused, value: 'true' }] }, {}],
    ['an id that is no text', { ...pausedBy('true'), secretId: { $gt: '' } }, {}],
    ['no parameters', undefined, {}],
    ['too long a record', { ...pausedBy('true'), note: 'x'.repeat(100_000) }, {}],
  ])('leave out %s', async (_, parameters, more) => {
    const looker = await open();
    record(looker, 0, parameters, more);
    expect((await looker.changes()).changes).toEqual([]);
  });

  it.each([
    ['HIDDEN_DUE_TO_SECURITY_REASONS'],
    [undefined],
    [[{ tagKey: tagKeys.paused, tagValue: 'true' }]],
    [[null]],
  ])('are hidden where the tags are %j', async (tags) => {
    const looker = await open();
    record(looker, 0, { secretId: 'fusion', tags });
    expect((await looker.changes()).changes).toMatchObject([{ tags: undefined }]);
  });

  it('take no key for more than a text', async () => {
    const looker = await open();
    const tags = [{ key: '__proto__', value: 'x' }, ...pausedBy('true').tags];
    record(looker, 0, { secretId: 'fusion', tags });
    const [change] = (await looker.changes()).changes;
    expect(Object.keys(change?.tags ?? {})).toEqual(['__proto__', tagKeys.paused]);
  });
});

describe('the past of lanes', () => {
  it('is searched for once a minute for all that look, and then only for what is new', async () => {
    const looker = await open();
    const { clock, json, calls } = looker;
    const path = `/api/past?names=fusion&from=${start}&to=${clock()}`;
    await Promise.all([json<Pasts>(path), json<Pasts>(path)]);
    await json<Pasts>(path);
    expect(calls()).toBe(2);
  });

  it('goes on with what is earlier where the last search was cut', async () => {
    const looker = await open();
    for (let index = 0; index < 800; index += 1) record(looker, index, pausedBy('true'));
    const searches = new PastSearches(new OneByOne(), looker.clock, signal, 0);
    const fusion = {
      name: 'fusion',
      arn: 'arn:aws:secretsmanager:us-east-1:1:secret:fusion-AbCdEf',
    };
    expect(await searches.search(start)).toBe(start + 51);
    expect(searches.of(fusion)).toHaveLength(750);
    looker.pass(60);
    record(looker, day + 30, pausedBy('false'));
    expect(await searches.search(start)).toBe(start);
    expect(searches.of(fusion)).toHaveLength(801);
    expect(searches.of(fusion).at(-1)?.at).toBe(start + day + 30);
  });

  it('finds what CloudTrail lists late', async () => {
    const looker = await open();
    const searches = new PastSearches(new OneByOne(), looker.clock, signal, 0);
    const fusion = {
      name: 'fusion',
      arn: 'arn:aws:secretsmanager:us-east-1:1:secret:fusion-AbCdEf',
    };
    await searches.search(start);
    // It was changed quarter of an hour before that search, and is listed only now.
    record(looker, day - 900, pausedBy('true'));
    looker.pass(60);
    await searches.search(start);
    expect(searches.of(fusion)).toMatchObject([{ at: start + day - 900 }]);
  });

  it('goes back a week, however far back somebody looks', async () => {
    const looker = await open();
    record(looker, -7 * day, pausedBy('true'));
    record(looker, -5 * day, pausedBy('false'));
    const searches = new PastSearches(new OneByOne(), looker.clock, signal, 0);
    expect(await searches.search(0)).toBe(start - 6 * day);
    const fusion = {
      name: 'fusion',
      arn: 'arn:aws:secretsmanager:us-east-1:1:secret:fusion-AbCdEf',
    };
    expect(searches.of(fusion)).toMatchObject([{ at: start - 5 * day }]);
  });

  it('forgets what is older than a hole, if more is new than a search holds', async () => {
    const looker = await open();
    record(looker, 0, pausedBy('true'));
    const searches = new PastSearches(new OneByOne(), looker.clock, signal, 0);
    expect(await searches.search(start)).toBe(start);
    looker.pass(hour);
    for (let index = 0; index < 800; index += 1) record(looker, day + index, pausedBy('true'));
    expect(await searches.search(start)).toBe(start + day + 51);
  });

  it('finds a secret by each of its ids, and no other', async () => {
    const looker = await open();
    const arn = 'arn:aws:secretsmanager:us-east-1:1:secret:fusion/token-AbCdEf';
    const ids = ['fusion/token', arn, arn.slice(0, -7)];
    const others = [
      'fusion/client',
      arn.replace('us-east-1:1', 'us-east-1:2'),
      `${arn.slice(0, -1)}g`,
    ];
    for (const secretId of [...ids, ...others])
      record(looker, 0, { ...pausedBy('true'), secretId });
    const searches = new PastSearches(new OneByOne(), looker.clock, signal);
    await searches.search(start);
    const found = searches.of({ name: 'fusion/token', arn }).map(({ secretId }) => secretId);
    expect(new Set(found)).toEqual(new Set(ids));
  });

  it('has the failures and pauses that the tags of now do not show', async () => {
    const looker = await open();
    const { world, client, json, events, pass, clock } = looker;
    seedCredential(world, 'fusion', { expiresIn: hour });
    const SecretId = world.secretId('fusion', 'token');
    const tag = async (Key: string, Value: string): Promise<void> => {
      await client.send(new TagResourceCommand({ SecretId, Tags: [{ Key, Value }] }));
      pass(600);
    };
    const begin = clock();
    await tag(
      tagKeys.status,
      'failing code=ERR_TOKEN_UNAVAILABLE since=2026-11-26T12:00:00Z credential=0a1b2c3d',
    );
    await tag(tagKeys.status, 'ok');
    await tag(tagKeys.paused, 'true');
    await nextOf(events<FleetEvent>('/api/fleet/events'), 'fleet');
    expect(await json<Pasts>(`/api/past?names=fusion&from=${start}&to=${clock()}`)).toEqual({
      fusion: {
        known: {
          since: start,
          failures: [
            {
              code: 'ERR_TOKEN_UNAVAILABLE',
              words: 'IMS is unreachable or overloaded',
              from: begin,
              to: begin + 600,
            },
          ],
          pauses: [{ from: begin + 1200 }],
        },
      },
    });
  });

  it('is unknown without the right, for a credential that does not exist, and where tags are hidden', async () => {
    const looker = await open();
    const { world, json, clock } = looker;
    seedCredential(world, 'fusion', { expiresIn: hour });
    record(looker, 0, { secretId: world.secretId('fusion', 'token'), tags: 'HIDDEN' });
    const path = `/api/past?names=fusion,nobody&from=${start}&to=${clock()}`;
    expect(await json<Pasts>(path)).toMatchObject({
      fusion: {
        unknown: { message: expect.stringContaining('CloudTrail does not show the tags') },
      },
      nobody: { unknown: { code: 'ERR_CREDENTIAL_NOT_FOUND' } },
    });
    const denied = await openConsole({
      world: { authorize: (action) => action !== 'cloudtrail:LookupEvents' },
    });
    expect(await denied.json<Pasts>(path)).toMatchObject({
      fusion: { unknown: { code: 'ERR_AWS_DENIED', right: 'cloudtrail:LookupEvents' } },
    });
    expect((await denied.ask('/api/past?names=..')).status).toBe(400);
    expect((await denied.ask('/api/past?names=')).text).toBe('{}');
  });
});
