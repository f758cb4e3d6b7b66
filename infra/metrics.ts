import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';

const tick = Duration.minutes(15);

// What one value of each metric stands for decides how several are taken together.
const defaults = {
  /** Completed looks at the whole list. */
  Ticks: { statistic: Stats.SUM, period: Duration.minutes(5) },
  /** Credentials that the last look found. */
  Managed: { statistic: Stats.MAXIMUM, period: tick },
  /** Tokens stored. */
  Renewed: { statistic: Stats.SUM, period: tick },
  /** Credentials that fail, until they do no longer. */
  Failing: { statistic: Stats.MAXIMUM, period: tick },
  /** Percent of its lifetime that the token has left which is nearest to its end. */
  MinLifeLeft: { statistic: Stats.MINIMUM, period: tick },
  /** Seconds until the first of all tokens ends. */
  MinSecondsToExpiry: { statistic: Stats.MINIMUM, period: tick },
  /** Milliseconds from the first read of a credential to its stored token. */
  RenewalDuration: { statistic: Stats.p(99), period: tick },
} as const;

/** The metrics that a rotator's function emits. */
export type RotatorMetricName = keyof typeof defaults;

export const rotatorMetricNames = Object.keys(defaults) as readonly RotatorMetricName[];

/**
 * A metric of one rotator.
 *
 * @param props by default the statistic and the period that suit the metric at a tick of 15 minutes
 */
export function rotatorMetric(
  rotator: string,
  name: RotatorMetricName,
  props: MetricOptions = {},
): Metric {
  return new Metric({
    ...defaults[name],
    ...props,
    namespace: 'ImsTokenRotator',
    metricName: name,
    // A metric with another set of dimensions is another metric, and has no data.
    dimensionsMap: { rotator },
  });
}
