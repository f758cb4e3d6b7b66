import { describe, expect, it } from 'vitest';
import { type BeforeReplacing, judgeRoom } from '../../cli/leak/room.ts';
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
    areAllAccepted: false,
    pendingUuids: new Set(),
    storedUuids: new Set(stored),
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

  it.each<[string, ListedSecret, string[]?]>([
    ['a retired one that somebody still uses', listed('old', retiredAt)],
    ['one that nobody knows', listed('unknown')],
    ['one that the tag alone calls retired', listed('old', retiredAt - 1), ['leaked']],
  ])('is not that of %s', (_, other, stored = ['leaked', 'old']) => {
    const limit = expect.objectContaining({ code: 'ERR_CLIENT_SECRET_LIMIT' });
    expect(() => judgeRoom(beside(other, stored))).toThrow(limit);
  });
});
