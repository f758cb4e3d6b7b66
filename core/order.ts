import type { Observation } from './observation.ts';

/** What the order of work depends on. */
export interface Urgency {
  readonly isFailing: boolean;
  /** When the token expires; a missing one has expired long ago. */
  readonly expiresAt: number;
}

export function urgencyOf(observation: Observation | undefined): Urgency {
  const token = observation?.token;
  return {
    isFailing: observation?.failure !== undefined,
    expiresAt: typeof token === 'object' ? token.expiresAt : Number.NEGATIVE_INFINITY,
  };
}

/**
 * The order of work. Credentials without a standing failure come first, so that a lasting failure
 * delays nothing; then the earliest expiry, with missing tokens before all others.
 */
export function inOrder<Item extends Urgency>(items: readonly Item[]): Item[] {
  return items.toSorted(
    (a, b) => Number(a.isFailing) - Number(b.isFailing) || compare(a.expiresAt, b.expiresAt),
  );
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
