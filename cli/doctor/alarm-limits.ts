import type { Alarm } from '../aws/metrics.ts';

/** The values of a metric at which one of its alarms has to be raised. */
interface Limit {
  readonly comparison: RegExp;
  readonly statistics: readonly string[];
  readonly least: number;
  readonly most: number;
  readonly treatMissingData?: string | undefined;
}

const below = /^LessThan/;
const above = /^GreaterThan/;

// An alarm on what is below 0 comes too late, or never.
const least = Number.MIN_VALUE;

const percent: Limit = { comparison: below, statistics: ['Minimum'], least, most: 100 };
const count: Limit = {
  comparison: above,
  statistics: ['Sum', 'Maximum'],
  least: Number.NEGATIVE_INFINITY,
  most: 1,
};
const silence: Limit = {
  comparison: below,
  statistics: ['Sum'],
  least,
  most: Number.POSITIVE_INFINITY,
  treatMissingData: 'breaching',
};

const limits: ReadonlyMap<string, Limit> = new Map([
  ['MinLifeLeft', percent],
  ['MinPausedLifeLeft', percent],
  ['Ticks', silence],
]);

// The alarms of the stack need three ticks at most, and as long again is still in time.
const mostTicks = 6;

/**
 * True if an alarm is raised when something is wrong. Whoever may write alarms can change one so that
 * it never is, and it then looks as well as any other.
 *
 * @param tick seconds between two ticks
 */
export function canBeRaised(metric: string, alarm: Alarm, tick: number): boolean {
  const limit = limits.get(metric) ?? count;
  const { treatMissingData = alarm.treatMissingData } = limit;
  return (
    limit.comparison.test(alarm.comparison) &&
    limit.statistics.includes(alarm.statistic) &&
    alarm.threshold >= limit.least &&
    alarm.threshold <= limit.most &&
    alarm.treatMissingData === treatMissingData &&
    alarm.seconds <= mostTicks * Math.max(tick, 300)
  );
}
