import { describe, expect, it } from 'vitest';
import { formatRotationState, type RotationState } from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
import { type EpochSeconds, epochSeconds } from '../../core/instant.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import { clientProgress, rotationProgress } from '../../core/rotation-progress.ts';
import { day, hour, now } from '../support/builders.ts';

const at = (seconds: number) => epochSeconds(now + seconds);
const versionId = '019ac0de-0000-4000-8000-000000000000';
const adding = { kind: 'adding', since: now, versionId } as const;
const retired = { kind: 'retired', uuid: 'one', at: now } as const;
const tagged = (value: string) => ({ [tagKeys.rotation]: value });

const client = (overrides: Partial<SecretMetadata>): SecretMetadata => ({
  name: 'ims-token-rotator/prod/fusion/client',
  arn: 'arn',
  tags: {},
  isRotating: true,
  ...overrides,
});

describe('the progress of a rotation', () => {
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

  it("is somebody else's affair if the client secret is imported", () => {
    const late = client({ nextRotationAt: at(-2 * day) });
    const of = (isImported: boolean) => clientProgress(late, now, { isWanted: true, isImported });
    expect(of(false)).toEqual({ rotation: 'overdue', isLeakOpen: false });
    expect(of(true)).toEqual({ rotation: undefined, isLeakOpen: false });
  });
});

describe('an answer to a leak that was broken off', () => {
  const ofLeak = '0b1c2d3e-4f5a-8b6c-8d7e-1eaced0f1a2b';

  it.each<[string, RotationState, number]>([
    ['while the client secret is added', { ...adding, versionId: ofLeak }, day],
    ['once it is noted which one was replaced', { ...retired, versionId: ofLeak }, day],
  ])('is open after a day, rotating and imported or not: %s', (_, state, seconds) => {
    for (const isRotating of [true, false]) {
      for (const isImported of [true, false]) {
        const noted = client({ tags: tagged(formatRotationState(state)), isRotating });
        const open = (when: EpochSeconds) =>
          clientProgress(noted, when, { isWanted: false, isImported }).isLeakOpen;
        expect(open(at(seconds))).toBe(false);
        expect(open(at(seconds + 1))).toBe(true);
      }
    }
  });

  it.each<[string, SecretMetadata | undefined]>([
    ['once it is complete', client({ tags: tagged('none'), currentVersionId: ofLeak })],
    ['if it is a rotation', client({ tags: tagged(formatRotationState(adding)) })],
    ['if nothing is known', undefined],
  ])('is not open %s', (_, secret) => {
    const options = { isWanted: true, isImported: false };
    expect(clientProgress(secret, at(9 * day), options).isLeakOpen).toBe(false);
  });
});
