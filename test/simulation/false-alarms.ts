// Ticks must not raise alarms while all is well.
import { largestSkew, longestLag, usualLateness } from './bounds.ts';
import type { Credential } from './credential.ts';
import type { Invocation } from './invocation.ts';
import type { World } from './world.ts';

/** Percent of a token's life by which two ways to compute it may differ. */
const tolerance = 1;

/** A tick that nothing disturbed has ended. */
export function checkFalseAlarms(world: World, invocation: Invocation, error: unknown): void {
  const { settings, credentials } = world;
  const { id, startedAt, metrics, stored } = invocation;
  const seenAt = startedAt - longestLag;
  // The first tick after a fault may still report it, and the next one clears it.
  const calmSince = seenAt - 2 * (settings.tick + usualLateness) - largestSkew;
  const all = [...credentials.values()];
  if (!all.every((each) => isQuiet(each, calmSince))) return;
  const failing = metrics.get('Failing') ?? 0;
  if (failing > 0) world.violate('P6', `#${id} tells of ${failing} failing, and none is`);
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
