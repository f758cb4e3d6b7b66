import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import {
  defaultTick,
  type MetricName,
  metricDimension,
  metricNamespace,
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
  RenewalDuration: { statistic: Stats.p(99), period },
} as const satisfies Record<MetricName, MetricOptions>;

export function isMetricName(name: string): name is MetricName {
  return Object.hasOwn(defaults, name);
}

/**
 * A metric of one rotator.
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
    ...props,
    namespace: metricNamespace,
    metricName: name,
    // With other dimensions it would be another metric, one without data.
    dimensionsMap: { [metricDimension]: rotator },
  });
}
