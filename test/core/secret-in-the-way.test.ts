import { describe, expect, it } from 'vitest';
import type { ListedSecret } from '../../core/console-secrets.ts';
import { epochSeconds, formatInstant } from '../../core/instant.ts';
import { type BeforeAdding, secretInTheWay } from '../../core/secret-in-the-way.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { day, now } from '../support/builders.ts';

const at = (seconds: number) => epochSeconds(now + seconds);
const adding = {
  kind: 'adding',
  since: now,
  versionId: '019ac0de-0000-4000-8000-000000000000',
} as const;
const retired = { kind: 'retired', uuid: 'one', at: now } as const;

function listed(uuid: string, created: number, used?: number): ListedSecret {
  const lastUsedAt = used === undefined ? undefined : at(used);
  return { uuid, createdAt: at(created), lastUsedAt };
}

it('names a few of the client secrets in the way, however many Adobe lists', () => {
  const many = Array.from({ length: 600 }, (_, index) => listed(`${index}`.padEnd(64, 'x'), 0));
  const before = {
    ...{ listed: many, storedUuids: new Set<string>(), inUse: undefined, state: retired },
    usesToldUntil: now,
  };
  expect(() => secretInTheWay(before)).toThrow(/^the credential has 600 client secrets.{300,600}$/);
});

describe('the secret in the way of another', () => {
  const inUse = listed('one', -30 * day, day + 1_200);
  const situation = (overrides: Partial<BeforeAdding>): BeforeAdding => ({
    listed: [inUse, listed('two', 10)],
    storedUuids: new Set(['one']),
    inUse: 'one',
    state: adding,
    usesToldUntil: at(day),
    ...overrides,
  });
  const refusal = (overrides: Partial<BeforeAdding>): unknown => {
    try {
      return secretInTheWay(situation(overrides));
    } catch (error) {
      return error;
    }
  };

  it.each([[[]], [[inUse]]])('does not exist while there is room: %j', (secrets) => {
    expect(secretInTheWay(situation({ listed: secrets }))).toBeUndefined();
  });

  it.each([-120, 0, 900 + 120])(
    'is the one that an earlier run added %d seconds after its tag',
    (created) => {
      const orphan = listed('two', created);
      expect(secretInTheWay(situation({ listed: [inUse, orphan] }))).toBe(orphan);
    },
  );

  it.each<[string, Partial<BeforeAdding>]>([
    ['added before the run', { listed: [inUse, listed('two', -121)] }],
    ['added long after the run', { listed: [inUse, listed('two', 900 + 121)] }],
    ['that was used', { listed: [inUse, listed('two', 10, 20)] }],
    ['that a version names', { storedUuids: new Set(['one', 'two']) }],
    ['of which no tag tells', { state: { kind: 'none' } }],
  ])('is not one %s', (_, overrides) => {
    expect(refusal(overrides)).toMatchObject({
      code: 'ERR_CLIENT_SECRET_LIMIT',
      message: expect.stringMatching(/one and two, and neither was left behind by an earlier/),
    });
  });

  const tested = { ...adding, uuid: 'two' };
  const used = listed('one', -30 * day, 900 + 121);

  it.each([
    ['its test used it', listed('two', -day, 900 + 120)],
    ['Adobe tells of no use', listed('two', -day)],
  ])('is the one that the tag names, if another was used since: %s', (_, orphan) => {
    expect(secretInTheWay(situation({ listed: [used, orphan], state: tested }))).toBe(orphan);
  });

  it.each([
    ['somebody has used since its test', listed('two', 10, 900 + 121)],
    ['the tag does not name', listed('three', 10)],
    ['was more than a day old when it was tested', listed('two', -day - 1)],
  ])('is not one that %s', (_, other) => {
    const secrets = [listed('one', -30 * day, 900 + 200), other];
    expect(refusal({ listed: secrets, state: tested })).toMatchObject({
      message: expect.stringContaining('neither was left behind by an earlier'),
    });
  });

  it.each([
    ['before that was tested', listed('one', -30 * day, 0), listed('two', -60)],
    ['before that', listed('one', -30 * day, 9), listed('two', -60, 9)],
    ['never', listed('one', -30 * day), listed('two', -60)],
  ])('is not the one that the tag names, if the other was used %s', (_, other, named) => {
    expect(refusal({ listed: [other, named], state: tested })).toMatchObject({
      message: expect.stringContaining('Adobe does not tell yet which of them is in use'),
    });
  });

  it.each([
    ['perhaps', undefined],
    ['perhaps', 'three'],
    ['not', 'one'],
  ])('is %s one that people have stored with the uuid %s', (holds, uuid) => {
    const accepted = { secret: new Sensitive('x'), uuid: 'one' };
    const stored = { entries: [accepted, { secret: new Sensitive('y'), uuid }], accepted };
    const found = refusal({ stored });
    const refused =
      'the stored credential holds one without its uuid at Adobe, which may be either';
    if (holds === 'not') expect(found).toMatchObject({ uuid: 'two' });
    else expect(found).toMatchObject({ message: expect.stringContaining(refused) });
  });

  it('is not one that is less than a day old, which somebody may be about to use', () => {
    const orphan = listed('two', 10);
    const accepted = { secret: new Sensitive('x'), uuid: 'one' };
    const stored = { entries: [accepted], accepted };
    const secrets = [listed('one', -30 * day, day + 9), orphan];
    const before = { ...{ listed: secrets, stored }, usesToldUntil: at(9) };
    expect(refusal(before)).toMatchObject({
      message: expect.stringContaining(
        `may have added two, which a rotation deletes by itself once Adobe tells that another one was used after ${formatInstant(at(10 + day))}, and this one never; delete the one`,
      ),
    });
    const answer = { ...adding, versionId: '0123abcd-0000-8000-8000-1eaced000000' };
    expect(refusal({ ...before, state: answer })).toMatchObject({
      message: expect.stringContaining(
        'two, and an earlier run of leaked may have added two, or somebody else; delete the one',
      ),
    });
    expect(refusal({ ...before, listed: [listed('one', 0, day + 10), orphan] })).toBe(orphan);
  });

  // In seconds after the creation of the one in the way: that use, and until when Adobe tells of uses by now.
  it.each([
    ['within its first day', day - 1, day],
    ['when it was added', 0, day],
    ['before that', -1, day],
    ['never', undefined, day],
    ['after its first day, but more than a day ago', 2 * day, 2 * day + 1],
  ])('is not one whose use Adobe may tell late: the other one was used %s', (_, used, told) => {
    const uses = used === undefined ? undefined : 10 + used;
    const secrets = [listed('one', -30 * day, uses), listed('two', 10)];
    for (const inUse of ['one', undefined]) {
      const before = { ...{ listed: secrets, inUse }, usesToldUntil: at(10 + told) };
      expect(refusal(before)).toMatchObject({
        message: expect.stringContaining('Adobe does not tell yet which of them is in use'),
      });
    }
  });

  it.each([
    ['after its first day', day, day],
    ['within the last day', 9 * day, 9 * day],
  ])('is one of which Adobe tells no use, and one of the other %s', (_, used, told) => {
    const secrets = [listed('one', -30 * day, 10 + used), listed('two', 10)];
    const before = { ...{ listed: secrets, inUse: undefined }, usesToldUntil: at(10 + told) };
    expect(refusal(before)).toBe(secrets[1]);
  });

  it('is neither if both could be, of which the command advises after a leak', () => {
    const secrets = [listed('two', 10), listed('three', 20)];
    expect(refusal({ listed: secrets })).toMatchObject({
      message: expect.stringMatching(
        /two and three, and each could be the one that an earlier rotation added$/,
      ),
    });
  });

  it('is not a retired one, which may still be in use', () => {
    expect(refusal({ state: { ...retired, uuid: 'two' } })).toMatchObject({
      message: expect.stringContaining(
        'two, which was replaced at 2026-11-22T12:00:00Z, may still be in use',
      ),
    });
  });

  it('is not the one beside a retired one that is stored again', () => {
    expect(refusal({ state: retired })).toMatchObject({
      message: expect.stringContaining(
        'one, which was replaced at 2026-11-22T12:00:00Z, is stored again; the other one took its place',
      ),
    });
  });
});
