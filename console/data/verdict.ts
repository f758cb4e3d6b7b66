import { formatDuration } from '../../cli/view/durations.ts';
import type { Fleet, FleetRow } from '../messages.ts';
import { commandOf } from './command.ts';
import type { FleetState } from './fleet-state.ts';
import { needsAction } from './states.ts';

/** What is wrong with the fleet, in one sentence, and its parts. */
export interface Verdict {
  readonly tone: 'bad' | 'good' | 'unknown';
  readonly sentence: string;
  /** The same without durations, which change by themselves. */
  readonly announcement: string;
  /** What to do, where there is no cause of its own. */
  readonly fix?: string | undefined;
  /** The most urgent first. */
  readonly causes: readonly Cause[];
}

/** Credentials that fail alike, the one with the least time first. */
export interface Cause {
  readonly words: string;
  /** For the first of them. */
  readonly fix: string;
  readonly rows: readonly FleetRow[];
  readonly since?: number | undefined;
}

export function judgeFleet({ fleet, rows, trouble }: FleetState, now: number): Verdict {
  if (fleet === undefined) {
    if (trouble === undefined) return unknown('Reading the list of credentials …');
    const { message, fix } = trouble.why;
    return unknown(`The fleet is unknown: ${message}.`, fix);
  }
  if (rows.size === 0) {
    const text = `${fleet.rotator} has no credentials yet.`;
    return unknown(text, commandOf('onboard NAME FILE', fleet));
  }
  const failing = [...rows.values()].filter(needsAction);
  return failing.length === 0
    ? fine([...rows.values()], now)
    : wrong(failing, fleet, rows.size, now);
}

function unknown(sentence: string, fix?: string): Verdict {
  return { tone: 'unknown', sentence, announcement: sentence, fix, causes: [] };
}

function fine(rows: readonly FleetRow[], now: number): Verdict {
  const listed = rows.filter(({ state }) => state === 'fresh' || state === 'due');
  // Since the list, a token may have ended or been replaced.
  const fresh = listed.filter(({ token }) => token !== undefined && token.expiresAt > now);
  const none = listed.filter(({ token }) => token === undefined).length;
  const over = listed.length - fresh.length - none;
  const [first] = ordered(rows.filter(({ paused }) => !paused));
  const valid = validText(fresh.length, rows.length);
  const others = (['paused', 'empty', 'foreign'] as const).flatMap((state) => {
    const those = ordered(rows.filter((row) => row.state === state));
    const count = those.length;
    const end = state === 'paused' ? those[0]?.token?.expiresAt : undefined;
    // Nothing renews these, and no failure is shown for them.
    const left = end === undefined ? '' : ` (${endText(end, now, count)})`;
    return count === 0 ? [] : [`${count} ${otherStates[state](count)}${left}`];
  });
  const ended = over === 0 ? [] : [`${over} had one until ${plural(over, 'it', 'they')} expired`];
  const waiting = none === 0 ? [] : [`${none} ${plural(none, 'has', 'have')} no token yet`];
  const what = [valid, ...ended, ...waiting, ...others].join(', ');
  const hasForeign = rows.some(({ state }) => state === 'foreign');
  const nothing = hasForeign || over > 0 ? 'Nothing is known to fail' : 'Nothing fails';
  const left = first?.token === undefined ? '' : endText(first.token.expiresAt, now, rows.length);
  const isUncertain = over > 0 || (fresh.length === 0 && (hasForeign || none > 0));
  return {
    tone: isUncertain ? 'unknown' : 'good',
    sentence: `${nothing}: ${what}${left === '' ? '' : `; ${left}`}.`,
    announcement: `${nothing}.`,
    causes: [],
  };
}

function validText(valid: number, all: number): string {
  if (all === 1 && valid === 1) return 'the only credential has a valid token';
  if (valid === all) return `all ${all} credentials have valid tokens`;
  const credentials = plural(all, 'credential', 'credentials');
  return `${valid} of ${all} ${credentials} ${plural(valid, 'has a valid token', 'have valid tokens')}`;
}

const otherStates = {
  paused: (count: number) => (count === 1 ? 'is paused' : 'are paused'),
  empty: (count: number) => (count === 1 ? 'has no value yet' : 'have no value yet'),
  foreign: (count: number) =>
    count === 1 ? 'has a token of unknown expiry' : 'have tokens of unknown expiry',
};

function wrong(failing: readonly FleetRow[], fleet: Fleet, total: number, now: number): Verdict {
  const causes = causesOf(failing, fleet);
  const counted = total === 1 ? 'The only credential' : `${failing.length} of ${total} credentials`;
  const verb = plural(failing.length, 'fails', 'fail');
  const isOne = causes.length === 1;
  const why = isOne ? `: ${causes[0]?.words}` : ` for ${causes.length} reasons`;
  const since = earliest(failing.map(({ failure }) => failure?.since));
  const lasts =
    since === undefined ? '' : `, ${isOne ? '' : 'the longest '}for ${formatDuration(now - since)}`;
  const announcement = `${counted} ${verb}${why}`;
  return {
    tone: 'bad',
    sentence: `${announcement}${lasts}; ${lifeText(ordered(failing), now)}.`,
    announcement: `${announcement}.`,
    causes,
  };
}

/** Those with the least time first. */
function causesOf(failing: readonly FleetRow[], fleet: Fleet): readonly Cause[] {
  return [...Map.groupBy(ordered(failing), causeOf)].map(([words, rows]) => ({
    words,
    fix: rows[0] === undefined ? '' : fixOf(rows[0], fleet),
    rows,
    since: earliest(rows.map(({ failure }) => failure?.since)),
  }));
}

export function causeOf({ failure, state, paused }: FleetRow): string {
  if (failure !== undefined) return failure.words;
  if (paused) return 'the token of a paused credential has expired';
  return state === 'expired' ? 'nothing has renewed the token' : 'nothing renews the token';
}

/** Without a failure, nothing has tried: the rotator itself is the suspect. */
export function fixOf({ failure, paused, name }: FleetRow, fleet: Fleet | undefined): string {
  if (failure !== undefined) return failure.fix;
  if (paused) {
    return `find out first who paused it, and why; then: ${commandOf(`resume ${name}`, fleet)}`;
  }
  return `check the rotator: ${commandOf('doctor', fleet)}`;
}

function lifeText(urgent: readonly FleetRow[], now: number): string {
  const ends = urgent.flatMap(({ token }) => (token === undefined ? [] : [token.expiresAt]));
  const ended = ends.filter((end) => end <= now);
  const none = urgent.length - ends.length;
  const without = none === 0 ? [] : [`${none} ${plural(none, 'has', 'have')} no token`];
  if (ended.length > 0) {
    const ago = formatDuration(now - (ended[0] ?? now));
    const text =
      ended.length === 1
        ? `1 token expired ${ago} ago`
        : `${ended.length} tokens have expired, the first ${ago} ago`;
    return [text, ...without].join(', ');
  }
  const [first] = ends;
  return [...without, ...(first === undefined ? [] : [endText(first, now, ends.length)])].join(
    ', ',
  );
}

function endText(end: number, now: number, count: number): string {
  const token = count === 1 ? 'the token' : 'the first token';
  return end <= now
    ? `${token} expired ${formatDuration(now - end)} ago`
    : `${token} expires in ${formatDuration(end - now)}`;
}

function ordered(rows: readonly FleetRow[]): readonly FleetRow[] {
  const end = ({ token }: FleetRow): number => token?.expiresAt ?? Number.MAX_SAFE_INTEGER;
  return [...rows].sort((a, b) => end(a) - end(b));
}

function earliest(instants: readonly (number | undefined)[]): number | undefined {
  const known = instants.filter((instant) => instant !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function plural(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}
