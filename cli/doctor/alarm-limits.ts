import { metricUnits } from '../../core/contract.ts';
import type { Alarm } from '../aws/metrics.ts';

/** The values of a metric at which one of its alarms has to be raised. */
interface Limit {
  readonly comparison: RegExp;
  readonly statistics: readonly string[];
  readonly least: number;
  readonly most: number;
  readonly treatMissingData?: string | undefined;
  /** Most periods that have to breach. @default - any number, as long as it is in time */
  readonly mostPeriodsToRaise?: number;
}

const below = /^LessThan/;
const above = /^GreaterThan/;

// An alarm on what is below 0 comes too late, or never.
const least = Number.MIN_VALUE;

const percent: Limit = { comparison: below, statistics: ['Minimum'], least, most: 100 };
// One has to raise it.
const count: Limit = {
  comparison: above,
  statistics: ['Sum', 'Maximum'],
  least: Number.NEGATIVE_INFINITY,
  most: 1,
};
// It is counted once, when it happens: a second period would wait for it to happen anew.
const incident: Limit = { ...count, mostPeriodsToRaise: 1 };
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
  ['Errors', incident],
  ['AsyncEventsDropped', incident],
]);

const units: ReadonlyMap<string, string> = new Map(Object.entries(metricUnits));

// The alarms of the stack need four ticks at most, and half as long again is still in time.
const mostTicks = 6;

/**
 * True if an alarm is raised when something is wrong. Whoever may write alarms can change one so that
 * it is never raised, and it then looks as good as any other.
 *
 * @param tick seconds between two ticks; undefined if only the function knows
 */
export function canBeRaised(alarm: Alarm, tick: number | undefined): boolean {
  const limit = limits.get(alarm.metric) ?? count;
  const { treatMissingData = alarm.treatMissingData, mostPeriodsToRaise = alarm.periodsToRaise } =
    limit;
  const most = alarm.comparison === 'GreaterThanThreshold' ? limit.most - 1 : limit.most;
  return (
    limit.comparison.test(alarm.comparison) &&
    limit.statistics.includes(alarm.statistic) &&
    alarm.threshold >= limit.least &&
    alarm.threshold <= most &&
    alarm.treatMissingData === treatMissingData &&
    alarm.periodsToRaise <= mostPeriodsToRaise &&
    seesData(alarm) &&
    (tick === undefined || isInTime(alarm, tick))
  );
}

/** An alarm on another unit than that of the metric gets no data. */
function seesData({ metric, unit }: Alarm): boolean {
  return unit === undefined || unit === (units.get(metric) ?? 'Count');
}

/** A tick gives one data point, so that an alarm that needs several must not ask for more often. */
function isInTime(alarm: Alarm, tick: number): boolean {
  const { periods, periodSeconds, periodsToRaise, treatMissingData } = alarm;
  const isFed = periodsToRaise === 1 || periodSeconds >= tick || treatMissingData === 'breaching';
  return isFed && periods * periodSeconds <= mostTicks * Math.max(tick, 300);
}
