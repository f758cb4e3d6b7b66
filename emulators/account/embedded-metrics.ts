import * as v from 'valibot';
import type { MetricValue } from './metric-store.ts';

const text = v.string();

const embedded = v.looseObject({
  _aws: v.object({
    Timestamp: v.number(),
    CloudWatchMetrics: v.array(
      v.object({
        Namespace: text,
        Dimensions: v.array(v.array(text)),
        Metrics: v.array(v.object({ Name: text })),
      }),
    ),
  }),
});

/**
 * The metric values that CloudWatch extracts from a log line. Most lines have none.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function embeddedMetrics(line: string): readonly MetricValue[] {
  const parsed = v.safeParse(embedded, parseJson(line));
  if (!parsed.success) return [];
  const { _aws, ...members } = parsed.output;
  return _aws.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, String(members[name])]));
      return Metrics.flatMap(({ Name: name }) =>
        [members[name]]
          .flat()
          .filter((value) => typeof value === 'number')
          .map((value) => ({ namespace, name, dimensions, at: _aws.Timestamp, value })),
      );
    }),
  );
}

function parseJson(line: string): unknown {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
