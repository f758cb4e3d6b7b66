import * as v from 'valibot';
import { AwsError } from '../wire/errors.ts';
import { oneOf, text } from '../wire/request-schema.ts';
import { type MetricStore, statisticNames } from './metric-store.ts';

/** The name of a metric or of a namespace. */
export const metricName = text(1, 255);

/** The dimensions of a metric, by name. */
export const dimensions = v.pipe(
  v.optional(v.array(v.object({ Name: metricName, Value: text(1, 1024) })), []),
  v.transform((list) => Object.fromEntries(list.map(({ Name, Value }) => [Name, Value]))),
);

const query = v.object({
  Id: v.pipe(text(1, 255), v.regex(/^[a-z]\w*$/, 'Id must begin with a lower-case letter')),
  Label: v.optional(v.string()),
  ReturnData: v.optional(v.boolean(), true),
  // Metric math is not emulated, so MetricStat is required.
  MetricStat: v.object({
    Metric: v.object({ Namespace: metricName, MetricName: metricName, Dimensions: dimensions }),
    Period: v.pipe(
      v.number(),
      v.check((seconds) => seconds > 0 && seconds % 60 === 0, 'Period must be a multiple of 60'),
    ),
    Stat: oneOf(statisticNames),
  }),
});

export const getMetricDataRequest = v.object({
  MetricDataQueries: v.pipe(v.array(query), v.maxLength(500, 'at most 500 queries are allowed')),
  StartTime: v.number(),
  EndTime: v.number(),
  ScanBy: v.optional(oneOf(['TimestampAscending', 'TimestampDescending']), 'TimestampDescending'),
});

/** The values of metrics per period, all in one page. */
export function getMetricData(
  metrics: MetricStore,
  request: v.InferOutput<typeof getMetricDataRequest>,
): object {
  const { MetricDataQueries, StartTime, EndTime, ScanBy } = request;
  if (StartTime >= EndTime) {
    throw new AwsError(
      'ValidationException',
      'The parameter StartTime must be less than the parameter EndTime.',
    );
  }
  const results = MetricDataQueries.filter(({ ReturnData }) => ReturnData).map(
    ({ Id, Label, MetricStat: { Metric, Period, Stat } }) => {
      const { Namespace: namespace, MetricName: name, Dimensions } = Metric;
      const range = { from: StartTime * 1000, to: EndTime * 1000, periodMs: Period * 1000 };
      const ascending = metrics.datapoints(
        { namespace, name, dimensions: Dimensions },
        range,
        Stat,
      );
      const points = ScanBy === 'TimestampAscending' ? ascending : ascending.toReversed();
      return {
        Id,
        Label: Label ?? name,
        Timestamps: points.map(({ at }) => at / 1000),
        Values: points.map(({ value }) => value),
        StatusCode: 'Complete',
      };
    },
  );
  return { MetricDataResults: results, Messages: [] };
}
