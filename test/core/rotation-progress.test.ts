import { describe, expect, it } from 'vitest';
import { formatRotationState } from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
import { epochSeconds } from '../../core/instant.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import { answerProgress, rotationProgress } from '../../core/rotation-progress.ts';
import { day, hour, now } from '../support/builders.ts';

const at = (seconds: number) => epochSeconds(now + seconds);
const versionId = '019ac0de-0000-4000-8000-000000000000';
const adding = { kind: 'adding', since: now, versionId } as const;
const retired = { kind: 'retired', uuid: 'one', at: now } as const;
const tagged = (value: string) => ({ [tagKeys.rotation]: value });

describe('the progress of a rotation', () => {
  const client = (overrides: Partial<SecretMetadata>): SecretMetadata => ({
    name: 'ims-token-rotator/prod/fusion/client',
    arn: 'arn',
    tags: {},
    isRotating: true,
    ...overrides,
  });

  it.each<[string, Partial<SecretMetadata>, 'on-time' | 'overdue']>([
    ['by hand only', {}, 'on-time'],
    ['that is due', { nextRotationAt: at(-day) }, 'on-time'],
    ['that was due a day ago', { nextRotationAt: at(-day - 1) }, 'overdue'],
    [
      'that has begun',
      { tags: tagged(formatRotationState({ ...adding, since: at(-day) })) },
      'on-time',
    ],
    [
      'that began a day ago',
      {
        tags: tagged(formatRotationState({ ...adding, since: at(-day - 1) })),
        nextRotationAt: at(day),
      },
      'overdue',
    ],
    [
      'that is complete',
      { tags: tagged(formatRotationState({ ...retired, at: at(-2 * day) })) },
      'on-time',
    ],
    [
      'whose retired secret is still there a day after its grace',
      {
        tags: tagged(formatRotationState({ ...retired, at: at(-2 * day - 1) })),
        nextRotationAt: at(day),
      },
      'overdue',
    ],
  ])('%s', (_, overrides, expected) => {
    expect(rotationProgress(client(overrides), now)).toBe(expected);
  });

  it.each<[string, Partial<SecretMetadata>, string]>([
    ['an hour after the deployment that creates it', { createdAt: at(-hour) }, 'on-time'],
    ['later', { createdAt: at(-day - 1) }, 'overdue'],
    ['by a secret of an unknown age', { createdAt: undefined }, 'overdue'],
  ])('that the stack wants and that is switched off, %s', (_, overrides, expected) => {
    const off = client({ isRotating: false, ...overrides });
    expect(rotationProgress(off, now, true)).toBe(expected);
    expect(rotationProgress(undefined, now, true)).toBeUndefined();
  });

  it.each([undefined, client({ isRotating: false }), client({ isRotating: undefined })])(
    'is unknown without a rotation: %j',
    (secret) => {
      expect(rotationProgress(secret, now)).toBeUndefined();
    },
  );

  describe('when an answer to a leak was broken off', () => {
    const ofLeak = '0b1c2d3e-4f5a-8b6c-8d7e-1eaced0f1a2b';
    const broken = (ago: number): Partial<SecretMetadata> => ({
      tags: tagged(formatRotationState({ ...adding, since: at(-ago), versionId: ofLeak })),
      nextRotationAt: at(-2 * day),
    });

    it.each([true, false])('says so after a day; it rotates: %s', (isRotating) => {
      const before = client({ ...broken(day), isRotating });
      const after = client({ ...broken(day + 1), isRotating });
      expect(rotationProgress(before, now)).toBe(isRotating ? 'overdue' : undefined);
      expect(rotationProgress(after, now)).toBe('leak-open');
    });

    it('says that alone of one which somebody else rotates', () => {
      const states = [client(broken(day)), client(broken(day + 1)), undefined];
      const expected = [undefined, 'leak-open', undefined];
      expect(states.map((state) => answerProgress(state, now))).toEqual(expected);
    });

    it('says nothing of it once it is complete, or if it is a rotation', () => {
      const tags = tagged('none');
      const done = client({ tags, currentVersionId: ofLeak });
      expect(answerProgress(done, now)).toBeUndefined();
      const rotation = tagged(formatRotationState({ ...adding, since: at(-2 * day) }));
      expect(answerProgress(client({ tags: rotation }), now)).toBeUndefined();
    });

    it('counts from the note of what it replaced, too', () => {
      const state = { ...retired, versionId: ofLeak, at: at(-day) };
      const noted = client({ tags: tagged(formatRotationState(state)) });
      expect(answerProgress(noted, now)).toBeUndefined();
      expect(answerProgress(noted, at(1))).toBe('leak-open');
    });
  });
});
