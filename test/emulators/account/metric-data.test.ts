import {
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  type MetricStat,
} from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { now, startAws } from './start-aws.ts';

const minute = 60_000;
const metric = { namespace: 'Shop', name: 'Orders', dimensions: { shop: 'prod' } };

async function startWithValues() {
  const world = await startAws();
  for (const [minutes, value] of [
    [-20, 5],
    [-14, 1],
    [-11, 3],
    [-1, 8],
  ] as const) {
    world.account.recordMetric({ ...metric, at: now + minutes * minute, value });
  }
  const get = async (
    stat: Partial<MetricStat> = {},
    request: Partial<GetMetricDataCommandInput> = {},
  ) => {
    const { MetricDataResults = [] } = await world.cloudwatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(now - 15 * minute),
        EndTime: new Date(now),
        MetricDataQueries: [
          {
            Id: 'orders',
            MetricStat: {
              Metric: {
                Namespace: 'Shop',
                MetricName: 'Orders',
                Dimensions: [{ Name: 'shop', Value: 'prod' }],
              },
              Period: 300,
              Stat: 'Sum',
              ...stat,
            },
          },
        ],
        ...request,
      }),
    );
    return MetricDataResults;
  };
  return { ...world, get };
}

describe('GetMetricData', () => {
  it('aggregates the values of each period, newest period first', async () => {
    const { get } = await startWithValues();
    expect(await get()).toEqual([
      {
        Id: 'orders',
        Label: 'Orders',
        Timestamps: [new Date(now - 5 * minute), new Date(now - 15 * minute)],
        Values: [8, 4],
        StatusCode: 'Complete',
      },
    ]);
  });

  it.each([
    ['Sum', [4, 8]],
    ['Minimum', [1, 8]],
    ['Maximum', [3, 8]],
    ['Average', [2, 8]],
    ['SampleCount', [2, 1]],
  ])('returns their %s', async (Stat, Values) => {
    const { get } = await startWithValues();
    const [result] = await get({ Stat }, { ScanBy: 'TimestampAscending' });
    expect(result).toMatchObject({ Values });
  });

  it('counts the periods from the whole minute in which the range starts', async () => {
    const { get } = await startWithValues();
    const StartTime = new Date(now - 14 * minute + 30_000);
    const [result] = await get({}, { StartTime, ScanBy: 'TimestampAscending' });
    expect(result?.Timestamps).toEqual([new Date(now - 14 * minute), new Date(now - 4 * minute)]);
  });

  it('omits the period that starts at the end of the range', async () => {
    const { get } = await startWithValues();
    const [result] = await get({ Period: 60 }, { EndTime: new Date(now - minute) });
    expect(result?.Values).toEqual([3, 1]);
  });

  it.each([
    ['another name', { MetricName: 'Returns' }],
    ['another namespace', { Namespace: 'Other' }],
    ['no dimensions', { Dimensions: [] }],
    ['other dimensions', { Dimensions: [{ Name: 'shop', Value: 'test' }] }],
  ])('returns no values for %s', async (_, more) => {
    const { get } = await startWithValues();
    const Metric = {
      Namespace: 'Shop',
      MetricName: 'Orders',
      Dimensions: [{ Name: 'shop', Value: 'prod' }],
      ...more,
    };
    expect(await get({ Metric })).toMatchObject([{ Timestamps: [], Values: [] }]);
  });

  it('answers several queries by id', async () => {
    const { get } = await startWithValues();
    const Metric = { Namespace: 'Shop', MetricName: 'Orders' };
    const MetricStat = { Metric, Period: 60, Stat: 'Sum' };
    const results = await get(
      {},
      {
        MetricDataQueries: [
          { Id: 'a', MetricStat, Label: 'first' },
          { Id: 'b', MetricStat, ReturnData: false },
          { Id: 'c', MetricStat },
        ],
      },
    );
    expect(results.map(({ Id, Label }) => [Id, Label])).toEqual([
      ['a', 'first'],
      ['c', 'Orders'],
    ]);
  });

  it.each([
    ['a range that ends before it begins', {}, { StartTime: new Date(now) }],
    ['a statistic that is not emulated', { Stat: 'p99' }, {}],
    ['a period of half a minute', { Period: 30 }, {}],
    ['metric math', {}, { MetricDataQueries: [{ Id: 'a', Expression: 'SUM(METRICS())' }] }],
  ])('rejects %s', async (_, stat, request) => {
    const { get } = await startWithValues();
    await expect(get(stat, request)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
