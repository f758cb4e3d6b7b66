import { expect } from 'vitest';
import { type Retired, readRotationState } from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
import type { Deps } from '../../core/ports.ts';
import type { ClientSecret } from '../../emulators/ims/client-secret.ts';
import { Crash, crashing } from './crashing.ts';
import { tick } from './outcomes.ts';
import { rotationSteps } from './start-rotating.ts';
import type { ClientViews, RotatingClient, StoredEntry } from './start-rotating-client.ts';

const never = Number.POSITIVE_INFINITY;

/** Seconds between the note of a question to IMS, and the question. */
const mostQuestion = 60;

/** The effects of the four steps, and of the renewals until a retired secret is deleted. */
export const mostEffects = 27;

type Watched = Omit<ClientViews, 'document'>;

/**
 * What holds at any moment of a rotation: a secret of the stored credential works, and nothing is
 * deleted at Adobe but what was current, if its retirement was noted and nobody but the rotator, which
 * notes that first, used it since, and what the rotator added without ever storing it.
 */
export class RotationWatch {
  readonly #rotating: Watched;
  readonly #everCurrent = new Set<string>();
  readonly #retired = new Map<string, Retired>();
  readonly #orphans = new Set<string>();
  #deleted = 0;

  constructor(rotating: Watched) {
    this.#rotating = rotating;
  }

  /** The number of retired secrets that were deleted at Adobe. */
  get deleted(): number {
    return this.#deleted;
  }

  /** The number of secrets that were deleted without ever having been current. */
  get orphans(): number {
    return this.#orphans.size;
  }

  readonly check = async (): Promise<void> => {
    const { adobe, entries, live, tag } = this.#rotating;
    const stored = (await entries()).map((entry) => entry.client_secret);
    expect(stored.filter((value) => live().includes(value))).not.toEqual([]);
    // The last one counts: the others are retired.
    if (stored[0] !== undefined) this.#everCurrent.add(stored[0]);
    const state = readRotationState({ [tagKeys.rotation]: await tag() });
    if (state.kind === 'retired') {
      this.#retired.set(state.uuid, state);
      const [inUse] = await entries();
      expect(state.uuid).not.toBe(inUse?.uuid);
    }
    const gone = adobe.secrets.filter(({ deletedAt }) => deletedAt !== undefined);
    const deleted = gone.filter(({ value }) => this.#everCurrent.has(value));
    for (const { uuid, value, createdBy } of gone) {
      if (this.#everCurrent.has(value) || this.#orphans.has(uuid)) continue;
      expect(createdBy).toEqual({ clientId: adobe.clientId });
      expect(await this.#storedUuids()).not.toContain(uuid);
      this.#orphans.add(uuid);
    }
    for (const secret of deleted) {
      expect(this.#retired.has(secret.uuid)).toBe(true);
      expect(this.isUsed(secret)).toBe(false);
    }
    this.#deleted = deleted.length;
  };

  /** True if somebody has used it since it was retired, and not for the question whether IMS accepts it. */
  isUsed({ uuid, lastUsedAt = 0 }: Pick<ClientSecret, 'uuid' | 'lastUsedAt'>): boolean {
    const { at = Number.POSITIVE_INFINITY, askedAt = 0 } = this.#retired.get(uuid) ?? {};
    const usedAt = lastUsedAt / 1000;
    const isQuestion = usedAt >= askedAt && usedAt <= askedAt + mostQuestion;
    return usedAt >= at && !isQuestion;
  }

  async #storedUuids(): Promise<readonly (string | undefined)[]> {
    const { entries } = this.#rotating;
    const labels = ['AWSCURRENT', 'AWSPENDING', 'AWSPREVIOUS'];
    const stored = await Promise.all(labels.map((label) => entries(label).catch(withoutValue)));
    return stored.flat().map(({ uuid }) => uuid);
  }
}

/** Rotates, crashes after some of the effects, rotates on, and renews until the old secret is gone. */
export async function rotateWithCrash(
  rotating: RotatingClient,
  watch: RotationWatch,
  crashAfter: number,
): Promise<readonly string[]> {
  const { parts, step } = rotating;
  const { clock } = parts;
  const versionId = await rotating.beginRotation();
  const first = crashing(parts.run(), crashAfter, watch.check);
  await untilCrash(async () => {
    for (const each of rotationSteps) await step(each, versionId, first);
  });
  // A secret that nothing names stays for a day.
  clock.advance(first.isDead() ? 86_400 : 1_800);
  const second = crashing(parts.run(), never, watch.check);
  for (const each of rotationSteps) await step(each, versionId, second);
  // The renewals go on with what is left of the effects.
  const rest = crashing(parts.run(), Math.max(1, crashAfter - first.effects.length), watch.check);
  let ports: Pick<Deps, 'secrets' | 'consoleEndpoint' | 'tokenEndpoint'> = first.isDead()
    ? second
    : rest;
  for (let half = 0; half < 6; half += 1) {
    const current = ports;
    await untilCrash(async () => {
      await tick(parts.run(current));
    });
    if (rest.isDead()) ports = second;
    await watch.check();
    clock.advance(12 * 3_600);
  }
  return [...first.effects, ...rest.effects];
}

async function untilCrash(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { cause = error } = error as Error;
    if (!(cause instanceof Crash)) throw error;
  }
}

/** A pending version is empty at first, and often there is none. */
function withoutValue(error: unknown): readonly StoredEntry[] {
  if ((error as Error).name === 'ResourceNotFoundException') return [];
  throw error;
}
