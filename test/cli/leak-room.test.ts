import { describe, expect, it } from 'vitest';
import {
  type AfterReplacing,
  type BeforeReplacing,
  judgeRoom,
  leakedBefore,
} from '../../cli/leak/room.ts';
import type { ListedSecret } from '../../core/console-secrets.ts';
import { epochSeconds } from '../../core/instant.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { day, now } from '../support/builders.ts';

const retiredAt = epochSeconds(now - 2 * day);

function listed(uuid: string, used?: number): ListedSecret {
  const createdAt = epochSeconds(now - 30 * day);
  return { uuid, createdAt, lastUsedAt: used === undefined ? undefined : epochSeconds(used) };
}

/** The leaked secret is stored alone, and the tag says that another one was retired before. */
function beside(other: ListedSecret, stored = ['leaked', 'old']): BeforeReplacing {
  const accepted = { secret: new Sensitive('x'), uuid: 'leaked' };
  return {
    listed: [listed('leaked', now), other],
    entries: [accepted],
    accepted,
    acceptedAt: epochSeconds(now - 10 * day),
    storedAt: epochSeconds(now - 10 * day),
    unreadableSince: undefined,
    areAllAccepted: false,
    pendingUuids: new Set(),
    provedUuids: new Set(stored),
    storedUuids: new Set(stored),
    usesToldUntil: epochSeconds(now - day),
    state: { kind: 'retired', uuid: 'old', at: retiredAt },
  };
}

describe('the room for another client secret, after a leak', () => {
  it('is that of a retired one which nobody has used since', () => {
    expect(judgeRoom(beside(listed('old', retiredAt - 1)))).toEqual({
      inUse: 'leaked',
      remove: { uuid: 'old', why: 'which was retired' },
    });
  });

  it.each([
    ['its note', 0, undefined, { uuid: 'pending', why: 'which was stored and never in use' }],
    [
      'a day before its note',
      -day,
      undefined,
      { uuid: 'pending', why: 'which was stored and never in use' },
    ],
    ['more than a day before its note', -day - 1, 'ERR_CLIENT_SECRET_LIMIT', undefined],
  ])('is that of a pending one, if it was added at the time of %s', (_, age, code, remove) => {
    const since = epochSeconds(now - 600);
    const before: BeforeReplacing = {
      ...beside({ ...listed('pending', now), createdAt: epochSeconds(since + age) }, [
        'leaked',
        'pending',
      ]),
      state: { kind: 'adding', since, versionId: 'v' },
      pendingUuids: new Set(['pending']),
    };
    if (code === undefined) expect(judgeRoom(before)).toEqual({ inUse: 'leaked', remove });
    else expect(() => judgeRoom(before)).toThrow(expect.objectContaining({ code }));
  });

  it('is not that of the leaked one if it is current again, although the tag calls it replaced', () => {
    const before: BeforeReplacing = {
      ...beside(listed('new'), ['leaked', 'new']),
      state: { kind: 'retired', uuid: 'leaked', at: retiredAt },
    };
    expect(() => judgeRoom(before)).toThrow(
      /and leaked, which was replaced at \S+Z, is stored again; the other one took its place/,
    );
  });

  it('is not that of a stored one whose uuid stands with a client secret that IMS rejects', () => {
    const before = beside(listed('old', retiredAt - 1));
    const entries = [...before.entries, { secret: new Sensitive('y'), uuid: 'old' }];
    expect(judgeRoom({ ...before, entries })).toMatchObject({ remove: { uuid: 'old' } });
    const limit = expect.objectContaining({ code: 'ERR_CLIENT_SECRET_LIMIT' });
    expect(() => judgeRoom({ ...before, entries, provedUuids: new Set() })).toThrow(limit);
  });

  it.each<[string, ListedSecret, string[]?]>([
    ['a retired one that somebody still uses', listed('old', retiredAt)],
    ['one that nobody knows', listed('unknown')],
    ['one that the tag alone calls retired', listed('old', retiredAt - 1), ['leaked']],
  ])('is not that of %s', (_, other, stored = ['leaked', 'old']) => {
    const limit = expect.objectContaining({ code: 'ERR_CLIENT_SECRET_LIMIT' });
    expect(() => judgeRoom(beside(other, stored))).toThrow(limit);
  });
});

/** The leaked secret is stored without its uuid. */
function unnoted(...secrets: readonly ListedSecret[]): BeforeReplacing {
  const accepted = { secret: new Sensitive('x') };
  const { state: _, ...before } = beside(listed('old'), []);
  return { ...before, listed: secrets, entries: [accepted], accepted, state: { kind: 'none' } };
}

const storedAt = epochSeconds(now - 10 * day);

function added(uuid: string, after: number): ListedSecret {
  return { ...listed(uuid), createdAt: epochSeconds(storedAt + after) };
}

describe('the only client secret at Adobe', () => {
  it.each<[string, number, string | undefined]>([
    ['is the stored one, which it was made long before', -400 * day, 'one'],
    ['is the stored one, although clocks differ', 120, 'one'],
    ['is not the stored one if it was added later', 121, undefined],
  ])('%s', (_, after, inUse) => {
    const one = added('one', after);
    expect(judgeRoom(unnoted(one))).toEqual({ inUse });
    const stale = { secret: new Sensitive('x'), uuid: 'gone', createdAt: '2020-01-01T00:00:00Z' };
    expect(judgeRoom({ ...unnoted(one), entries: [stale], accepted: stale })).toEqual({ inUse });
  });

  it('is the stored one if its uuid is noted, whenever it was added', () => {
    const accepted = { secret: new Sensitive('x'), uuid: 'one' };
    const before = { ...unnoted(added('one', day)), entries: [accepted], accepted };
    expect(judgeRoom(before)).toEqual({ inUse: 'one' });
  });
});

describe('a client secret that was added after the leaked ones were stored', () => {
  const before = unnoted(added('stored', -day), added('persons', day));

  it('is not taken for one of two that are stored', () => {
    const limit = expect.objectContaining({ code: 'ERR_CLIENT_SECRET_LIMIT' });
    expect(() => judgeRoom({ ...before, areAllAccepted: true })).toThrow(limit);
    const both = unnoted(added('one', -day), added('two', 0));
    expect(judgeRoom({ ...both, areAllAccepted: true })).toEqual({
      inUse: 'two',
      remove: { uuid: 'one', why: 'which had leaked too' },
    });
  });

  it('is not taken for the one in use beside one that is left over', () => {
    const since = epochSeconds(now - day - 600);
    const left = { ...listed('left'), createdAt: epochSeconds(since + 1) };
    const used = { ...added('persons', day), lastUsedAt: now };
    const state = { kind: 'adding', since, versionId: 'v' } as const;
    expect(judgeRoom({ ...unnoted(used, left), state })).toMatchObject({
      inUse: undefined,
      remove: { uuid: 'left' },
    });
  });

  it('may be any that came after a version that could not be decrypted', () => {
    const since = (days: number) => epochSeconds(storedAt - days * day);
    const alone = { ...before, listed: [added('stored', -day)] };
    expect(judgeRoom({ ...alone, unreadableSince: since(1) }).inUse).toBe('stored');
    expect(judgeRoom({ ...alone, unreadableSince: since(2) }).inUse).toBeUndefined();
    const both = { ...unnoted(added('one', -day), added('two', 0)), areAllAccepted: true };
    const limit = expect.objectContaining({ code: 'ERR_CLIENT_SECRET_LIMIT' });
    expect(() => judgeRoom({ ...both, unreadableSince: since(1) })).toThrow(limit);
    expect(judgeRoom({ ...both, unreadableSince: since(0) })).toMatchObject({ inUse: 'two' });
  });

  it('may be one that seems to be left over, if a version could not be decrypted', () => {
    const at = epochSeconds(now - 600);
    const left = { ...listed('left'), createdAt: epochSeconds(at + 1) };
    const state = { kind: 'adding', since: at, versionId: 'v' } as const;
    const used = { ...added('stored', -day), lastUsedAt: now };
    const unread = { ...unnoted(used, left), state, unreadableSince: now };
    const limit = expect.objectContaining({ code: 'ERR_CLIENT_SECRET_LIMIT' });
    expect(() => judgeRoom(unread)).toThrow(limit);
  });
});

describe('the client secrets that an answer has replaced', () => {
  const after: AfterReplacing = {
    listed: [added('own', 20 * day), added('leaked', -day), added('persons', 5 * day)],
    state: { kind: 'adding', since: now, versionId: 'v' },
    ownUuids: new Set(['own']),
    leakedUuids: new Set(),
    leakedAt: storedAt,
    unreadableSince: undefined,
  };
  const retired = (uuid: string) => ({ kind: 'retired', uuid, at: now }) as const;

  it.each<[string, Partial<AfterReplacing>, readonly string[]]>([
    ['are those that were there when the leaked one was stored', {}, ['leaked']],
    [
      'are also those that were stored with a uuid',
      { leakedUuids: new Set(['persons']) },
      ['leaked', 'persons'],
    ],
    ['are those that the tag names', { state: retired('leaked') }, ['leaked']],
    ['are not what the tag alone names', { state: retired('persons') }, []],
    ['are unknown once no version tells when they were stored', { leakedAt: undefined }, []],
    [
      'are not those that may have come after a version that could not be decrypted',
      { unreadableSince: epochSeconds(storedAt - 2 * day) },
      [],
    ],
    [
      'are those that came before a version that could not be decrypted',
      { unreadableSince: epochSeconds(storedAt - day) },
      ['leaked'],
    ],
    ['are never its own', { listed: [added('own', -day)] }, []],
  ])('%s', (_, overrides, expected) => {
    expect(leakedBefore({ ...after, ...overrides })).toEqual(expected);
  });
});
