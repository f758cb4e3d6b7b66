import { Duration } from 'aws-cdk-lib';
import {
  type IMetric,
  MathExpression,
  Metric,
  type MetricOptions,
  Stats,
  Unit,
} from 'aws-cdk-lib/aws-cloudwatch';
import {
  defaultTick,
  type MetricName,
  metricDimension,
  metricNamespace,
  metricUnits,
  shardDimension,
  shardsOf,
} from '../core/contract.ts';

const period = Duration.seconds(defaultTick);

// The meaning of one value decides how several values add up.
const defaults = {
  Ticks: { statistic: Stats.SUM, period: Duration.minutes(5) },
  Managed: { statistic: Stats.MAXIMUM, period },
  Renewed: { statistic: Stats.SUM, period },
  Failing: { statistic: Stats.MAXIMUM, period },
  Paused: { statistic: Stats.MAXIMUM, period },
  MinLifeLeft: { statistic: Stats.MINIMUM, period },
  MinSecondsToExpiry: { statistic: Stats.MINIMUM, period },
  MinPausedLifeLeft: { statistic: Stats.MINIMUM, period },
  ClientSecretRotationOverdue: { statistic: Stats.MAXIMUM, period },
  RenewalDuration: { statistic: Stats.p(99), period },
} as const satisfies Record<MetricName, MetricOptions>;

const units = {
  Count: Unit.COUNT,
  Percent: Unit.PERCENT,
  Seconds: Unit.SECONDS,
  Milliseconds: Unit.MILLISECONDS,
} as const satisfies Record<(typeof metricUnits)[MetricName], Unit>;

export function isMetricName(name: string): name is MetricName {
  return Object.hasOwn(defaults, name);
}

/**
 * A metric of one rotator. A tick counts the whole fleet or, with shards, a part of it, so that the
 * statistics Minimum and Sum are those of the fleet, and Maximum is that of one shard.
 *
 * @param props override the statistic and the period, which suit the metric at a tick of 15 minutes
 */
export function rotatorMetric(
  rotator: string,
  name: MetricName,
  props: MetricOptions = {},
): Metric {
  return new Metric({
    ...defaults[name],
    // Without it, values in another unit, which anyone can put there, leave an alarm's state undefined.
    unit: units[metricUnits[name]],
    ...props,
    namespace: metricNamespace,
    metricName: name,
    // With other dimensions it would be another metric, one without data.
    dimensionsMap: { [metricDimension]: rotator },
  });
}

/** The same for one shard of the rotator, or for all of it where there is no shard. */
export function shardMetric(
  rotator: string,
  shard: string | undefined,
  name: MetricName,
  props: MetricOptions = {},
): Metric {
  const metric = rotatorMetric(rotator, name, props);
  if (shard === undefined) return metric;
  return metric.with({ dimensionsMap: { [metricDimension]: rotator, [shardDimension]: shard } });
}

/**
 * A count of credentials in the whole fleet: the sum of what the shards count, each of them once in a
 * period of a tick.
 */
export function fleetMetric(
  rotator: string,
  name: MetricName,
  { shards, tick }: { readonly shards: number; readonly tick: Duration },
): IMetric {
  if (shards === 1) return rotatorMetric(rotator, name);
  const parts = shardsOf(shards).map((shard, index) => [
    `${name.toLowerCase()}${index + 1}`,
    shardMetric(rotator, shard, name, { period: tick }),
  ]);
  return new MathExpression({
    label: name,
    expression: `SUM([${parts.map(([id]) => id).join(', ')}])`,
    usingMetrics: Object.fromEntries(parts),
    period: tick,
  });
}
