// How often faults and deeds come, and how long they last.
import type { Target } from './faults.ts';

const day = 86_400;
const hour = 3_600;

/** How storms come. */
export interface Habit {
  /** From how many days to how many pass between two, on average. */
  readonly every: readonly [number, number];
  /** Seconds, from the least to the most, of the longest one. */
  readonly longest: readonly [number, number];
  readonly rates: readonly number[];
}

const usual: Habit = { every: [6, 100], longest: [60, 12 * hour], rates: [0.05, 0.3, 1] };

/** What is rare is hardly ever struck by a storm that is short. */
const others: Readonly<Partial<Record<Target, Habit>>> = {
  console: { ...usual, every: [2, 30], longest: [hour, 2 * day] },
  'console-list': { ...usual, every: [2, 30], longest: [day, 4 * day], rates: [0.3, 1] },
  'console-add': { ...usual, every: [2, 30], longest: [day, 4 * day], rates: [0.3, 1] },
  rotation: { ...usual, every: [2, 30], longest: [day, 4 * day] },
  ims: { ...usual, every: [2, 30], longest: [hour, 12 * hour] },
  validate: { ...usual, every: [2, 20], longest: [hour, day] },
  event: { ...usual, longest: [6 * hour, 20 * day], rates: [0.3, 1] },
};

export function habitOf(target: Target): Habit {
  return others[target] ?? usual;
}

/** From how many days to how many pass between two deeds of a kind, on average. */
export const deedPause = [20, 600] as const;
/** Of those on client secrets that are rotated. */
export const consoleDeedPause = [4, 80] as const;
