import type { ErrorCode } from '../../core/errors.ts';
import { mostHostFailures } from './budget.ts';

/**
 * The IMS hosts that are not asked again in this run: those that have failed too often in a row, and
 * those that a lasting fault of the network keeps from answering at all.
 */
export class HostBreaker {
  readonly #failures = new Map<string, number>();
  readonly #broken = new Map<string, ErrorCode>();

  /** The failure that the host is not asked again for; undefined while it may be asked. */
  failureOf(host: string): ErrorCode | undefined {
    return this.#broken.get(host);
  }

  /** Returns true for the failure that breaks the host. */
  failed(host: string, code: ErrorCode, isLasting: boolean): boolean {
    const failures = (this.#failures.get(host) ?? 0) + 1;
    this.#failures.set(host, failures);
    if (this.#broken.has(host) || !(isLasting || failures >= mostHostFailures)) return false;
    this.#broken.set(host, code);
    return true;
  }

  answered(host: string): void {
    this.#failures.delete(host);
  }
}
