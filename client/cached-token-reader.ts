import type { GetTokenOptions, ReadSecret, TokenReader, TokenReaderOptions } from './options.ts';
import { readFailure } from './read-failure.ts';
import { parseStoredToken, type StoredToken } from './stored-token.ts';
import { TokenError, type TokenErrorCode } from './token-error.ts';

const readIntervalMs = 10_000;
/** Shorter than the interval, so that no two reads are ever in flight. */
const readTimeoutMs = 5_000;

/** Everything outside that the reader touches. */
export interface ReaderPorts {
  /** The wall clock in milliseconds, which a frozen sandbox does not stop. */
  readonly now: () => number;
  readonly read: ReadSecret;
  /**
   * Asks the rotator for a new token in place of this version.
   *
   * @returns true if it was asked
   * @throws TokenError
   */
  readonly renew?: ((versionId: string, signal: AbortSignal) => Promise<boolean>) | undefined;
}

interface Flight {
  readonly abort: AbortController;
  readonly landed: Promise<void>;
}

/** Why a read was aborted that a frozen sandbox has interrupted. */
const thawed = Symbol();

/**
 * Each call looks at the clock and decides: the cached token is good; or good enough, and the secret
 * is read behind; or the call waits for a read. Reads begin at least 10 s apart, whatever they are
 * for. In between, the last answer or error stands.
 */
export class CachedTokenReader implements TokenReader {
  readonly #options: TokenReaderOptions;
  readonly #ports: ReaderPorts;
  readonly #timeToLiveMs: number;
  readonly #marginMs: number;
  #cached: StoredToken | undefined;
  #readAt = 0;
  #rejected = false;
  #failure: TokenError | undefined;
  #flight: Flight | undefined;
  #startedAt = 0;

  constructor(options: TokenReaderOptions, ports: ReaderPorts) {
    const { timeToLive = 300, margin = 60 } = options;
    if (!(timeToLive >= 10 && margin >= 60)) {
      throw new TypeError('timeToLive must be at least 10, margin 60');
    }
    this.#options = options;
    this.#ports = ports;
    this.#timeToLiveMs = timeToLive * 1000;
    this.#marginMs = margin * 1000;
  }

  async getToken(options?: GetTokenOptions): Promise<string> {
    return (await this.#get(options)).accessToken;
  }

  async getHeaders(options?: GetTokenOptions): Promise<Record<string, string>> {
    const { accessToken, clientId, orgId } = await this.#get(options);
    const all = { 'x-api-key': clientId, 'x-gw-ims-org-id': orgId, ...this.#options.headers };
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(all)) {
      if (value === undefined) delete headers[name.toLowerCase()];
      else headers[name.toLowerCase()] = value;
    }
    delete headers['authorization'];
    return { Authorization: `Bearer ${accessToken}`, ...headers };
  }

  invalidate(token: string): void {
    if (token === this.#cached?.accessToken) this.#rejected = true;
  }

  async #get({ validFor = 0 }: GetTokenOptions = {}): Promise<StoredToken> {
    if (!(validFor >= 0)) throw new TypeError('validFor must be a number of seconds');
    const now = this.#ports.now();
    const age = Math.abs(now - this.#readAt) / this.#timeToLiveMs;
    const mustBeFresh = this.#rejected || !this.#lasts(now, validFor);
    // While reads fail, a valid token is worth more than waiting for another failure.
    if (mustBeFresh || (age >= 1 && !this.#failure)) await this.#read(now, mustBeFresh);
    else if (age >= 3 / 4 || !this.#lasts(now + 2 * this.#marginMs)) void this.#read(now);
    const then = this.#ports.now();
    // After a thaw, the caller may have waited for a read that another one abandoned.
    if (!this.#lasts(then, validFor)) await this.#read(then, true);
    return this.#answer(this.#ports.now(), validFor);
  }

  #lasts(now: number, validFor = 0): boolean {
    if (this.#cached === undefined) return false;
    const leftMs = this.#cached.expiresAt - now;
    return !(leftMs <= 0) && (validFor === 0 || leftMs >= validFor * 1000);
  }

  #answer(now: number, validFor: number): StoredToken {
    if (this.#cached !== undefined && this.#lasts(now, validFor)) return this.#cached;
    if (this.#cached === undefined || this.#failure !== undefined) {
      throw this.#failure ?? this.#error('READ_FAILED', 'interrupted');
    }
    const { expiresAt } = this.#cached;
    if (expiresAt <= now) throw this.#expired(expiresAt);
    const left = expiresAt > now ? `${Math.floor((expiresAt - now) / 1000)} s` : 'unknown';
    throw this.#error('TOO_SHORT', `the token lasts ${left}, less than ${validFor} s`);
  }

  /** Resolves when the secret was read; at once if it may not be read yet. */
  async #read(now: number, fresh = false): Promise<void> {
    // A clock that was set back must not keep the secret from being read.
    const elapsed = Math.abs(now - this.#startedAt);
    // A frozen sandbox stops timers. What it interrupts says nothing about the source.
    if (this.#flight !== undefined && elapsed >= readTimeoutMs) {
      this.#flight.abort.abort(elapsed < readIntervalMs ? undefined : thawed);
      await this.#flight.landed;
    }
    if (this.#flight === undefined && elapsed >= readIntervalMs) {
      this.#startedAt = now;
      this.#flight = this.#begin(fresh);
    }
    await this.#flight?.landed;
  }

  #begin(fresh: boolean): Flight {
    const abort = new AbortController();
    const { signal } = abort;
    const timer = setTimeout(() => abort.abort(), readTimeoutMs);
    timer.unref();
    const landed = this.#load(signal, fresh)
      .catch((error: unknown) => {
        if (signal.reason === thawed) return;
        this.#failure = readFailure(this.#options.secretId, error);
        this.#report(this.#failure);
      })
      .finally(() => {
        clearTimeout(timer);
        this.#flight = undefined;
      });
    return { abort, landed };
  }

  async #load(signal: AbortSignal, fresh: boolean): Promise<void> {
    const { now, read } = this.#ports;
    const wasRejected = this.#rejected;
    const value = await Promise.race([timeoutOf(signal), read({ signal, fresh })]);
    const token = parseStoredToken(this.#options.secretId, value);
    if (token.expiresAt <= now()) throw this.#expired(token.expiresAt);
    const isSame = token.accessToken === this.#cached?.accessToken;
    this.#cached = token;
    this.#readAt = now();
    // A read that began before the rejection confirms nothing: the next one does.
    this.#rejected &&= isSame && !wasRejected;
    this.#failure = undefined;
    if (isSame && wasRejected) await this.#revoked(signal, token.versionId);
  }

  /** A product rejects the token that the secret still holds. */
  async #revoked(signal: AbortSignal, versionId = ''): Promise<void> {
    const { renew } = this.#ports;
    try {
      if (renew === undefined)
        throw this.#error('REVOKED', 'a product rejects the token: renew it');
      // The next call that may read looks for the new token.
      if (await renew(versionId, signal)) this.#readAt = 0;
    } catch (error) {
      if (signal.reason !== thawed) this.#report(error as TokenError);
    }
  }

  #expired(expiresAt: number): TokenError {
    const instant = new Date(expiresAt).toISOString();
    return this.#error('EXPIRED', `the token expired at ${instant}; run doctor`);
  }

  #error(code: Suffix<TokenErrorCode>, text: string): TokenError {
    return new TokenError(`ERR_TOKEN_${code}`, `${this.#options.secretId}: ${text}`);
  }

  #report(problem: TokenError): void {
    Promise.resolve(problem)
      .then(this.#options.onProblem)
      .catch(() => undefined);
  }
}

type Suffix<Code> = Code extends `ERR_TOKEN_${infer End}` ? End : never;

/** Not every client honours a signal, and a frozen sandbox may have lost the connection. */
function timeoutOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(new DOMException('no answer within 5 s', 'TimeoutError'));
    });
  });
}
