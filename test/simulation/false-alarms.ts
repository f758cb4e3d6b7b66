// Ticks must not raise alarms while all is well.
import { openSince, readRotationState } from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
import { okStatus } from '../../core/status.ts';
import { largestSkew, longestLag, usualLateness } from './bounds.ts';
import type { Credential } from './credential.ts';
import type { Invocation } from './invocation.ts';
import type { World } from './world.ts';

/** Percent of a token's life by which two ways to compute it may differ. */
const tolerance = 1;
const day = 86_400;

/** A tick that nothing disturbed has ended. */
export function checkFalseAlarms(world: World, invocation: Invocation, error: unknown): void {
  const { settings, credentials } = world;
  const { id, startedAt, metrics, stored } = invocation;
  const seenAt = startedAt - longestLag;
  // The first tick after a fault may still report it, and the next one clears it.
  const calmSince = seenAt - 2 * (settings.tick + usualLateness) - largestSkew;
  const all = [...credentials.values()];
  const calm = all.filter((each) => isQuiet(each, calmSince));
  if (calm.length > 0) world.counts.add('premises', 'P6: a tick looks at a calm credential');
  checkStatuses(world, invocation, calm);
  checkRotations(world, invocation, new Set(calm));
  const others = all.length - calm.length;
  const failing = metrics.get('Failing') ?? 0;
  if (failing > others) {
    world.violate('P6', `#${id} tells of ${failing} failing, and only ${others} may be`);
  }
  if (others > 0) return;
  world.counts.add('premises', 'P6: a tick in a world where all is calm');
  if (error !== undefined) world.violate('P6', `#${id} failed, and nothing does`);
  // The tick has measured the tokens that it replaced.
  if (stored.size > 0) return;
  checkLife(world, invocation, all);
}

function isQuiet(credential: Credential, since: number): boolean {
  const { isHealthy, reign, forgedToken, leakSince } = credential;
  return (
    isHealthy &&
    forgedToken === undefined &&
    leakSince === undefined &&
    reign !== undefined &&
    Math.max(credential.calmSince, credential.settingsSetAt, credential.troubledUntil) <= since &&
    reign.startedAt <= since
  );
}

/** A status outlives no failure. */
function checkStatuses(world: World, { id }: Invocation, calm: readonly Credential[]): void {
  for (const { tokenSecret, plan } of calm) {
    const status = tokenSecret.tags.get(tagKeys.status) ?? okStatus;
    if (status === okStatus) continue;
    world.violate('P6', `#${id} leaves the status ${status}, and nothing fails`, plan.name);
  }
}

function checkRotations(
  world: World,
  { id, metrics }: Invocation,
  calm: ReadonlySet<Credential>,
): void {
  const from = world.clock.now + largestSkew - day;
  const late = [...world.credentials.values()].filter(
    (each) => !calm.has(each) || mayBeLate(each, from),
  );
  const told = metrics.get('ClientSecretRotationOverdue') ?? 0;
  if (told <= late.length) return;
  const text = `#${id} tells of ${told} rotations that are late, and only ${late.length} may be`;
  world.violate('P6', text);
}

/** Its rotation was due, or has begun, before that time, or there is no telling. */
function mayBeLate({ console, clientSecret }: Credential, from: number): boolean {
  if (console === undefined) return false;
  const state = readRotationState(Object.fromEntries(clientSecret.tags));
  return Math.min(clientSecret.nextRotationAt ?? from, openSince(state)) <= from;
}

function checkLife(
  world: World,
  { id, metrics, sandbox }: Invocation,
  all: readonly Credential[],
): void {
  const now = world.clock.now + sandbox.skew;
  const ends = all.flatMap(({ reign }) => reign ?? []);
  const left = Math.min(...ends.map(({ expiresAt }) => expiresAt - now - largestSkew));
  const percent = Math.min(
    ...ends.map(({ expiresAt, lifetime }) => (100 * (expiresAt - now - largestSkew)) / lifetime),
  );
  const checks = [
    ['MinLifeLeft', percent - tolerance],
    ['MinSecondsToExpiry', left],
  ] as const;
  for (const [metric, least] of checks) {
    const told = metrics.get(metric);
    if (told === undefined || told >= least) continue;
    world.violate(
      'P6',
      `#${id}: ${metric} is ${told.toFixed(1)}, not ${least.toFixed(1)} at least`,
    );
  }
}
