import { describe, expect, it } from 'vitest';
import {
  formatRotationState,
  isStuck,
  type RotationState,
  readRotationState,
  retiredNow,
  retirementToNote,
  unnotedRetirement,
  uuidInUse,
} from '../../core/client-secret-rotation.ts';
import type { ListedSecret } from '../../core/console-secrets.ts';
import { tagKeys } from '../../core/contract.ts';
import type { ClientSecretEntry } from '../../core/documented-form.ts';
import { epochSeconds } from '../../core/instant.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { day, now } from '../support/builders.ts';

const at = (seconds: number) => epochSeconds(now + seconds);
const versionId = '019ac0de-0000-4000-8000-000000000000';
const adding = { kind: 'adding', since: now, versionId } as const;
const retired = { kind: 'retired', uuid: 'one', at: now } as const;

function listed(uuid: string, created: number, used?: number): ListedSecret {
  const lastUsedAt = used === undefined ? undefined : at(used);
  return { uuid, createdAt: at(created), lastUsedAt };
}

const tagged = (value: string) => ({ [tagKeys.rotation]: value });

describe('the rotation tag', () => {
  it.each<[RotationState, string]>([
    [{ kind: 'none' }, 'none'],
    [adding, `adding since=2026-11-22T12:00:00Z version=${versionId}`],
    [{ ...adding, uuid: 'two' }, `adding since=2026-11-22T12:00:00Z version=${versionId} uuid=two`],
    [retired, 'retired uuid=one at=2026-11-22T12:00:00Z'],
    [{ ...retired, versionId }, `retired uuid=one at=2026-11-22T12:00:00Z version=${versionId}`],
    [
      { ...retired, versionId, askedAt: at(day) },
      `retired uuid=one at=2026-11-22T12:00:00Z version=${versionId} asked=2026-11-23T12:00:00Z`,
    ],
    [
      { ...adding, leakedId: 'of-a-leak' },
      `adding since=2026-11-22T12:00:00Z version=${versionId} leaked=of-a-leak`,
    ],
    [
      { ...retired, versionId, leakedId: 'of-a-leak' },
      `retired uuid=one at=2026-11-22T12:00:00Z version=${versionId} leaked=of-a-leak`,
    ],
  ])('is written and read: %j', (state, text) => {
    expect(formatRotationState(state)).toBe(text);
    expect(readRotationState(tagged(text))).toEqual(state);
    expect(text).toMatch(/^[\w .:/=+@-]{1,256}$/);
  });

  it.each<[string, RotationState]>([
    [`adding since=2026-11-22T12:00:00Z version=${versionId} a=b`, adding],
    ['retired uuid=one at=2026-11-22T12:00:00Z by=leaked to=one', retired],
    [
      `retired uuid=one at=2026-11-22T12:00:00Z version=${versionId} a=b`,
      { ...retired, versionId },
    ],
    ['retired uuid=one at=2026-11-22T12:00:00Z asked=yesterday', retired],
  ])('is read with words of a later release: %j', (text, state) => {
    expect(readRotationState(tagged(text))).toEqual(state);
  });

  it.each([
    '',
    'adding',
    'adding since=yesterday version=019ac0de',
    'adding since=2026-11-22T12:00:00Z version=',
    `adding since=2026-11-22T12:00:00Z version=${'a'.repeat(65)}`,
    'retired uuid=one at=yesterday',
    'retired uuid=one,two at=2026-11-22T12:00:00Z',
    'retired uuid=one at=2026-11-22T12:00:00Z ',
    'retired uuid=one at=2026-11-22T12:00:00Z version=',
    `retired uuid=one at=2026-11-22T12:00:00Z version=${'a'.repeat(65)}`,
  ])('says nothing as %j', (text) => {
    expect(readRotationState(tagged(text))).toEqual({ kind: 'none' });
    expect(readRotationState()).toEqual({ kind: 'none' });
  });

  it.each([adding, { ...retired, askedAt: now }])(
    'has room for the longest ids: $kind',
    (state) => {
      const longest = { ...state, versionId: 'v'.repeat(64), uuid: 'u'.repeat(64) };
      const text = formatRotationState(longest);
      expect(text).toMatch(/^[\w .:/=+@-]{1,256}$/);
      expect(readRotationState(tagged(text))).toEqual(longest);
      const ofLeak = formatRotationState({ ...longest, leakedId: 'l'.repeat(64) });
      expect(ofLeak.length).toBeLessThanOrEqual(256);
      expect(readRotationState(tagged(ofLeak))).toMatchObject(longest);
    },
  );

  it('does not name a successor whose id no tag can hold', () => {
    const text = formatRotationState({ ...retired, versionId: 'a#b' });
    expect(text).toBe(formatRotationState(retired));
  });
});

describe('the uuid of the secret in use', () => {
  const entry = (uuid?: string): ClientSecretEntry => ({ secret: new Sensitive('x'), uuid });

  it.each<[string, ClientSecretEntry | undefined, readonly string[], string | undefined]>([
    ['is the noted one', entry('two'), ['one', 'two'], 'two'],
    ['is the only one at Adobe', entry(), ['one'], 'one'],
    ['is the only one at Adobe, whatever is noted', entry('two'), ['one'], 'one'],
    ['is unknown if there are several', entry(), ['one', 'two'], undefined],
    ['is unknown if there is none', undefined, [], undefined],
  ])('%s', (_, noted, uuids, expected) => {
    const secrets = uuids.map((uuid) => listed(uuid, 0));
    expect(uuidInUse(noted, secrets, at(day))).toBe(expected);
  });

  it.each<[string, number | undefined, string | undefined]>([
    ['one that was stored long after its creation', 400 * day, 'one'],
    ['one that was stored just before it, by clocks that differ', -120, 'one'],
    ['unknown if it was added after the version, which cannot hold it', -121, undefined],
  ])('without a note of it, is %s', (_, stored, expected) => {
    const storedAt = stored === undefined ? undefined : at(stored);
    const stale = { ...entry('gone'), createdAt: '2020-01-01T00:00:00Z' };
    for (const noted of [entry(), stale]) {
      expect(uuidInUse(noted, [listed('one', 0)], storedAt)).toBe(expected);
    }
    expect(uuidInUse(entry('one'), [listed('one', 0)], storedAt)).toBe('one');
  });

  it('is, where nobody knows when that was first stored, the only one if it was used', () => {
    const used = { ...listed('one', 0), lastUsedAt: at(1) };
    expect(uuidInUse(entry(), [used], undefined)).toBe('one');
    expect(uuidInUse(entry(), [{ ...used, lastUsedAt: undefined }], undefined)).toBeUndefined();
  });
});

describe('the retirement to be noted', () => {
  const entries: readonly ClientSecretEntry[] = [
    { secret: new Sensitive('x'), uuid: 'two' },
    { secret: new Sensitive('y'), uuid: 'one', retiredAt: '2026-11-22T12:00:00Z' },
  ];

  it.each<[string, string | undefined, string | undefined]>([
    ['is that of the version which the tag still adds', formatRotationState(adding), 'one'],
    ['is the one in the value if the tag is gone', undefined, 'one'],
    [
      'is not that of another version',
      'adding since=2026-11-22T12:00:00Z version=019ac0de-0000-4000-8000-000000000001',
      undefined,
    ],
    [
      'is that of another version whose new secret is stored again',
      'adding since=2026-11-22T12:00:00Z version=019ac0de-0000-4000-8000-000000000001 uuid=two',
      'one',
    ],
    ['is over when the tag says so', 'none', undefined],
    ['is noted already', formatRotationState(retired), undefined],
  ])('%s', (_, tag, expected) => {
    const tags = tag === undefined ? {} : tagged(tag);
    expect(unnotedRetirement(entries, tags, versionId)).toBe(expected);
  });

  it.each<[string, string | undefined, string | undefined]>([
    ['whatever another run has noted', 'none', 'one'],
    ['if the tag is gone', undefined, 'one'],
    ['of its own version', formatRotationState(adding), 'one'],
    ['but not twice', formatRotationState(retired), undefined],
    [
      'but not during the next rotation',
      'adding since=2026-11-22T12:00:00Z version=019ac0de-0000-4000-8000-000000000001',
      undefined,
    ],
  ])('is noted by its rotation %s', (_, tag, expected) => {
    const tags = tag === undefined ? {} : tagged(tag);
    expect(retirementToNote(entries, tags, versionId)).toBe(expected);
    expect(retirementToNote(entries.slice(0, 1), tags, versionId)).toBeUndefined();
  });

  it('does not exist for a credential without a retired secret', () => {
    expect(unnotedRetirement(entries.slice(0, 1), {}, versionId)).toBeUndefined();
  });

  it('begins after the runs that may still use the secret', () => {
    const expected = { kind: 'retired', uuid: 'one', at: at(1_020), versionId };
    expect(retiredNow('one', now, versionId)).toEqual(expected);
  });
});

describe('a rotation', () => {
  it('is stuck once what it has begun, or left for a renewal, is open for more than a day', () => {
    expect(isStuck({ kind: 'none' }, now)).toBe(false);
    for (const state of [
      { ...adding, since: at(-day) },
      { ...retired, at: at(-2 * day) },
      // A deletion that fails once is tried again by the first renewal that is a day after the question.
      { ...retired, at: at(-4 * day), askedAt: at(-2 * day) },
      { ...retired, at: at(-4 * day), askedAt: now },
    ]) {
      expect(isStuck(state, now)).toBe(false);
      expect(isStuck(state, at(1))).toBe(true);
    }
  });
});
