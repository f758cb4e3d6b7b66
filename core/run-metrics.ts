import type { MetricName } from './contract.ts';
import type { EpochSeconds } from './instant.ts';
import type { CredentialOutcome } from './outcome.ts';

/** The values of a run's metrics, and the credentials that its log line names. */
export interface RunMetrics {
  readonly values: readonly (readonly [name: MetricName, value: number])[];
  readonly properties: readonly (readonly [name: string, value: string])[];
}

// They are properties of one line in the embedded metric format.
const mostNames = 10;

/** The metrics of a tick, which has seen the whole list. */
export function tickMetrics(outcomes: readonly CredentialOutcome[], now: EpochSeconds): RunMetrics {
  const failing = outcomes.filter((outcome) => outcome.failing);
  const names = failing.slice(0, mostNames).map(({ credential }) => credential);
  const paused = outcomes.filter(({ reason }) => reason === 'paused');
  const least = leastLife(
    outcomes.filter(({ reason }) => reason !== 'paused'),
    now,
  );
  const leastPaused = leastLife(paused, now);
  return {
    values: [
      ['Ticks', 1],
      ['Managed', outcomes.length],
      ['Failing', failing.length],
      ['Paused', paused.length],
      ...(least === undefined
        ? []
        : ([
            ['MinLifeLeft', least.percent],
            ['MinSecondsToExpiry', least.seconds],
          ] as const)),
      ...(leastPaused === undefined ? [] : [['MinPausedLifeLeft', leastPaused.percent] as const]),
    ],
    properties: [
      ...(names.length === 0 ? [] : [['failing_credentials', names.join(' ')] as const]),
      ...(least === undefined ? [] : [['least_life_left_credential', least.credential] as const]),
      ...(leastPaused === undefined
        ? []
        : [['least_paused_life_left_credential', leastPaused.credential] as const]),
    ],
  };
}

interface LeastLife {
  readonly credential: string;
  readonly percent: number;
  /** Until the first token expires, which may be another one. */
  readonly seconds: number;
}

/** Undefined when there is no token whose expiry is known. */
function leastLife(
  outcomes: readonly CredentialOutcome[],
  now: EpochSeconds,
): LeastLife | undefined {
  const lives = outcomes.flatMap(({ credential, token }) => {
    if (token === undefined) return [];
    const seconds = token.expiresAt - now;
    return [{ credential, seconds, percent: (seconds / token.lifetime) * 100 }];
  });
  const [first, ...others] = lives;
  if (first === undefined) return undefined;
  const { credential, percent } = others.reduce((a, b) => (b.percent < a.percent ? b : a), first);
  const seconds = others.reduce((a, b) => Math.min(a, b.seconds), first.seconds);
  return { credential, percent, seconds };
}
