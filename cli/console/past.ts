import type { Past, PastFailure, Stretch } from '../../console/messages.ts';
import { tagKeys } from '../../core/contract.ts';
import type { EpochSeconds } from '../../core/instant.ts';
import { type FailureCode, formatFailureCode, okStatus, parseStatus } from '../../core/status.ts';
import { readSettings } from '../../core/token-tags.ts';
import type { TagChange } from '../aws/tag-changes.ts';
import { failureWords } from '../view/failure.ts';

/** The stretch of time to show, and what the credential's tags say now. */
export interface Sight {
  readonly from: number;
  readonly to: number;
  /** The changes are complete from here on. */
  readonly since: EpochSeconds;
  readonly now: EpochSeconds;
  /** The failure that still lasts. */
  readonly failure: FailureCode | undefined;
}

/** The failure or pause behind a tag's value: the same label means the same one. */
interface Meaning {
  readonly label: string;
  readonly failure?: FailureCode | undefined;
  /** When it began, if the value tells. */
  readonly since?: EpochSeconds | undefined;
}

interface Tag {
  readonly key: string;
  /** The value that ends what another value had begun. */
  readonly end: string;
  /** Undefined for a value that begins nothing. */
  readonly read: (value: string | undefined) => Meaning | undefined;
}

type Found = Stretch & Partial<Meaning>;

const status: Tag = {
  key: tagKeys.status,
  end: okStatus,
  read: (value) => {
    const failure = parseStatus({ [tagKeys.status]: value });
    return failure && { label: formatFailureCode(failure), failure, since: failure.since };
  },
};

const pause: Tag = {
  key: tagKeys.paused,
  end: 'false',
  read: (value) =>
    readSettings({ [tagKeys.paused]: value }).paused ? { label: 'paused' } : undefined,
};

// More than a picture can show, unless somebody changes the tag again and again.
const mostStretches = 100;

/**
 * The failures and pauses of a credential, from the changes of its token secret's tags. What lasts by the
 * tags of now is no part of them, but a pause, whose beginning only CloudTrail knows.
 *
 * @param changes in the order of their time
 * @returns undefined if CloudTrail does not show what was changed
 */
export function pastOf(changes: readonly TagChange[], sight: Sight): Past | undefined {
  if (changes.some(({ tags }) => tags === undefined)) return undefined;
  const standing = sight.failure && formatFailureCode(sight.failure);
  const ended = stretches(changes, status).filter(
    ({ label, to }) => to !== undefined || label !== standing,
  );
  const failures = inSight(ended, sight);
  const pauses = inSight(stretches(changes, pause), sight);
  return {
    since: Math.max(sight.since, failures.since, pauses.since),
    failures: failures.found.map((found) => failureOf(found)),
    pauses: pauses.found.map(({ from, to }) => ({ from, to })),
  };
}

function stretches(changes: readonly TagChange[], { key, end, read }: Tag): readonly Found[] {
  const found: Found[] = [];
  let open: Found | undefined;
  let last: EpochSeconds | undefined;
  for (const { at, tags = {} } of changes) {
    if (!Object.hasOwn(tags, key)) continue;
    const next = read(tags[key]);
    // Nobody ends what has not begun.
    if (last === undefined && tags[key] === end) found.push({ to: at });
    if (open === undefined || open.label !== next?.label) {
      if (open !== undefined) found.push({ ...open, to: at });
      // A failure may have begun before it was written, but not before what came before it has ended.
      const begun = open === undefined ? Math.max(next?.since ?? at, last ?? 0) : at;
      open = next && { ...next, from: Math.min(begun, at) };
    }
    last = at;
  }
  return open === undefined ? found : [...found, open];
}

function inSight(all: readonly Found[], { from, to, since, now }: Sight) {
  const seen = all.filter((one) => (one.from ?? since) <= to && (one.to ?? now) >= from);
  const found = seen.slice(-mostStretches);
  return { found, since: found.length < seen.length ? (found[0]?.from ?? since) : since };
}

function failureOf({ from, to, failure }: Found): PastFailure {
  if (failure === undefined) return { from, to, words: 'it failed' };
  return { from, to, code: formatFailureCode(failure), words: failureWords(failure) };
}
