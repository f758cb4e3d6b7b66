import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SecretValue } from '../../client/options.ts';
import { TokenError } from '../../client/token-error.ts';
import '../support/seed.ts';
import { awsError, pending, Source, secretValue, settle, startReader } from './start-reader.ts';

/** What may happen between two instants. */
type Step =
  | { readonly kind: 'calls'; readonly count: number; readonly validFor: number }
  | { readonly kind: 'time'; readonly seconds: number }
  | { readonly kind: 'renewal'; readonly lifetime: number }
  | { readonly kind: 'source'; readonly mode: 'answers' | 'fails' | 'hangs' | 'ends' }
  | { readonly kind: 'rejection'; readonly age: number };

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('calls' as const),
    count: fc.integer({ min: 1, max: 20 }),
    validFor: fc.constantFrom(0, 0, 0, 30, 3600),
  }),
  fc.record({
    kind: fc.constant('time' as const),
    // From a millisecond to a frozen sandbox.
    seconds: fc.constantFrom(0.001, 1, 4.999, 5, 9.999, 10, 60, 224, 225, 300, 3600, 100_000),
  }),
  fc.record({
    kind: fc.constant('renewal' as const),
    lifetime: fc.constantFrom(1, 20, 90, 600, 86_400),
  }),
  fc.record({
    kind: fc.constant('source' as const),
    mode: fc.constantFrom('answers' as const, 'fails' as const, 'hangs' as const, 'ends' as const),
  }),
  fc.record({ kind: fc.constant('rejection' as const), age: fc.integer({ min: 0, max: 2 }) }),
);

/** A secret that is renewed, a source that answers, fails or hangs, and callers of one reader. */
class Life {
  readonly source = new Source();
  readonly expiries = new Map<string, number>();
  readonly results: Promise<void>[] = [];
  readonly started = startReader(this.source, {}, () => Promise.resolve(true));
  readonly seen: string[] = [];
  #hanging: (() => void)[] = [];
  #mode: 'answers' | 'fails' | 'hangs' = 'answers';

  constructor() {
    this.renew(86_400);
    const { source } = this;
    source.answer = async () => {
      const inFlight = source.reads.slice(0, -1).filter(({ signal }) => this.#open.has(signal));
      expect(inFlight, 'reads in flight').toEqual([]);
      const { signal } = source.reads.at(-1) ?? expect.fail('no read');
      this.#open.add(signal);
      signal.addEventListener('abort', () => this.#open.delete(signal));
      try {
        return await this.#read();
      } finally {
        this.#open.delete(signal);
      }
    };
  }

  readonly #open = new Set<AbortSignal>();

  renew(lifetime: number): void {
    this.expiries.set(`token-${this.expiries.size}`, this.source.ms + lifetime * 1000);
  }

  async #read(): Promise<SecretValue> {
    if (this.#mode === 'fails') throw awsError('InternalServiceError');
    if (this.#mode === 'hangs') {
      const { promise, resolve } = pending<void>();
      this.#hanging.push(resolve);
      await promise;
    }
    const [token, expiresAt] = [...this.expiries].at(-1) ?? expect.fail('no token');
    return secretValue(token, expiresAt);
  }

  async take(step: Step): Promise<void> {
    const { source } = this;
    if (step.kind === 'time') source.advance(step.seconds);
    if (step.kind === 'renewal') this.renew(step.lifetime);
    if (step.kind === 'rejection') {
      this.started.reader.invalidate(this.seen.at(-1 - step.age) ?? '');
    }
    if (step.kind === 'source' && step.mode !== 'ends') this.#mode = step.mode;
    if (step.kind === 'source' && step.mode === 'ends') {
      for (const resolve of this.#hanging.splice(0)) resolve();
    }
    if (step.kind === 'calls') {
      for (let call = 0; call < step.count; call += 1) this.#call(step.validFor);
    }
    await settle();
  }

  #call(validFor: number): void {
    const check = async (): Promise<void> => {
      try {
        const token = await this.started.reader.getToken({ validFor });
        const left = (this.expiries.get(token) ?? 0) - this.source.ms;
        expect(left, `life left of ${token}`).toBeGreaterThan(0);
        expect(left).toBeGreaterThanOrEqual(validFor * 1000);
        this.seen.push(token);
      } catch (error) {
        if (!(error instanceof TokenError)) throw error;
      }
    };
    this.results.push(check());
  }
}

it('never returns an expired token, and reads one at a time and once in 10 seconds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 60 }), async (life) => {
      const world = new Life();
      for (const step of life) await world.take(step);
      // The last reads end one way or another.
      await world.take({ kind: 'source', mode: 'answers' });
      await world.take({ kind: 'source', mode: 'ends' });
      await Promise.all(world.results);
      const { reads } = world.source;
      reads.slice(1).forEach(({ at }, index) => {
        expect(at - (reads[index]?.at ?? 0), 'milliseconds between reads').toBeGreaterThanOrEqual(
          10_000,
        );
      });
    }),
    { numRuns: 1000 },
  );
});
