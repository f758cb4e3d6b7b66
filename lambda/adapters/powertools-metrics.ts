import { Metrics as EmbeddedMetrics } from '@aws-lambda-powertools/metrics';
import {
  type MetricName,
  metricDimension,
  metricNamespace,
  metricUnits,
  shardDimension,
} from '../../core/contract.ts';
import type { Metrics } from '../../core/ports.ts';

/** The port `Metrics` in CloudWatch's embedded metric format, with the rotator as the dimension. */
export class PowertoolsMetrics implements Metrics, Disposable {
  readonly #metrics = new EmbeddedMetrics({ namespace: metricNamespace });

  constructor(rotator: string) {
    // Powertools would add another dimension, and alarms match only metrics with the same dimensions.
    this.#metrics.clearDefaultDimensions();
    this.#metrics.setDefaultDimensions({ [metricDimension]: rotator });
  }

  add(name: MetricName, value: number): void {
    this.#metrics.addMetric(name, metricUnits[name], value);
  }

  alsoFor(shard: string): void {
    // Each call adds its dimensions to the rotator's, and the first replaces the rotator's alone.
    this.#metrics.addDimensions({}).addDimensions({ [shardDimension]: shard });
  }

  tell(property: string, value: string): void {
    this.#metrics.addMetadata(property, value);
  }

  /** Writes everything that was added in an invocation as one line. */
  [Symbol.dispose](): void {
    if (this.#metrics.hasStoredMetrics()) this.#metrics.publishStoredMetrics();
  }
}
