import type { MetricName } from './contract.ts';
import type { EpochSeconds } from './instant.ts';
import type { RunSummary } from './run-summary.ts';

/** The values of a run's metrics, and the credentials that its log line names. */
export interface RunMetrics {
  readonly values: readonly (readonly [name: MetricName, value: number])[];
  readonly properties: readonly (readonly [name: string, value: string])[];
}

/** The metrics of a tick, which has seen the whole list. */
export function tickMetrics(summary: RunSummary, now: EpochSeconds): RunMetrics {
  const names = summary.failingNames.items;
  const overdue = summary.overdueNames.items;
  const least = summary.leastLife.at(now);
  const leastPaused = summary.leastPausedLife.at(now);
  return {
    values: [
      ['Ticks', 1],
      ['Managed', summary.managed],
      ['Failing', summary.failing],
      ['Paused', summary.reasons.paused ?? 0],
      ...(summary.rotating === 0
        ? []
        : [['ClientSecretRotationOverdue', summary.overdue] as const]),
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
      ...(overdue.length === 0 ? [] : [['overdue_client_secrets', overdue.join(' ')] as const]),
      ...(least === undefined ? [] : [['least_life_left_credential', least.credential] as const]),
      ...(leastPaused === undefined
        ? []
        : [['least_paused_life_left_credential', leastPaused.credential] as const]),
    ],
  };
}
