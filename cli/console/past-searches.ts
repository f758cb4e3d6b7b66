import { tagKeys } from '../../core/contract.ts';
import { type EpochSeconds, epochSeconds } from '../../core/instant.ts';
import { names, type SecretIds } from '../aws/secret-reads.ts';
import { type TagChange, type TagChanges, tagChanges, taggingEvents } from '../aws/tag-changes.ts';
import type { OneByOne } from './one-by-one.ts';

const keys = [tagKeys.status, tagKeys.paused];

const searchEvery = 60_000;

// Seconds by which CloudTrail lists an event late at most, and some more.
const lag = 1200;

// Seconds. What is earlier is not searched for, however far back somebody looks.
const longestPast = 7 * 86_400;

// Of each kind of event, for what is new and again for what is earlier: half a minute at two a second.
const mostPages = 15;

// Far more than a fleet of thousands has in a week, unless somebody floods CloudTrail.
const mostKept = 50_000;

interface Found extends TagChanges {
  /** The time of the search. */
  readonly until: EpochSeconds;
}

/**
 * Searches CloudTrail for changes of credentials' status and pause: one search for all that look, and not again within a
 * minute. It asks for what is new, and goes on with what is earlier where the last one was cut.
 */
export class PastSearches {
  readonly #turns: OneByOne;
  readonly #now: () => EpochSeconds;
  readonly #signal: AbortSignal;
  readonly #every: number;
  readonly #found = new Map<string, Found>();
  #bySecret: ReadonlyMap<string, readonly TagChange[]> = new Map();
  #from: EpochSeconds = epochSeconds(Number.POSITIVE_INFINITY);
  #searchedAt = Number.NEGATIVE_INFINITY;
  #search: Promise<void> = Promise.resolve();

  /**
   * @param turns of all searches: CloudTrail allows two calls a second, to the whole account
   * @param every milliseconds between two searches at least; CloudTrail itself lags by minutes
   */
  constructor(
    turns: OneByOne,
    now: () => EpochSeconds,
    signal: AbortSignal,
    every: number = searchEvery,
  ) {
    this.#every = every;
    this.#turns = turns;
    this.#now = now;
    this.#signal = signal;
  }

  /**
   * Searches, unless that was done within a minute.
   *
   * @param from how far back somebody looks
   * @returns the instant since which the changes are complete
   * @throws CliError
   */
  async search(from: number): Promise<EpochSeconds> {
    this.#from = epochSeconds(Math.min(this.#from, from));
    const at = performance.now();
    if (at - this.#searchedAt >= this.#every) {
      this.#searchedAt = at;
      this.#search = this.#turns.run(() => this.#searchAll());
    }
    await this.#search;
    return epochSeconds(Math.max(...[...this.#found.values()].map(({ since }) => since)));
  }

  /** The changes of a secret's tags that were found, in the order of their time. */
  of(secret: SecretIds): readonly TagChange[] {
    const changes = this.#bySecret.get(secret.name) ?? [];
    return changes.filter(({ secretId }) => names(secretId, secret));
  }

  async #searchAll(): Promise<void> {
    for (const eventName of taggingEvents) {
      this.#found.set(eventName, await this.#searchFor(eventName));
    }
    const all = [...this.#found.values()]
      .flatMap(({ changes }) => changes)
      .sort((one, other) => one.at - other.at);
    this.#bySecret = Map.groupBy(all, ({ secretId }) => nameOf(secretId));
  }

  async #searchFor(eventName: (typeof taggingEvents)[number]): Promise<Found> {
    const until = this.#now();
    const from = epochSeconds(Math.max(until - longestPast, Math.min(this.#from, until)));
    const search = async (begin: EpochSeconds, to: EpochSeconds): Promise<TagChanges> =>
      await tagChanges({ eventName, keys, from: begin, to, mostPages }, this.#signal);
    const before = this.#found.get(eventName);
    if (before === undefined) return { ...(await search(from, until)), until };
    const begin = epochSeconds(Math.max(from, before.until - lag));
    const newer = await search(begin, until);
    // There would be a hole before it.
    if (newer.since > begin) return { ...newer, until };
    const older = before.since > from ? await search(from, before.since) : undefined;
    const changes = [...(older?.changes ?? []), ...before.changes, ...newer.changes];
    return kept({ changes, since: older?.since ?? before.since, until }, until - longestPast);
  }
}

/** Without those that were found twice, and those that nobody looks for. */
function kept({ changes, since, until }: Found, from: number): Found {
  const unique = new Map(changes.map((change) => [change.id, change]));
  const all = [...unique.values()]
    .filter(({ at }) => at >= from)
    .sort((one, other) => one.at - other.at);
  const latest = all.slice(-mostKept);
  const cut = latest.length < all.length ? (latest[0]?.at ?? until) + 1 : from;
  return { changes: latest, since: epochSeconds(Math.max(since, cut)), until };
}

/** The name in an ARN. That of a token secret does not end like one. */
function nameOf(secretId: string): string {
  if (!secretId.startsWith('arn:')) return secretId;
  return secretId
    .split(':')
    .slice(6)
    .join(':')
    .replace(/-[^-]{6}$/, '');
}
