// Consumers that use client/, each in a sandbox of its own that freezes and thaws.
import { CachedTokenReader } from '../../client/cached-token-reader.ts';
import type { SecretValue } from '../../client/options.ts';
import { RenewalRequests } from '../../client/request-renewal.ts';
import { TokenError } from '../../client/token-error.ts';
import { longestCache } from './bounds.ts';
import type { Task } from './clock.ts';
import type { Credential } from './credential.ts';
import { type Caller, exchange } from './exchange.ts';
import { slowStorms } from './faults.ts';
import { storedFields } from './stored-fields.ts';
import type { World } from './world.ts';

const meanPause = 1_800;
/** Whatever the fault is, the read fails at once. */
const failed = 'reads by readers that a fault of Secrets Manager struck';
const freezeRate = 0.05;
const leastReadInterval = 10;
/** A reader gives up what takes longer. */
const longestRead = 4.9;

export class Consumers {
  constructor(world: World) {
    for (const credential of world.credentials.values()) {
      if (credential.plan.hasReader) new Consumer(world, credential).begin();
    }
  }
}

/** A read of the secret, and nothing else, is a call over the network. */
class Consumer implements Caller {
  readonly isKilled = false;
  inFlight = 0;
  task!: Task;
  readonly #world: World;
  readonly #credential: Credential;
  readonly #reader: CachedTokenReader;
  readonly #skew: number;
  /** What is asynchronous now. */
  #active = 0;
  #readAt = 0;
  /** When the last answer came, good or bad. */
  #answeredAt = 0;
  #frozenUntil = 0;
  /** When the token expires that the last good read has brought, by this sandbox's clock. */
  #goodUntil = 0;
  /** By token, when it expires. */
  readonly #expiries = new Map<string, number>();

  constructor(world: World, credential: Credential) {
    this.#world = world;
    this.#credential = credential;
    this.#skew = world.random.between(-120, 120);
    const now = (): number => (world.clock.now + this.#skew) * 1000;
    const client = { send: () => this.#invoke() };
    const requests = new RenewalRequests(now, {}, client);
    const request = { functionName: 'rotator', credential: credential.plan.name };
    this.#reader = new CachedTokenReader(
      {
        secretId: credential.tokenName,
        onProblem: ({ code }) => world.counts.add('reader problems', code),
      },
      {
        now,
        read: ({ signal }) => this.#busy(() => this.#read(signal)),
        // Some were not told which function renews their token.
        renew: world.random.chance(0.3)
          ? undefined
          : (versionId, signal) =>
              this.#busy(() => requests.ask({ ...request, versionId, signal })),
      },
    );
  }

  begin(): void {
    const { clock, random } = this.#world;
    clock.after(-Math.log(1 - random.next()) * meanPause, () => {
      this.begin();
      if (clock.now < this.#frozenUntil) return;
      if (random.chance(freezeRate)) this.#freeze();
      // Some calls come together.
      for (let count = random.chance(0.2) ? 3 : 1; count > 0; count -= 1) void this.#call();
      // Others follow at once, perhaps while nothing can be read.
      for (let count = random.chance(0.2) ? 3 : 0; count > 0; count -= 1) {
        clock.after(random.between(1, 10), () => {
          if (clock.now >= this.#frozenUntil) void this.#call();
        });
      }
    });
  }

  /** The sandbox is frozen a moment after a call has begun. */
  #freeze(): void {
    const { clock, random, counts } = this.#world;
    counts.add('faults', 'reader-frozen');
    this.#frozenUntil = clock.now + random.magnitude(1, 86_400);
  }

  async #call(): Promise<void> {
    await this.#busy(async () => {
      const { counts, clock, ims, random } = this.#world;
      const validFor = random.chance(0.1) ? random.magnitude(60, 43_200) : 0;
      const [begunAt, readAt] = [clock.now, this.#readAt];
      try {
        const token = await this.#reader.getToken({ validFor });
        counts.add('premises', 'P4: a reader returns a token');
        const expiresAt = this.#expiries.get(token) ?? 0;
        const left = expiresAt - clock.now - this.#skew;
        if (Math.max(this.#readAt, this.#answeredAt) < begunAt - longestCache) {
          this.#world.violate('P4', 'a reader has read nothing for 5 minutes', this.#name);
        }
        if (left <= 0) this.#world.violate('P4', 'a reader returns an expired token', this.#name);
        if (left < validFor) {
          this.#world.violate('P4', 'a reader returns a token that ends too soon', this.#name);
        }
        if (ims.accepts(token)) return;
        counts.add('totals', 'tokens of readers that a product rejected');
        this.#reader.invalidate(token);
      } catch (error) {
        if (!(error instanceof TokenError)) throw error;
        counts.add('reader errors', error.code);
        if (this.#goodUntil - clock.now - this.#skew > validFor) {
          this.#world.violate(
            'P4',
            'a reader throws although it has read a good token',
            this.#name,
          );
        }
        if (begunAt - readAt > leastReadInterval && this.#readAt === readAt) {
          this.#world.violate('P4', 'a reader throws although it may read', this.#name);
        }
      }
    }).catch((error: unknown) => this.#world.violate('P4', `a reader throws ${error}`, this.#name));
  }

  async #read(signal: AbortSignal): Promise<SecretValue> {
    const { clock, weather, random, secretsManager, counts } = this.#world;
    counts.add('totals', 'reads by readers');
    if (this.inFlight > 0) this.#world.violate('P4', 'two reads are in flight', this.#name);
    if (clock.now - this.#readAt < leastReadInterval - 0.001) {
      this.#world.violate('P4', 'two reads begin within 10 s', this.#name);
    }
    this.#readAt = clock.now;
    const fault = weather.blows('aws');
    const frozen = Math.max(0, this.#frozenUntil - clock.now);
    const isSlow = fault !== undefined && slowStorms.has(fault);
    if (fault !== undefined) counts.add('totals', isSlow ? 'slow reads by readers' : failed);
    const arrives = random.between(0.01, isSlow ? 8 : 0.1);
    // What was frozen gets its answer when it thaws, which may be of long ago.
    const course = { arrives, answers: frozen, timeout: frozen + 30 };
    const reading = exchange(clock, this, signal, course, () => {
      if (fault !== undefined && !isSlow) throw new Error(fault);
      const { version } = secretsManager.get(this.#credential.tokenName, 'AWSCURRENT');
      const fields = storedFields(version.value);
      if (fields !== undefined) {
        // Somebody may have stored the same token with another expiry.
        const known = this.#expiries.get(fields.access_token) ?? 0;
        this.#expiries.set(fields.access_token, Math.max(known, fields.expiresAt));
      }
      if (this.#expiries.size > 20) this.#expiries.delete([...this.#expiries.keys()][0] ?? '');
      return { SecretString: version.value, VersionId: version.id };
    });
    const value = await reading.finally(() => {
      this.#answeredAt = clock.now;
    });
    this.#hasRead(value, clock.now - this.#readAt < longestRead);
    return value;
  }

  /** @param isInTime the reader has not given up before */
  #hasRead({ SecretString, VersionId = '' }: SecretValue, isInTime: boolean): void {
    const { expiresAt = 0, access_token = '' } = storedFields(SecretString) ?? {};
    const { clock, ims, counts } = this.#world;
    if (expiresAt <= clock.now + this.#skew) return;
    this.#goodUntil = isInTime ? expiresAt : Math.min(expiresAt, this.#goodUntil);
    const isOwn = ims.issued(access_token) !== undefined && !this.#credential.forged.has(VersionId);
    if (isInTime && isOwn) counts.add('premises', 'P4: a reader reads a good token');
  }

  /** The reader asks for another token in place of one that was rejected. */
  #invoke(): Promise<object> {
    const { clock, lambda, counts, weather, random } = this.#world;
    const fault = weather.blows('aws');
    const fails = fault !== undefined && !slowStorms.has(fault);
    // It may also be one whom nobody has allowed to ask.
    if (fails || random.chance(0.1)) {
      counts.add('totals', 'renewals that readers asked for in vain');
      return Promise.reject(new Error('AccessDenied'));
    }
    counts.add('totals', 'renewals that readers asked for');
    this.#credential.disturb(clock.now, clock.now);
    const replaces = this.#credential.tokenSecret.current?.id;
    const event = { action: 'renew', credential: this.#name, force: true, replaces, notice: true };
    lambda.send(event);
    return Promise.resolve({});
  }

  async #busy<Output>(work: () => Promise<Output>): Promise<Output> {
    if (this.#active === 0) this.task = this.#world.clock.begin();
    this.#active += 1;
    try {
      return await work();
    } finally {
      this.#active -= 1;
      if (this.#active === 0) this.#world.clock.end(this.task);
    }
  }

  get #name(): string {
    return this.#credential.plan.name;
  }
}
