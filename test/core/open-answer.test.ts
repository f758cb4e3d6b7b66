import { describe, expect, it } from 'vitest';
import { formatRotationState, type RotationState } from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
import { answersLeak, hasOpenAnswer, isUnfinished } from '../../core/open-answer.ts';
import { now } from '../support/builders.ts';

const ofLeak = '0b1c2d3e-4f5a-8b6c-8d7e-1eaced0f1a2b';
const another = '0b1c2d3e-4f5a-8b6c-8d7e-1eaced0f1a2c';
const plain = '0b1c2d3e-4f5a-4b6c-8d7e-2f3a4b5c6d7e';

const adding = (versionId: string): RotationState => ({ kind: 'adding', since: now, versionId });
const retired = { kind: 'retired', uuid: 'old', at: now } as const;
const retiredFor = (versionId: string): RotationState => ({ ...retired, versionId });

describe('an answer to a leak', () => {
  it.each<[string, string | undefined, RotationState, boolean, boolean]>([
    ['has stored nothing yet', plain, adding(ofLeak), false, true],
    ['has stored its client secret', ofLeak, adding(ofLeak), true, true],
    ['has noted which one it replaced', ofLeak, retiredFor(ofLeak), true, true],
    ['has noted that without its version, as earlier releases did', ofLeak, retired, true, true],
    ['is complete', ofLeak, { kind: 'none' }, false, false],
    ['was followed by another one', ofLeak, adding(another), false, true],
    ['was followed by a rotation', ofLeak, adding(plain), false, false],
    [
      'was followed by a rotation, from which somebody has gone back',
      ofLeak,
      retiredFor(plain),
      false,
      false,
    ],
    [
      'was followed by an answer, from which somebody has gone back',
      ofLeak,
      retiredFor(another),
      false,
      true,
    ],
    [
      'had stored its client secret, and another one is stored',
      plain,
      retiredFor(ofLeak),
      false,
      true,
    ],
    ['is none, but a rotation', plain, retiredFor(plain), false, false],
    ['is none, where nothing is stored', undefined, retired, false, false],
  ])('%s', (_, currentVersionId, state, unfinished, open) => {
    const tags = { [tagKeys.rotation]: formatRotationState(state) };
    expect(isUnfinished(currentVersionId ?? '', state)).toBe(unfinished);
    expect(hasOpenAnswer({ currentVersionId, tags })).toBe(open);
  });

  it.each([
    [ofLeak, true],
    ['0b1c2d3e-4f5a-4b6c-8d7e-1eaced0f1a2b', false],
    ['0b1c2d3e-4f5a-8b6c-9d7e-1eaced0f1a2b', false],
  ])('is named by a UUIDv8 of its own alone: %s', (versionId, isIts) => {
    expect(answersLeak(versionId)).toBe(isIts);
  });

  it('is none without tags', () => {
    expect(hasOpenAnswer({ currentVersionId: ofLeak })).toBe(false);
  });
});
