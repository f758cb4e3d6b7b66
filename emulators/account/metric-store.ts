/** The identity of a metric: its namespace, its name and exactly these dimensions. */
export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** One value of a metric; the instant is in milliseconds. */
export interface MetricValue extends MetricId {
  readonly at: number;
  readonly value: number;
}

type Value = Pick<MetricValue, 'at' | 'value'>;

const statistics = {
  Average: (values: readonly number[]) => sum(values) / values.length,
  Maximum: (values: readonly number[]) => Math.max(...values),
  Minimum: (values: readonly number[]) => Math.min(...values),
  SampleCount: (values: readonly number[]) => values.length,
  Sum: sum,
} satisfies Record<string, (values: readonly number[]) => number>;

export type Statistic = keyof typeof statistics;

export const statisticNames = Object.keys(statistics) as readonly Statistic[];

/** The metrics of an account. */
export class MetricStore {
  readonly #values = new Map<string, Value[]>();

  record({ at, value, ...metric }: MetricValue): void {
    const key = metricKey(metric);
    const values = this.#values.get(key) ?? [];
    values.push({ at, value });
    this.#values.set(key, values);
  }

  /**
   * The statistic of each period that has values, at the period's start, oldest first. Periods are
   * counted from the whole minute in which the time range starts.
   */
  datapoints(
    metric: MetricId,
    range: { readonly from: number; readonly to: number; readonly periodMs: number },
    statistic: Statistic,
  ): readonly Value[] {
    const { to, periodMs } = range;
    const from = Math.floor(range.from / 60_000) * 60_000;
    const periods = new Map<number, number[]>();
    for (const { at, value } of this.#values.get(metricKey(metric)) ?? []) {
      const begin = from + Math.floor((at - from) / periodMs) * periodMs;
      if (begin < from || begin >= to) continue;
      periods.set(begin, [...(periods.get(begin) ?? []), value]);
    }
    return [...periods]
      .map(([at, values]) => ({ at, value: statistics[statistic](values) }))
      .sort((one, other) => one.at - other.at);
  }
}

/** A key that does not depend on the order of the dimensions. */
export function metricKey({ namespace, name, dimensions }: MetricId): string {
  const sorted = Object.entries(dimensions).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([namespace, name, sorted]);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
