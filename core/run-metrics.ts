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
  const least = leastLife(outcomes, now);
  return {
    values: [
      ['Ticks', 1],
      ['Managed', outcomes.length],
      ['Failing', failing.length],
      ...(least?.values ?? []),
    ],
    properties: [
      ...(names.length === 0 ? [] : [['failing_credentials', names.join(' ')] as const]),
      ...(least?.properties ?? []),
    ],
  };
}

/** Undefined when there is no token whose expiry is known and that is not paused. */
function leastLife(
  outcomes: readonly CredentialOutcome[],
  now: EpochSeconds,
): RunMetrics | undefined {
  const lives = outcomes.flatMap(({ credential, reason, token }) => {
    if (token === undefined || reason === 'paused') return [];
    const seconds = token.expiresAt - now;
    return [{ credential, seconds, percent: (seconds / token.lifetime) * 100 }];
  });
  const [first, ...others] = lives;
  if (first === undefined) return undefined;
  const least = others.reduce((a, b) => (b.percent < a.percent ? b : a), first);
  const seconds = others.reduce((a, b) => Math.min(a, b.seconds), first.seconds);
  return {
    values: [
      ['MinLifeLeft', least.percent],
      ['MinSecondsToExpiry', seconds],
    ],
    properties: [['least_life_left_credential', least.credential]],
  };
}
