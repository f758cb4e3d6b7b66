import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, type Force, unforced } from '../../core/decision.ts';
import { RotatorError } from '../../core/errors.ts';
import { type EpochSeconds, epochSeconds } from '../../core/instant.ts';
import { addRequest, formatRequests, spentBudget } from '../../core/mint-budget.ts';
import { nextStatus } from '../../core/next-status.ts';
import {
  type Observation,
  observeMetadata,
  observeSameContent,
  observeValue,
} from '../../core/observation.ts';
import { type Acted, outcomeOf } from '../../core/outcome.ts';
import { fingerprint, type Tags } from '../../core/token-tags.ts';
import { encodeVersionId } from '../../core/version-id.ts';
import { day, digest, now } from '../support/builders.ts';

const tick = 900;
const rejected = new RotatorError('ERR_TOKEN_REJECTED', 'IMS answered 401');
const spentUp = new RotatorError('ERR_MINT_BUDGET_SPENT', 'several requests');

/** What a version of the token secret holds: garbage, or a token minted from this content. */
interface Version {
  readonly id: string;
  readonly content?: number | undefined;
  readonly issuedAt: EpochSeconds;
}

/** One credential on a virtual clock, with the engine's own decisions and tags. */
class World {
  time: number = now;
  readonly requests: number[] = [];
  #versions: readonly Version[] = [];
  /** Every third content is a credential that IMS rejects. */
  #content = 0;
  #count = 0;
  #tags: Tags = {};
  readonly #tagsAreRefused: boolean;

  constructor({ tagsAreRefused = false } = {}) {
    this.#tagsAreRefused = tagsAreRefused;
  }

  get hasToken(): boolean {
    return this.#versions[0]?.content !== undefined;
  }

  advance(seconds: number): void {
    const end = this.time + seconds;
    for (;;) {
      const next = (Math.floor(this.time / tick) + 1) * tick;
      if (next > end) break;
      this.time = next;
      this.run();
    }
    this.time = end;
  }

  store(content = this.#content): void {
    this.#content = content;
    this.#count += 1;
  }

  tag(key: string, value: string): void {
    this.#tags = { ...this.#tags, [`ims-token-rotator:${key}`]: value };
  }

  putGarbage(id = `by-hand-${this.#next()}`): void {
    this.#put({ id, issuedAt: this.#now });
  }

  /** A token that nobody minted, under an id of the rotator's own form. */
  forge(age: number, lifetime: number): void {
    this.putGarbage(this.#ownId(epochSeconds(this.time - age), lifetime));
  }

  force(isByVersion: boolean): void {
    this.run({ force: true, replaces: isByVersion ? this.#versions[0]?.id : undefined });
  }

  run(force: Force = unforced): void {
    const observation = this.#observe();
    const decision = decide(observation, force);
    let acted: Acted = { kind: 'kept' };
    if (decision.action === 'renew') acted = this.#mint(observation);
    else if (decision.needsAction) acted = { kind: 'failed', error: spentUp };
    const outcome = outcomeOf('fusion', observation, decision, acted);
    const { status } = nextStatus(this.#tags, observation, outcome);
    if (status !== undefined) this.tag('status', status);
  }

  /** Secrets Manager's own rotation, which chooses the version's id. */
  rotate(): void {
    const observation = this.#observe();
    if (observation.token === 'empty' || spentBudget(observation) !== undefined) return;
    this.#mint(observation, `by-rotation-${this.#next()}`);
  }

  #mint({ requested }: Observation, id = this.#ownId(this.#now, day)): Acted {
    this.requests.push(this.time);
    const value = formatRequests(addRequest(requested, this.#now));
    if (!this.#tagsAreRefused) this.tag('requested', value);
    if (this.#content % 3 === 2) return { kind: 'failed', error: rejected };
    this.#put({ id, content: this.#content, issuedAt: this.#now });
    return { kind: 'renewed', token: { expiresAt: this.#now, lifetime: day } };
  }

  #observe(): Observation {
    const [current, previous] = this.#versions;
    const secret = {
      name: 'token',
      arn: 'token',
      tags: this.#tags,
      currentVersionId: current?.id,
      previousVersionId: previous?.id,
    };
    const client = { arn: 'client', versionId: `v${this.#count}` };
    const context = { credential: 'fusion', now: this.#now, tick, digest };
    const observation = observeMetadata(context, secret, client);
    if (observation.token === 'unread' && current !== undefined) {
      return observeValue(observation, this.#valueOf(current), this.#fingerprint);
    }
    const isSame = current?.content === this.#content;
    return isSame ? observeSameContent(observation) : observation;
  }

  #valueOf({ content, issuedAt }: Version) {
    if (content === undefined) return 'malformed';
    return { issuedAt, expiresAt: epochSeconds(issuedAt + day) };
  }

  get #now(): EpochSeconds {
    return epochSeconds(this.time);
  }

  get #fingerprint(): string {
    return fingerprint(digest, 'client', `v${this.#count}`, this.#tags);
  }

  #ownId(issuedAt: EpochSeconds, lifetime: number): string {
    const expiresAt = epochSeconds(issuedAt + lifetime);
    const fields = { expiresAt, lifetime, fingerprint: this.#fingerprint };
    return encodeVersionId(fields, digest(`${this.#next()}`));
  }

  #next(): number {
    this.#count += 1;
    return this.#count;
  }

  #put(version: Version): void {
    this.#versions = [version, ...this.#versions].slice(0, 2);
  }
}

type Act = (world: World) => void;

const act = <Value>(arbitrary: fc.Arbitrary<Value>, make: (value: Value) => Act) =>
  arbitrary.map(make);

/** Renewals that somebody asks for, with credentials of these contents. */
const renewals = (contents: readonly number[]): readonly fc.Arbitrary<Act>[] => [
  act(fc.boolean(), (isByVersion) => (world) => world.force(isByVersion)),
  act(fc.constantFrom(...contents), (content) => (world) => {
    world.store(content);
    world.run();
  }),
];

const adversary: readonly fc.Arbitrary<Act>[] = [
  ...renewals([0, 1, 2, 3, 4, 5]),
  act(fc.constant(undefined), () => (world) => {
    world.store();
    world.run();
  }),
  act(fc.constant(undefined), () => (world) => world.putGarbage()),
  act(
    fc.tuple(fc.nat(3_600), fc.integer({ min: 1, max: day })),
    ([age, lifetime]) =>
      (world) =>
        world.forge(age, lifetime),
  ),
  act(fc.string(), (value) => (world) => world.tag('product', value)),
  act(fc.constant(undefined), () => (world) => world.rotate()),
];

/** Acts, each with the seconds until the next; most follow at once. */
const story = (acts: readonly fc.Arbitrary<Act>[]) =>
  fc.array(fc.tuple(fc.oneof(...acts), fc.oneof(fc.constant(0), fc.nat(60), fc.nat(1_500))), {
    maxLength: 100,
  });

function play(world: World, acts: readonly (readonly [Act, number])[]): void {
  for (const [perform, wait] of acts) {
    perform(world);
    world.advance(wait);
  }
}

function expectWithin(requests: readonly number[], burst: number): void {
  for (const [first, start] of requests.entries()) {
    for (let last = first + 1; last < requests.length; last += 1) {
      const span = (requests[last] ?? 0) - start;
      expect(last - first + 1).toBeLessThanOrEqual(burst + Math.floor(span / 600));
    }
  }
}

describe('a credential that an adversary works against', () => {
  it('asks IMS three times, and then once in ten minutes, at most', () => {
    fc.assert(
      fc.property(story(adversary), (acts) => {
        const world = new World();
        play(world, acts);
        expectWithin(world.requests, 3);
      }),
      { numRuns: 300 },
    );
  });

  it('has its token repaired within ten minutes and a tick of the last garbage', () => {
    fc.assert(
      fc.property(story(adversary), (acts) => {
        const world = new World();
        play(world, acts);
        world.store(0);
        world.putGarbage();
        world.advance(600 + tick);
        expect(world.hasToken).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('gets two tokens, and then one in ten minutes, at most, where no tag can be written', () => {
    fc.assert(
      // A rejected request leaves no token, so that only the tag could tell of it.
      fc.property(story(renewals([0, 1, 3, 4])), (acts) => {
        const world = new World({ tagsAreRefused: true });
        play(world, acts);
        expectWithin(world.requests, 2);
      }),
    );
  });
});
