import type { Observation } from './observation.ts';

interface Observed {
  readonly observation?: Observation | undefined;
}

/**
 * The order of work. Credentials without a standing failure come first, so that a lasting failure
 * delays nothing; then the earliest expiry, with missing tokens before all others.
 */
export function inOrder<Item extends Observed>(items: readonly Item[]): readonly Item[] {
  return items.toSorted(
    (a, b) => Number(isFailing(a)) - Number(isFailing(b)) || compare(expiryOf(a), expiryOf(b)),
  );
}

function isFailing({ observation }: Observed): boolean {
  return observation?.failure !== undefined;
}

function expiryOf({ observation }: Observed): number {
  const token = observation?.token;
  return typeof token === 'object' ? token.expiresAt : Number.NEGATIVE_INFINITY;
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
