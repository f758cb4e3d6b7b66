import type { Observation } from './decision.ts';

interface Seen {
  readonly sight: { readonly observation?: Observation };
}

/**
 * The order of work: first what has no standing failure, so that what keeps failing delays nothing;
 * within each, the earliest expiry first, and first of all what has no token.
 */
export function inOrder<Item extends Seen>(items: readonly Item[]): readonly Item[] {
  return items.toSorted(
    (a, b) => Number(isFailing(a)) - Number(isFailing(b)) || compare(expiryOf(a), expiryOf(b)),
  );
}

function isFailing({ sight }: Seen): boolean {
  return sight.observation?.failure !== undefined;
}

function expiryOf({ sight }: Seen): number {
  const token = sight.observation?.token;
  return typeof token === 'object' ? token.expiresAt : Number.NEGATIVE_INFINITY;
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
