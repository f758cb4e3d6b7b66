import { describe, expect, it } from 'vitest';
import { formatRotationState, type RotationState } from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
import {
  afterLeak,
  answersLeak,
  beginningOf,
  hasOpenAnswer,
  isUnfinished,
  leakedVersion,
  replaces,
} from '../../core/open-answer.ts';
import { digest, now } from '../support/builders.ts';

const ofLeak = '0b1c2d3e-4f5a-8b6c-8d7e-1eaced0f1a2b';
const another = '0b1c2d3e-4f5a-8b6c-8d7e-1eaced0f1a2c';
const plain = '0b1c2d3e-4f5a-4b6c-8d7e-2f3a4b5c6d7e';

const adding = (versionId: string) => ({ kind: 'adding', since: now, versionId }) as const;
const retired = { kind: 'retired', uuid: 'old', at: now } as const;
const retiredFor = (versionId: string) => ({ ...retired, versionId });

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

describe('where a version has leaked', () => {
  const answerTo = (leaked: string): string =>
    `${beginningOf(digest, leaked)}-4f5a-8b6c-8d7e-1eaced0f1a2b`;
  const leaked = plain;
  const answer = answerTo(leaked);
  const later = answerTo(answer);
  const tagsOf = (state: RotationState) => ({ [tagKeys.rotation]: formatRotationState(state) });

  it('another version replaces it by its id, if it has the mark of an answer', () => {
    expect(replaces(digest, answer, leaked)).toBe(true);
    expect(replaces(digest, later, leaked)).toBe(false);
    expect(replaces(digest, answer.replace('1eaced', '2f3a4b'), leaked)).toBe(false);
  });

  it.each<[string, string | undefined, RotationState, string]>([
    ['itself', leaked, { kind: 'none' }, 'leaked'],
    ['itself, and an answer has begun', leaked, adding(answer), 'leaked'],
    ['itself, and the answer had stored its own', leaked, retiredFor(answer), 'leaked'],
    ['what the answer has stored', answer, adding(answer), 'replaced'],
    ['what the answer has stored, as it has noted', answer, retiredFor(answer), 'replaced'],
    ['the same, by a note of an earlier release', answer, retired, 'replaced'],
    ['the same, once it is complete', answer, { kind: 'none' }, 'answered'],
    ['the same, after a rotation has begun', answer, adding(another), 'answered'],
    ['the same, after its own leak was to be answered', answer, adding(later), 'answered'],
    ['what an answer to that leak has stored', later, adding(later), 'other'],
    ['what somebody else has stored', another, retiredFor(answer), 'other'],
    ['nothing', undefined, { kind: 'none' }, 'other'],
  ])('%s is stored', (_, currentVersionId, state, expected) => {
    const stored = { currentVersionId, tags: tagsOf(state) };
    expect(afterLeak(digest, leaked, stored)).toBe(expected);
  });

  it.each<[string, string | undefined, string | undefined, RotationState, string | undefined]>([
    ['is stored still', leaked, another, adding(answer), leaked],
    ['was replaced', answer, leaked, adding(answer), leaked],
    ['was replaced, by a note of an earlier release', answer, leaked, retired, leaked],
    ['was replaced, and another credential is stored', another, leaked, adding(answer), leaked],
    ['was stored before that', another, answer, adding(answer), undefined],
    ['was replaced, and has no label any more', answer, another, adding(answer), undefined],
    ['was replaced, and nothing was before', answer, undefined, adding(answer), undefined],
    ['was replaced, and the answer is complete', answer, leaked, { kind: 'none' }, undefined],
    [
      'was replaced, and has no label, but a note',
      answer,
      another,
      { ...adding(answer), leakedId: leaked },
      leaked,
    ],
    [
      'is another one than the note says',
      answer,
      leaked,
      { ...retiredFor(answer), leakedId: another },
      leaked,
    ],
    ['rotates', leaked, another, adding(another), undefined],
    ['is the only one', undefined, undefined, { kind: 'none' }, undefined],
  ])('an open answer says which one, if it %s', (_, current, previous, state, expected) => {
    const stored = {
      currentVersionId: current,
      previousVersionId: previous,
      tags: tagsOf(state),
    };
    expect(leakedVersion(digest, stored)).toBe(expected);
  });
});
