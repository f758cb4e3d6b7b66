// In: a seed. Out: all that happens in its world, apart from the faults of single calls.
import { closingSeconds, tickSeconds } from '../../lambda/steps/budget.ts';
import {
  consoleDeeds,
  consoleStormKinds,
  type DeedKind,
  deeds,
  retiredDeeds,
  type StormKind,
  stormKinds,
  targets,
} from './faults.ts';
import { consoleDeedPause, deedPause, habitOf } from './habits.ts';
import { Random } from './random.ts';

export interface CredentialPlan {
  readonly name: string;
  readonly host: string;
  readonly lifetime: number;
  readonly isOpaque: boolean;
  /** Its client secret is outside the prefix. */
  readonly isImported: boolean;
  /** Its scopes are in a tag, not in the client secret. */
  readonly hasScopesTag: boolean;
  readonly hasReader: boolean;
  /** Seconds from one rotation of its client secret to the next, if it is rotated. */
  readonly rotatesEvery?: number | undefined;
}

export interface Settings {
  readonly seed: number;
  readonly days: number;
  readonly tick: number;
  /** Seconds that an invocation may take. */
  readonly timeout: number;
  readonly shards: number;
  readonly validate: boolean;
  readonly concurrency: number;
  readonly pageSize: number;
  readonly putTakesPending: boolean;
  /** The share of lists that lag, of pages that are odd, and of invocations in a new sandbox. */
  readonly rates: { readonly lag: number; readonly oddPage: number; readonly cold: number };
  readonly imsSkew: number;
}

/** A share of what a fault can strike is struck for a while. */
export interface Storm {
  readonly at: number;
  readonly lasts: number;
  readonly kind: StormKind;
  readonly rate: number;
  /** The IMS host, if it is one. */
  readonly host?: string | undefined;
}

/** Something that a person or a program does to a credential, and undoes after a while. */
export interface Deed {
  readonly at: number;
  readonly lasts: number;
  readonly kind: DeedKind;
  readonly credential: string;
  /** From 0 to 1: whatever else there is to choose. */
  readonly choice: number;
}

export interface Plan {
  readonly settings: Settings;
  readonly credentials: readonly CredentialPlan[];
  readonly storms: readonly Storm[];
  readonly deeds: readonly Deed[];
}

/** 2026-11-22T12:00:00Z. */
export const start = 1_795_348_800;

const day = 86_400;
const hour = 3_600;
const hosts = ['ims-na1', 'ims-na1-stg1', 'ims-eu1'].map((name) => `${name}.adobelogin.com`);

export function planOf(seed: number, days: number, credentials: number): Plan {
  const random = new Random(`seed ${seed}`);
  const settings = settingsOf(random.fork('settings'), seed, days);
  const console = random.fork('console');
  const fleet = rotating(
    console.fork('credentials'),
    fleetOf(random.fork('credentials'), credentials),
  );
  const storms = stormsOf(random.fork('storms'), days, stormKinds);
  const done = deedsOf(random.fork('deeds'), days, fleet);
  const rotated = fleet.filter(({ rotatesEvery }) => rotatesEvery !== undefined);
  if (rotated.length === 0) return { settings, credentials: fleet, storms, deeds: done };
  // Of their own, so that all the rest of a seed stays as it is.
  const more = stormsOf(console.fork('storms'), days, consoleStormKinds);
  const own = deedsOf(console.fork('deeds'), days, rotated, consoleDeeds, consoleDeedPause);
  const later = deedsOf(console.fork('retired'), days, rotated, retiredDeeds, consoleDeedPause);
  return {
    settings,
    credentials: fleet,
    storms: [...storms, ...more].toSorted((one, other) => one.at - other.at),
    deeds: [...done, ...own, ...later].toSorted((one, other) => one.at - other.at),
  };
}

/** In some worlds none is rotated, in others a few or nearly all. */
function rotating(random: Random, fleet: readonly CredentialPlan[]): readonly CredentialPlan[] {
  const share = random.pick([0, 0, 0.2, 0.9]);
  return fleet.map((plan) => {
    const rotates = random.chance(share);
    const rotatesEvery = random.pick([2, 3, 4, 7]) * day;
    return rotates && !plan.isImported ? { ...plan, rotatesEvery } : plan;
  });
}

function settingsOf(random: Random, seed: number, days: number): Settings {
  // Most of the time goes into ticks, so that those far apart are worth more years.
  const tick = random.chance(0.4) ? 900 : random.pick([600, 1_800, 1_800, 3_600, 3_600, 3_600]);
  const validate = random.chance(0.3);
  // Where a run has time for one renewal and for little more, some wait for the next.
  const isTight = random.chance(0.2);
  const least = tickSeconds({ validate }) + closingSeconds;
  return {
    seed,
    days,
    tick,
    timeout: isTight ? least + random.pick([2, 5, 30]) : random.pick([300, 599]),
    shards: random.chance(0.2) ? random.whole(2, 3) : 1,
    validate,
    concurrency: random.pick(isTight ? [1, 1, 4] : [1, 4, 8, 20]),
    pageSize: random.pick([5, 20, 100]),
    putTakesPending: random.chance(0.5),
    rates: {
      lag: random.pick([0, 0.1, 0.9]),
      oddPage: random.pick([0, 0.02, 0.2]),
      cold: random.pick([0.02, 0.3, 1]),
    },
    imsSkew: random.between(-120, 120),
  };
}

function fleetOf(random: Random, count: number): readonly CredentialPlan[] {
  return Array.from({ length: count }, (_, index) => ({
    // Shards tell names apart by the character after the stem `c`.
    name: `c${(index % 36).toString(36)}${index}`,
    host: random.pick(hosts),
    // Short-lived tokens are renewed thirty times as often, and so take most of the time.
    lifetime: random.chance(0.97) ? day - 1 : random.pick([hour - 1, 1_800, 4 * hour]),
    isOpaque: random.chance(0.85),
    isImported: random.chance(0.15),
    hasScopesTag: random.chance(0.4),
    hasReader: random.chance(0.2),
  }));
}

/** Storms of each kind, as often as the seed says: some kinds hardly ever, others every few days. */
function stormsOf(random: Random, days: number, kinds: readonly StormKind[]): readonly Storm[] {
  const found: Storm[] = [];
  for (const kind of kinds) {
    const target = targets[kind];
    const { every, longest, rates } = habitOf(target);
    const needsHost = target === 'ims' || target === 'validate';
    const [pause, most, rate] = [
      random.magnitude(...every) * day,
      random.magnitude(...longest),
      random.pick(rates),
    ];
    for (const at of instants(random, days, pause)) {
      const host = needsHost && random.chance(0.8) ? random.pick(hosts) : undefined;
      found.push({ at, lasts: random.magnitude(longest[0] / 6, most), kind, rate, host });
    }
  }
  return found.toSorted((one, other) => one.at - other.at);
}

function deedsOf(
  random: Random,
  days: number,
  fleet: readonly CredentialPlan[],
  kinds: readonly DeedKind[] = deeds,
  pause: readonly [number, number] = deedPause,
): readonly Deed[] {
  const found: Deed[] = [];
  for (const kind of kinds) {
    const every = random.magnitude(...pause) * day;
    for (const { name } of fleet) {
      const longest = random.magnitude(600, 2 * day);
      for (const at of instants(random, days, every)) {
        const lasts = random.magnitude(60, longest);
        found.push({ at, lasts, kind, credential: name, choice: random.next() });
      }
    }
  }
  return found.toSorted((one, other) => one.at - other.at);
}

function instants(random: Random, days: number, every: number): readonly number[] {
  const found: number[] = [];
  let at = start;
  for (;;) {
    at += -Math.log(1 - random.next()) * every;
    if (at >= start + days * day) return found;
    found.push(at);
  }
}
