import type { Clock } from './clock.ts';
import type { Counts } from './counts.ts';
import { type StormKind, type Target, targets } from './faults.ts';
import type { Storm } from './plan.ts';
import type { Random } from './random.ts';

/** The storms that blow now. */
export class Weather {
  readonly #random: Random;
  readonly #counts: Counts;
  readonly #blowing = new Map<Target, Storm[]>();

  constructor(clock: Clock, random: Random, counts: Counts, all: readonly Storm[]) {
    this.#random = random;
    this.#counts = counts;
    const next = (index: number): void => {
      const storm = all[index];
      if (storm === undefined) return;
      clock.at(storm.at, () => {
        next(index + 1);
        const blowing = this.#of(targets[storm.kind]);
        blowing.push(storm);
        clock.after(storm.lasts, () => blowing.splice(blowing.indexOf(storm), 1));
      });
    };
    next(0);
  }

  /** The fault that strikes this call, tick, event or invocation of the rotator, if one does. */
  strikes(target: Target, host?: string): StormKind | undefined {
    const fault = this.blows(target, host);
    if (fault !== undefined) this.#counts.add('faults', fault);
    return fault;
  }

  /** The same, for others, and for what may not come to it after all. */
  blows(target: Target, host?: string): StormKind | undefined {
    for (const { kind, rate, host: only = host } of this.#of(target)) {
      if (only === host && this.#random.chance(rate)) return kind;
    }
    return undefined;
  }

  #of(target: Target): Storm[] {
    const blowing = this.#blowing.get(target) ?? [];
    this.#blowing.set(target, blowing);
    return blowing;
  }
}
