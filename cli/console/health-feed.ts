import type { Alarms, Health, Plot } from '../../console/messages.ts';
import { type EpochSeconds, epochSeconds } from '../../core/instant.ts';
import { functionMetric, Metrics, rotatorMetric, type Series } from '../aws/metrics.ts';
import { checksOfAlarms, readAlarms } from '../doctor/alarm-checks.ts';
import { lastTickOf } from '../doctor/last-tick.ts';
import type { Rotator } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { day, hour } from '../view/durations.ts';
import type { FleetFeed } from './fleet-feed.ts';
import { Lookers } from './lookers.ts';
import { known } from './unknown.ts';

// Seconds. CloudWatch has one value of a metric for each minute at best.
const every = 60;

// Seconds that a plot covers, and that each of its points stands for.
const windows = {
  day: { length: day, period: 300 },
  week: { length: 7 * day, period: hour },
} as const;

/** The rotator's health, read once for all that look. */
export class HealthFeed {
  readonly #session: Session;
  readonly #fleet: FleetFeed;
  readonly #metrics: Metrics;
  readonly #lookers: Lookers<Health>;
  #last: Health | undefined;

  constructor(session: Session, fleet: FleetFeed) {
    this.#session = session;
    this.#fleet = fleet;
    this.#metrics = new Metrics(session.signal);
    this.#lookers = new Lookers(() => this.#look(), session.signal);
  }

  /** Calls with what was seen last, if anything was, and then with all that is seen. */
  subscribe(listener: (health: Health) => void): () => void {
    if (this.#last !== undefined) listener(this.#last);
    return this.#lookers.add(listener);
  }

  async #look(): Promise<number> {
    const { rotator } = this.#fleet;
    const at = this.#session.now();
    const [lastTick, alarms, ofDay, ofWeek] = await Promise.all([
      known(async () => {
        const { last } = await lastTickOf(this.#metrics, rotator, at, 2 * day);
        return last ?? nothing(rotator, null);
      }),
      known(() => this.#alarms(rotator)),
      known(() => plots(this.#metrics, rotator, at, 'day')),
      known(() => plots(this.#metrics, rotator, at, 'week')),
    ]);
    this.#last = { at, lastTick, alarms, plots: { day: ofDay, week: ofWeek } };
    this.#lookers.emit(this.#last);
    return every;
  }

  async #alarms(rotator: Rotator): Promise<Alarms> {
    const byMetric = await readAlarms(this.#session, this.#metrics, rotator);
    const alarms = [...byMetric.values()].flat();
    if (alarms.length === 0) nothing(rotator, alarms);
    const checks = checksOfAlarms(this.#session, this.#metrics, rotator, byMetric);
    return {
      states: alarms.map(({ name, metric, isRaised, hasData, since }) => {
        return { name, metric, state: isRaised ? 'raised' : hasData ? 'quiet' : 'unknown', since };
      }),
      findings: await Promise.all(
        checks.map(async ({ title, finding }) => ({ check: title, ...(await finding) })),
      ),
    };
  }
}

/**
 * Nothing was found. Where only the name of the rotator is assumed, that says nothing.
 *
 * @throws CliError why the function is not known
 */
function nothing<Result>({ function: target }: Rotator, result: Result): Result {
  if (target.kind === 'hidden') throw target.why;
  return result;
}

interface Plotted extends Series {
  readonly shown: Pick<Plot, 'metric' | 'unit'>;
}

async function plots(
  metrics: Metrics,
  rotator: Rotator,
  now: EpochSeconds,
  window: keyof typeof windows,
): Promise<readonly Plot[]> {
  const { name, function: target } = rotator;
  const { length, period } = windows[window];
  const from = epochSeconds(Math.floor((now - length) / period) * period);
  const ofRotator: readonly Plotted[] = [
    {
      shown: { metric: 'MinLifeLeft', unit: 'percent' },
      metric: rotatorMetric(name, 'MinLifeLeft'),
      statistic: 'Minimum',
    },
    {
      shown: { metric: 'Failing', unit: 'count' },
      metric: rotatorMetric(name, 'Failing'),
      statistic: 'Maximum',
    },
    {
      shown: { metric: 'Renewed', unit: 'count' },
      metric: rotatorMetric(name, 'Renewed'),
      statistic: 'Sum',
    },
  ];
  const ofFunction: readonly Plotted[] =
    target.kind === 'deployed'
      ? [
          {
            shown: { metric: 'Duration', unit: 'milliseconds' },
            metric: functionMetric(target.name, 'Duration'),
            statistic: 'Maximum',
          },
        ]
      : [];
  const plotted = [...ofRotator, ...ofFunction];
  const values = await metrics.read(plotted, { from, to: epochSeconds(now + 60), period });
  if (values.every((points) => points.length === 0)) nothing(rotator, values);
  return plotted.map(({ shown }, index) => {
    const points = values[index] ?? [];
    return {
      ...shown,
      times: points.map(({ at }) => at),
      values: points.map(({ value }) => value),
    };
  });
}
