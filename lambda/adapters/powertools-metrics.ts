import { Metrics } from '@aws-lambda-powertools/metrics';
import {
  type MetricName,
  metricDimension,
  metricNamespace,
  metricUnits,
} from '../../core/contract.ts';

/** CloudWatch metrics in the embedded metric format, with the rotator as their one dimension. */
export class PowertoolsMetrics implements Disposable {
  readonly #metrics = new Metrics({ namespace: metricNamespace });

  constructor(rotator: string) {
    // Powertools would add a dimension of its own, and alarms with other dimensions match nothing.
    this.#metrics.clearDefaultDimensions();
    this.#metrics.setDefaultDimensions({ [metricDimension]: rotator });
  }

  add(name: MetricName, value: number): void {
    this.#metrics.addMetric(name, metricUnits[name], value);
  }

  tell(property: string, value: string): void {
    this.#metrics.addMetadata(property, value);
  }

  /** Writes what was added as one line, if anything was. */
  [Symbol.dispose](): void {
    if (this.#metrics.hasStoredMetrics()) this.#metrics.publishStoredMetrics();
  }
}
