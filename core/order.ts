import type { Observation } from './observation.ts';

/** What the order of work depends on. */
export interface Urgency {
  readonly isFailing: boolean;
  /** When IMS was last asked for the credential, as far as its token secret tells. */
  readonly askedAt: number;
  /** When the token expires; a missing one has expired long ago. */
  readonly expiresAt: number;
}

export function urgencyOf(observation: Observation | undefined): Urgency {
  const token = observation?.token;
  return {
    isFailing:
      observation !== undefined &&
      (observation.failure !== undefined || wasAskedInVain(observation)),
    askedAt: observation?.requested[0] ?? Number.NEGATIVE_INFINITY,
    expiresAt: typeof token === 'object' ? token.expiresAt : Number.NEGATIVE_INFINITY,
  };
}

// Seconds between a request and the token that it got, by two clocks.
const tolerance = 600;

/**
 * No token came of the last request to IMS. The status may not tell: it is void as soon as somebody
 * stores another value, and lost where no tag can be written. A few such credentials would always
 * be the first.
 */
function wasAskedInVain({ token, requested: [askedAt] }: Observation): boolean {
  if (askedAt === undefined) return false;
  return typeof token !== 'object' || token.issuedAt < askedAt - tolerance;
}

/**
 * The order of work. Credentials without a standing failure come first, so that a lasting failure
 * delays nothing; then the earliest expiry, with missing tokens before all others.
 *
 * Failing ones take turns: a few for which the host answers nothing would otherwise be the first in
 * every run, and keep it from asking for any other.
 */
export function inOrder<Item extends Urgency>(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => {
    const turns = a.isFailing && b.isFailing ? compare(a.askedAt, b.askedAt) : 0;
    return Number(a.isFailing) - Number(b.isFailing) || turns || compare(a.expiresAt, b.expiresAt);
  });
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
