import { describe, expect, it } from 'vitest';
import { embeddedMetrics } from '../../../emulators/account/embedded-metrics.ts';

describe('embeddedMetrics', () => {
  const directive = { Namespace: 'N', Dimensions: [['a'], []], Metrics: [{ Name: 'm' }] };
  const _aws = { Timestamp: 7, CloudWatchMetrics: [directive] };
  const metric = { namespace: 'N', name: 'm', at: 7 };

  it.each([
    [
      'the values for each set of dimensions',
      { _aws, a: 'x', m: [1, 2] },
      [
        { ...metric, dimensions: { a: 'x' }, value: 1 },
        { ...metric, dimensions: { a: 'x' }, value: 2 },
        { ...metric, dimensions: {}, value: 1 },
        { ...metric, dimensions: {}, value: 2 },
      ],
    ],
    ['nothing for a metric without a value', { _aws, a: 'x' }, []],
    ['nothing for a line that only looks like metrics', { _aws: { CloudWatchMetrics: 1 } }, []],
  ])('returns %s', (_, document, values) => {
    expect(embeddedMetrics(JSON.stringify(document))).toEqual(values);
  });

  it.each(['START RequestId: 1', '{"_aws":', ''])('returns nothing for the line %j', (line) => {
    expect(embeddedMetrics(line)).toEqual([]);
  });
});
