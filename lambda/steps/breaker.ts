import type { ErrorCode } from '../../core/errors.ts';
import { mostFailuresInARow } from './budget.ts';

/**
 * The IMS hosts, or clients, that are not asked for again in this run: those that have failed too
 * often in a row, and those that a lasting fault of the network keeps from being answered at all.
 */
export class Breaker {
  readonly #failures = new Map<string, number>();
  readonly #broken = new Map<string, ErrorCode>();

  /** The failure that it is not asked for again; undefined while it may be asked for. */
  failureOf(key: string): ErrorCode | undefined {
    return this.#broken.get(key);
  }

  /** Returns true for the failure that breaks it. */
  failed(key: string, code: ErrorCode, isLasting: boolean): boolean {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    if (this.#broken.has(key) || !(isLasting || failures >= mostFailuresInARow)) return false;
    this.#broken.set(key, code);
    return true;
  }

  answered(key: string): void {
    this.#failures.delete(key);
  }
}
