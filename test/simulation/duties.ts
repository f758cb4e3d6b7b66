// What a run owes to those who look after it: the truth in its metrics and errors, few calls, no loose ends.
import { closingSeconds, renewalSeconds } from '../../lambda/steps/budget.ts';
import { largestSkew, longestLag, usualLateness } from './bounds.ts';
import type { Credential } from './credential.ts';
import { checkFalseAlarms } from './false-alarms.ts';
import type { Invocation } from './invocation.ts';
import { leadOf } from './lead.ts';
import { storedFields } from './stored-fields.ts';
import type { World } from './world.ts';

/** Seconds after a token was stored in which its expiry is no reason to store another. */
const recently = 600;
const day = 86_400;

export class Duties {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Before anything is excused because of what this very run has met. */
  ended(invocation: Invocation, error: unknown): void {
    const { isTick, hasList, isDisturbed, hasOverlapped, news, event } = invocation;
    for (const name of news) {
      if (error === undefined && event['Step'] === undefined) {
        this.#violate('P6', `a new failure did not fail #${invocation.id}`, name);
      }
    }
    if (isDisturbed || hasOverlapped) return;
    for (const name of invocation.stored) this.#leavesNothingPending(invocation, name);
    if (event['Step'] === 'finishSecret') this.#finishes(invocation);
    if (!isTick || !hasList || this.#world.settings.shards > 1) return;
    this.#tells(invocation);
    checkFalseAlarms(this.#world, invocation, error);
    for (const credential of this.#world.credentials.values()) this.#spares(invocation, credential);
  }

  /** RotateSecret would be refused for as long as AWSPENDING is on a version that was overtaken. */
  #leavesNothingPending({ id, seen, struck }: Invocation, name: string): void {
    const { tokenSecret } = this.#world.credential(name);
    const pending = tokenSecret.holder('AWSPENDING');
    const before = seen.get(name);
    if (pending === undefined || pending.labels.has('AWSCURRENT') || struck.has(name)) return;
    if (pending.id !== before?.pendingId || before.versionId === tokenSecret.current?.id) return;
    this.#violate('invariant 2', `#${id} left a rotation pending that it has overtaken`, name);
  }

  /** A pending token that is good becomes the current one. */
  #finishes({ id, event, struck, startedAt, deadline }: Invocation): void {
    const credential = this.#world.credentialOf(String(event['SecretId']));
    if (credential === undefined || struck.has(credential.plan.name)) return;
    // Its time-out was cut, and a run that has no time for a renewal begins none of its work.
    if (deadline - startedAt < this.#world.settings.timeout) return;
    const { tokenSecret, isPaused, plan, forgedToken } = credential;
    const pending = tokenSecret.holder('AWSPENDING');
    const isWhole = tokenSecret.arn === event['SecretId'] && !tokenSecret.isDeleted;
    if (!isWhole || tokenSecret.isLocked || isPaused || forgedToken !== undefined) return;
    if (pending === undefined || pending.id !== event['ClientRequestToken']) return;
    const [token, current] = [pending, tokenSecret.current].map((one) => storedFields(one?.value));
    if (token === undefined || current === undefined || pending.labels.has('AWSCURRENT')) return;
    const isBetter = token.expiresAt > current.expiresAt + 1;
    if (!isBetter || token.expiresAt < this.#world.clock.now + largestSkew) return;
    this.#violate('P2', `#${id} did not finish a rotation`, plan.name);
  }

  /** The alarms see what is so, as far as the list could show it. */
  #tells(invocation: Invocation): void {
    const { id, startedAt, deadline, deferred, metrics } = invocation;
    const { clock, credentials } = this.#world;
    const seenAt = startedAt - longestLag;
    const failed = new Set(this.#seenToFail(invocation));
    for (const credential of credentials.values()) {
      const { plan, reign, tokenSecret, clientSecret, isPaused } = credential;
      const isMissing = tokenSecret.isMissingSince(seenAt) && clientSecret.isListedSince(seenAt);
      if (isMissing) failed.add(plan.name);
      // Since then, every list has shown its note.
      const { leakSince = startedAt } = credential;
      const isForgotten = leakSince < seenAt - day - largestSkew;
      if (isForgotten && clientSecret.isListedSince(seenAt)) failed.add(plan.name);
      if (reign === undefined || tokenSecret.isDeleted) continue;
      if (Math.max(reign.startedAt, credential.pauseChangedAt) > seenAt) continue;
      // Of a token that lives for minutes, another one is not asked for at once.
      const isRecent = reign.startedAt > startedAt - recently - largestSkew;
      if (!isPaused && reign.expiresAt < seenAt - largestSkew && !isRecent) failed.add(plan.name);
      const calmSince = isPaused ? credential.calmBesidesPauses : credential.calmSince;
      if (calmSince <= seenAt) this.#tellsOfLife(invocation, credential, reign);
    }
    // Work is also left when its host is broken, and that is a failure.
    const needed = deferred === 0 ? 0 : renewalSeconds(this.#world.config);
    const hadTime = deadline - closingSeconds - clock.now > needed;
    const failing = metrics.get('Failing') ?? 0;
    if (hadTime && failing < failed.size) {
      this.#violate('P6', `#${id} tells of ${failing} failing, not of ${failed.size}`);
    }
  }

  /** What was due, so that IMS was asked, and got no token. */
  *#seenToFail({ requests, stored, issued }: Invocation): Generator<string> {
    for (const name of requests.keys()) {
      const { reign, atAdobe } = this.#world.credential(name);
      const end = issued.get(atAdobe.clientId) ?? Number.POSITIVE_INFINITY;
      // That the stored token outlives a new one is no failure.
      const isOutlived = reign !== undefined && end <= reign.expiresAt + largestSkew;
      if (stored.has(name) || isOutlived) continue;
      this.#world.counts.add('premises', 'P6: a tick sees a renewal fail');
      yield name;
    }
  }

  /** How much of its life is left, in the metric that the alarm looks at. */
  #tellsOfLife(
    { id, metrics, sandbox }: Invocation,
    { plan, isPaused }: Credential,
    { expiresAt, lifetime }: NonNullable<Credential['reign']>,
  ): void {
    const left = expiresAt - this.#world.clock.now - sandbox.skew + largestSkew;
    const whose = isPaused ? 'a paused token has left' : 'is left';
    this.#world.counts.add('premises', `P6: a tick tells how much life ${whose}`);
    // By how much a token has ended makes no difference to an alarm.
    const percent = Math.max(0, (100 * left) / lifetime);
    const checks = isPaused
      ? ([['MinPausedLifeLeft', percent]] as const)
      : ([
          ['MinLifeLeft', percent],
          ['MinSecondsToExpiry', left],
        ] as const);
    for (const [metric, most] of checks) {
      const told = metrics.get(metric);
      if (told !== undefined && told <= most) continue;
      this.#violate(
        'P6',
        `#${id}: ${metric} is ${told}, not ${most.toFixed(1)} at most`,
        plan.name,
      );
    }
  }

  /** The list shows all that is to be known of a fresh token. */
  #spares({ id, startedAt, reads }: Invocation, credential: Credential): void {
    const { settings } = this.#world;
    const { reign, plan, calmSince, settingsSetAt, clientSecret, tokenSecret } = credential;
    if (reign === undefined || plan.isImported || !credential.isHealthy) return;
    if (calmSince > startedAt - 3 * settings.tick - longestLag - usualLateness) return;
    const changedAt = Math.max(settingsSetAt, clientSecret.current?.at ?? startedAt);
    // AWSCURRENT may have moved back to a version that was stored before.
    const storedAt = Math.min(reign.startedAt, tokenSecret.current?.at ?? reign.startedAt);
    if (changedAt > storedAt - largestSkew) return;
    const lead = leadOf(credential, reign.lifetime, settings.tick) + reign.lifetime / 12;
    if (reign.expiresAt - lead < startedAt + settings.timeout + largestSkew) return;
    if (reign.startedAt > startedAt - recently - largestSkew) return;
    const { client_secret_version: version } = storedFields(tokenSecret.current?.value) ?? {};
    if (version !== clientSecret.current?.id || !hasOwnId(tokenSecret.current?.id)) return;
    const count = reads.get(plan.name) ?? 0;
    if (count > 0) this.#violate('P3', `#${id} reads a fresh token ${count} times`, plan.name);
  }

  #violate(rule: string, text: string, name?: string): void {
    this.#world.violate(rule, text, name);
  }
}

/** Version 8, which is the rotator's own. */
function hasOwnId(id = ''): boolean {
  return id[14] === '8';
}
