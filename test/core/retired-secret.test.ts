import { describe, expect, it } from 'vitest';
import { isGraceOver, longestOwnUse, retirementGrace } from '../../core/client-secret-rotation.ts';
import type { ListedSecret } from '../../core/console-secrets.ts';
import type { ClientSecretEntry } from '../../core/documented-form.ts';
import { epochSeconds, formatInstant } from '../../core/instant.ts';
import { judgeRetired, type StoredSecrets, type Times } from '../../core/retired-secret.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { day, hour, now } from '../support/builders.ts';

const at = (seconds: number) => epochSeconds(now + seconds);
const retired = { kind: 'retired', uuid: 'one', at: now } as const;

/** A credential whose accepted secret has this uuid. */
function storedWith(uuid: string, ...others: readonly ClientSecretEntry[]): StoredSecrets {
  const accepted = { secret: new Sensitive('x'), uuid };
  return { entries: [accepted, ...others], accepted };
}

function listed(uuid: string, created: number, used?: number): ListedSecret {
  const lastUsedAt = used === undefined ? undefined : at(used);
  return { uuid, createdAt: at(created), lastUsedAt };
}

describe('a retired secret', () => {
  const later = at(retirementGrace);
  const old = listed('one', -30 * day, -60);
  const fresh = listed('two', -60, hour);
  const other = { secret: new Sensitive('y') };
  const replacedAt = -longestOwnUse;

  /** Its entry says when it was replaced. */
  const entryOf = (seconds: number): ClientSecretEntry => {
    return { secret: new Sensitive('z'), uuid: 'one', retiredAt: formatInstant(at(seconds)) };
  };

  const rotated = storedWith('two', entryOf(replacedAt));

  function judge(
    secrets: readonly ListedSecret[],
    stored: StoredSecrets = rotated,
    times: Partial<Times> = {},
  ) {
    const usual = { now: later, storedAt: now, rotatedAt: undefined };
    return judgeRetired(retired, secrets, stored, { ...usual, ...times });
  }

  it.each<[string, readonly ListedSecret[], number, object]>([
    ['is removed a day later', [old, fresh], later, { kind: 'remove' }],
    ['is gone', [fresh], now, { kind: 'gone' }],
    ['has its grace', [old, fresh], later - 1, { kind: 'wait', why: 'its grace is not over' }],
    [
      'stays if it was used at that very moment',
      [listed('one', -9, 0), fresh],
      later,
      { kind: 'wait', why: 'somebody used it at 2026-11-22T12:00:00Z, after it was retired' },
    ],
    [
      'stays if its successor is not there',
      [old],
      later,
      { kind: 'wait', why: 'its successor is not at Adobe, or is stored without its uuid' },
    ],
    [
      'stays if its successor was never used',
      [old, listed('two', -60)],
      later,
      { kind: 'wait', why: 'its successor has not been used since' },
    ],
    [
      'stays if its successor was only used before',
      [old, listed('two', -60, -1)],
      later,
      { kind: 'wait', why: 'its successor has not been used since' },
    ],
  ])('%s', (_, secrets, when, expected) => {
    expect(judge(secrets, rotated, { now: epochSeconds(when) })).toEqual(expected);
  });

  it('stays if Adobe lists a third, because IMS could only say that it accepts one of the others', () => {
    const createdAt = formatInstant(at(-30 * day));
    const stored = storedWith('two', { ...entryOf(replacedAt), createdAt });
    const never = listed('one', -30 * day);
    expect(judge([never, fresh], stored)).toEqual({ kind: 'remove' });
    expect(judge([never, fresh, listed('three', -day)], stored)).toEqual({
      kind: 'wait',
      why: 'Adobe lists more than two, so that it may be another one',
    });
  });

  it.each([
    ['as long as its rotation may have been under way', -1, 'remove'],
    ['later', 0, 'wait'],
  ])('may have been used after it was replaced, whatever the tag says: %s', (_, ago, kind) => {
    const stored = storedWith('two', entryOf(-2 * day));
    const used = -day + longestOwnUse + ago;
    expect(judge([listed('one', -30 * day, used), fresh], stored).kind).toBe(kind);
  });

  it.each([
    ['within a run after that', -1, 'remove'],
    ['later', 0, 'wait'],
  ])(
    'may have been used until its rotation was complete, which took two days: %s',
    (_, ago, kind) => {
      const stored = storedWith('two', entryOf(-2 * day));
      const secrets = [listed('one', -30 * day, -hour + longestOwnUse + ago), fresh];
      expect(judge(secrets, stored, { rotatedAt: at(-hour) }).kind).toBe(kind);
      expect(judge(secrets, stored).kind).toBe('wait');
    },
  );

  it.each<[string, readonly ClientSecretEntry[]]>([
    ['nothing of it', []],
    ['that another one is', [{ ...entryOf(replacedAt), uuid: 'three' }]],
    ['a time that is none', [{ ...entryOf(replacedAt), retiredAt: 'yesterday' }]],
  ])('stays where the stored credential says %s', (_, entries) => {
    expect(judge([old, fresh], storedWith('two', ...entries))).toEqual({
      kind: 'wait',
      why: 'the stored credential does not say that it is retired',
    });
  });

  it.each([
    [hour, 'remove'],
    [hour + 1, 'wait'],
  ])(
    'stays until its successor is used after the credential was stored, %i s later',
    (seconds, kind) => {
      expect(judge([old, fresh], rotated, { storedAt: at(seconds) }).kind).toBe(kind);
    },
  );

  it('does not need to know when the credential was stored', () => {
    expect(judge([old, fresh], rotated, { storedAt: undefined }).kind).toBe('remove');
  });

  it.each<[string, readonly ClientSecretEntry[], boolean]>([
    ['beside its successor', [{ ...other, uuid: 'one' }], true],
    ['without its uuid, perhaps,', [other], true],
    ['as retired', [entryOf(replacedAt), other], false],
    ['with a uuid that Adobe does not list, perhaps,', [{ ...other, uuid: 'three' }], true],
    ['nowhere else', [entryOf(replacedAt)], false],
  ])('stays while people store it: %s', (_, others, stays) => {
    const { kind } = judge([old, fresh], storedWith('two', ...others));
    expect(kind).toBe(stays ? 'wait' : 'remove');
  });

  it('is not its own successor', () => {
    const stored = storedWith('one', entryOf(replacedAt));
    expect(judge([old], stored)).toMatchObject({ kind: 'wait' });
  });

  it.each([
    ['just before it, two clocks apart', -120, true],
    ['earlier', -121, false],
    ['as late as that run may have asked', longestOwnUse, true],
    ['later', longestOwnUse + 1, false],
  ])('may have been used by a run that asked IMS about it: %s', (_, seconds, isOwn) => {
    const secrets = [listed('one', -30 * day, day + seconds), listed('two', -60, 2 * day)];
    const times = { now: at(2 * day), storedAt: now, rotatedAt: undefined };
    const asked = { ...retired, askedAt: at(day) };
    const { kind } = judgeRetired(asked, secrets, rotated, times);
    expect(kind).toBe(isOwn ? 'remove' : 'wait');
    expect(judgeRetired(retired, secrets, rotated, times).kind).toBe('wait');
  });

  it('has a grace of a day after a run has asked IMS about it', () => {
    const asked = { ...retired, askedAt: at(hour) };
    const ends = [at(day + hour - 1), at(day + hour)];
    expect(ends.map((when) => isGraceOver(asked, when))).toEqual([false, true]);
    const early = { ...retired, askedAt: at(-hour) };
    expect([at(day - 1), at(day)].map((when) => isGraceOver(early, when))).toEqual([false, true]);
  });

  it('has a grace of a day', () => {
    expect([at(day - 1), at(day)].map((when) => isGraceOver(retired, when))).toEqual([false, true]);
  });
});
