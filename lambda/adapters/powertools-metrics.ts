import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

const units = {
  Ticks: MetricUnit.Count,
  Managed: MetricUnit.Count,
  Renewed: MetricUnit.Count,
  Failing: MetricUnit.Count,
  MinLifeLeft: MetricUnit.Percent,
  MinSecondsToExpiry: MetricUnit.Seconds,
  RenewalDuration: MetricUnit.Milliseconds,
} as const;

/** CloudWatch metrics in the embedded metric format, with the rotator as their one dimension. */
export class PowertoolsMetrics implements Disposable {
  readonly #metrics = new Metrics({ namespace: 'ImsTokenRotator' });

  constructor(rotator: string) {
    // Powertools would add a dimension of its own, and alarms with other dimensions match nothing.
    this.#metrics.clearDefaultDimensions();
    this.#metrics.setDefaultDimensions({ rotator });
  }

  add(name: keyof typeof units, value: number): void {
    this.#metrics.addMetric(name, units[name], value);
  }

  tell(property: string, value: string): void {
    this.#metrics.addMetadata(property, value);
  }

  /** Writes what was added as one line, if anything was. */
  [Symbol.dispose](): void {
    if (this.#metrics.hasStoredMetrics()) this.#metrics.publishStoredMetrics();
  }
}
