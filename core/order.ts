import type { Observation } from './observation.ts';
import { renewAt } from './renew-before.ts';

/** What the order of work depends on. */
export interface Urgency {
  readonly isFailing: boolean;
  /** It should have had a new token for longer than two ticks. */
  readonly isLate: boolean;
  /** When IMS was last asked for the credential, as far as its token secret tells. */
  readonly askedAt: number;
  /** When the token expires; a missing one has expired long ago. */
  readonly expiresAt: number;
  /** Drawn for this run. */
  readonly lot: number;
}

export function urgencyOf(observation: Observation | undefined, lot = 0): Urgency {
  const token = observation?.token;
  return {
    isFailing:
      observation !== undefined &&
      (observation.failure !== undefined || wasAskedInVain(observation)),
    isLate: observation === undefined || isLate(observation),
    askedAt: observation?.requested[0] ?? Number.NEGATIVE_INFINITY,
    expiresAt: typeof token === 'object' ? token.expiresAt : Number.NEGATIVE_INFINITY,
    lot,
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

function isLate(observation: Observation): boolean {
  const { token, now, tick } = observation;
  return typeof token !== 'object' || now - renewAt(token, observation) > 2 * tick;
}

/**
 * The order of work. Credentials without a standing failure come first, so that a lasting failure
 * delays nothing; then the earliest expiry, with missing tokens before all others.
 *
 * Failing ones take turns: a few for which the host answers nothing would otherwise be the first in
 * every run, and keep it from asking for any other.
 *
 * Lots decide between equals. In the order of the list, a run that has no time for all of them would
 * leave the same ones each time.
 *
 * @param lateLast puts those that are late, and not known to fail, behind all others; draws lots for
 *   the turns of failing ones, because those that fail before IMS is asked would keep theirs for
 *   ever; and puts those for which it was never asked last, because what keeps them from it may hang
 */
export function inOrder<Item extends Urgency>(items: readonly Item[], lateLast = false): Item[] {
  const rank = ({ isFailing, isLate, askedAt }: Item): number => {
    if (!isFailing) return isLate && lateLast ? 3 : 0;
    return lateLast && askedAt === Number.NEGATIVE_INFINITY ? 2 : 1;
  };
  const turn = ({ askedAt, lot }: Item): number => (lateLast ? lot : askedAt);
  return items.toSorted((a, b) => {
    const turns = a.isFailing && b.isFailing ? compare(turn(a), turn(b)) : 0;
    const difference = rank(a) - rank(b) || turns || compare(a.expiresAt, b.expiresAt);
    return difference || compare(a.lot, b.lot);
  });
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
