import type { EpochSeconds } from './instant.ts';
import type { TokenLife } from './outcome.ts';

interface Life {
  readonly credential: string;
  readonly percent: number;
  /** Until the first token expires, which may be another one. */
  readonly seconds: number;
}

interface First {
  readonly credential: string;
  readonly expiresAt: EpochSeconds;
}

/** Of many tokens, the one with the smallest share of its life left, whenever that is asked. */
export class LeastLife {
  // Of two tokens that live equally long, the one that expires first always has less of its life left.
  readonly #firstByLifetime = new Map<number, First>();

  add(credential: string, { expiresAt, lifetime }: TokenLife): void {
    const first = this.#firstByLifetime.get(lifetime);
    if (first !== undefined && first.expiresAt <= expiresAt) return;
    this.#firstByLifetime.set(lifetime, { credential, expiresAt });
  }

  /** Undefined when there is no token. */
  at(now: EpochSeconds): Life | undefined {
    const lives = [...this.#firstByLifetime].map(([lifetime, { credential, expiresAt }]) => {
      const seconds = expiresAt - now;
      return { credential, seconds, percent: (seconds / lifetime) * 100 };
    });
    const [first, ...others] = lives;
    if (first === undefined) return undefined;
    const { credential, percent } = others.reduce((a, b) => (b.percent < a.percent ? b : a), first);
    const seconds = others.reduce((a, b) => Math.min(a, b.seconds), first.seconds);
    return { credential, percent, seconds };
  }
}
