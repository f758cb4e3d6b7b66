// P1 to P5: what the rotator promises, and the premises under which it does.
import { epochSeconds } from '../../core/instant.ts';
import type { CredentialOutcome } from '../../core/outcome.ts';
import { decodeVersionId } from '../../core/version-id.ts';
import { status } from '../../lambda/commands/status.ts';
import { type Memory, newMemory, startRun } from '../../lambda/steps/run.ts';
import { noConsole } from '../support/no-console.ts';
import {
  budgetWait,
  largestSkew,
  longestCache,
  longestLag,
  longestWait,
  usualLateness,
} from './bounds.ts';
import type { Credential, Forged } from './credential.ts';
import type { Invocation } from './invocation.ts';
import { leadOf } from './lead.ts';
import { ProbePort } from './probe-port.ts';
import type { Secret } from './secret.ts';
import { storedFields } from './stored-fields.ts';
import type { World } from './world.ts';

const day = 86_400;
const probeRate = 0.05;

const usualLifetime = 25 * 3_600;

export class Properties {
  readonly #world: World;
  /** By shard, its last whole tick since the last round of them all. */
  readonly #round = new Map<unknown, Invocation>();
  readonly #puts = new Map<Credential, number[]>();

  constructor(world: World) {
    this.#world = world;
  }

  /** AWSCURRENT of a secret has moved. */
  currentMoved(secret: Secret): void {
    const credential = this.#world.credentialOf(secret.arn);
    if (credential?.clientSecret === secret) {
      credential.console?.stored(secret.current?.value);
      credential.clientSecretMoved(this.#world.clock.now);
    }
    if (credential?.tokenSecret !== secret) return;
    const version = secret.current;
    const fields = storedFields(version?.value);
    const token = this.#world.ims.issued(fields?.access_token ?? '');
    credential.reign = undefined;
    if (version === undefined || token === undefined || credential.forged.has(version.id)) return;
    const replaced = credential.forged.get(secret.holder('AWSPREVIOUS')?.id ?? '');
    if (replaced !== undefined && replaced.lifetime > usualLifetime) {
      this.#world.counts.add('premises', 'P2: a version id claimed more than 25 hours');
    }
    const { expiresAt } = token;
    const { clock } = this.#world;
    // An opaque token that IMS repeats is as old as its first answer, of which the rotator knows nothing.
    const issuedAt = Math.max(token.issuedAt, fields?.issuedAt ?? 0);
    const reign = { startedAt: clock.now, expiresAt, lifetime: expiresAt - issuedAt };
    credential.reign = reign;
    if (expiresAt - longestCache <= clock.now) return;
    clock.at(expiresAt - longestCache, () => this.#neverExpired(credential, reign));
  }

  /** P1: consumers never hold an expired token, if there was time for a whole tick. */
  #neverExpired(credential: Credential, reign: NonNullable<Credential['reign']>): void {
    const { clock, settings, counts } = this.#world;
    const lead = leadOf(credential, reign.lifetime, settings.tick);
    const due = reign.expiresAt - lead + largestSkew;
    const from = Math.max(due, reign.startedAt, credential.settingsSetAt);
    const calm = credential.longestCalm(from, clock.now);
    const whole = settings.tick + usualLateness + settings.timeout + longestLag + budgetWait;
    const isExpired = credential.reign === reign;
    if (isExpired) counts.add('totals', 'tokens that consumers held beyond their expiry');
    if (calm < whole) return;
    counts.add('premises', 'P1: a whole tick fits between due and expiry');
    if (isExpired) {
      const text = `a token expires at its consumers, after ${Math.round(calm)} s without a fault`;
      this.#world.violate('P1', text, credential.plan.name);
    }
  }

  /** A tick can do nothing for a credential that is not healthy at its start and end. */
  started({ isTick }: Invocation): void {
    if (isTick) this.#notice();
  }

  #notice(): void {
    const { clock, credentials } = this.#world;
    for (const credential of credentials.values()) {
      if (credential.isHealthy) continue;
      if (credential.isWhole) credential.pause(clock.now, clock.now);
      else credential.disturb(clock.now, clock.now, credential.isAccepted ? 0 : longestWait);
    }
  }

  /** An invocation ended by itself. */
  ended(invocation: Invocation): void {
    const { startedAt, isTick, hasList, isDisturbed, hasOverlapped } = invocation;
    for (const name of invocation.requests.keys()) this.#budget(this.#world.credential(name));
    if (isTick) this.#notice();
    if (isDisturbed || hasOverlapped) return;
    if (isTick && hasList) {
      this.#whole(invocation);
      this.#stateless(invocation);
    }
    const [arn] = (invocation.event['resources'] as readonly string[] | undefined) ?? [];
    const changed = this.#world.credentialOf(arn ?? '');
    const isOwn = changed?.clientSecret.arn === arn;
    if (changed !== undefined && isOwn && changed.calmSince <= startedAt) {
      this.#repaired([invocation], changed, 'P2: an event for a stored credential');
    }
  }

  /**
   * A tick that nothing disturbed has looked at its shard. Which credentials a shard has is the
   * rotator's own choice, but together the shards have all.
   */
  #whole(tick: Invocation): void {
    const { shards } = this.#world.settings;
    const round = this.#round;
    round.set(tick.event['shard'], tick);
    if (round.size < shards) return;
    const ticks = [...round.values()];
    round.clear();
    const startedAt = Math.min(...ticks.map((each) => each.startedAt));
    const premise = shards > 1 ? 'P2: a whole tick of every shard' : 'P2: a whole tick';
    for (const credential of this.#world.credentials.values()) {
      const { calmSince, tokenSecret } = credential;
      // Nothing need be wrong with a list that does not show a new secret yet.
      if (Math.max(calmSince, tokenSecret.createdAt) > startedAt - longestLag) continue;
      this.#repaired(ticks, credential, premise);
    }
  }

  /** P2: runs that nothing disturbed leave a token that is good. */
  #repaired(runs: readonly Invocation[], credential: Credential, premise: string): void {
    const { plan, tokenSecret, isHealthy, forgedToken } = credential;
    const { clock } = this.#world;
    if (!isHealthy) return;
    const startedAt = Math.min(...runs.map((each) => each.startedAt));
    const asked = runs.some(({ requests }) => requests.has(plan.name));
    const ids = runs.map(({ id }) => `#${id}`).join(' and ');
    if (!asked && credential.requestedAt > startedAt - budgetWait) return;
    this.#world.counts.add('premises', premise);
    // The rotator counts whole seconds.
    const earliest = Math.min(
      ...runs.map((each) => Math.floor(each.startedAt + each.sandbox.skew)),
    );
    if (forgedToken !== undefined) {
      this.#seesThrough(credential, forgedToken, earliest, ids);
      return;
    }
    const fields = storedFields(tokenSecret.current?.value);
    if (fields === undefined) {
      this.#world.violate('P2', `${ids} left no token`, plan.name);
      return;
    }
    const { expiresAt, issuedAt } = fields;
    const lead = leadOf(credential, expiresAt - issuedAt, this.#world.settings.tick);
    if (expiresAt - lead < earliest) {
      this.#world.violate('P2', `${ids} left a token that is due`, plan.name);
    }
    const { current } = tokenSecret;
    const hasOwnId = decodeVersionId(current?.id ?? '', epochSeconds(clock.now)) !== undefined;
    // An id that Secrets Manager's rotation chose says nothing about the tags.
    const content = hasOwnId ? credential.content : credential.contentFor(fields);
    const isOld =
      fields.client_secret_version !== undefined && credential.mintedFrom(fields) !== content;
    if (isOld) {
      this.#world.violate('P2', `${ids} left the token of an old credential`, plan.name);
    }
  }

  /** A version id that somebody made up is believed for a day at most, and until its token is due. */
  #seesThrough(credential: Credential, forged: Forged, earliest: number, ids: string): void {
    const { expiresAt, lifetime, isPlausible } = forged;
    const isLong = lifetime > usualLifetime;
    const lead = leadOf(credential, lifetime, this.#world.settings.tick);
    if (!isLong && isPlausible && expiresAt - lead >= earliest) return;
    const text = `${ids} left a version that somebody made up, for ${lifetime} s`;
    this.#world.violate('P2', text, credential.plan.name);
  }

  /** P3: no more tokens in a day than the lifetime and what was done to the credential explain. */
  #budget(credential: Credential): void {
    const { clock, settings, counts } = this.#world;
    const puts = (this.#puts.get(credential) ?? []).filter((at) => at > clock.now - day);
    puts.push(clock.now);
    this.#puts.set(credential, puts);
    if (credential.hasBeenCalm(clock.now - 2 * day, clock.now)) {
      counts.add('premises', 'P3: two days without a disturbance');
      const { lifetime } = credential.atAdobe;
      const lead = leadOf(credential, lifetime, settings.tick) + lifetime / 12;
      const most = Math.ceil(day / Math.max(600, lifetime - lead - largestSkew)) + 1;
      if (puts.length <= most) return;
      const text = `${puts.length} runs asked IMS in a day, not ${most}`;
      this.#world.violate('P3', text, credential.plan.name);
    }
  }

  /** P5: a sandbox that remembers decides as a new one. */
  #stateless(invocation: Invocation): void {
    const { lambda, random, clock, counts } = this.#world;
    if (lambda.live.size > 0 || !random.chance(probeRate)) return;
    const { memory, skew } = invocation.sandbox;
    const task = clock.begin();
    const preview = async (): Promise<void> => {
      const [warm, cold] = [
        await this.#preview(memory, skew),
        await this.#preview(newMemory(), skew),
      ];
      counts.add('premises', 'P5: a sandbox that remembers beside a new one');
      for (const [name, decision] of warm) {
        const { recordLostAt } = this.#world.credential(name);
        const isRecorded = recordLostAt < clock.now - 1_800 - largestSkew;
        if (decision === cold.get(name) || !isRecorded) continue;
        const text = `${decision} with a memory, ${cold.get(name)} without`;
        this.#world.violate('P5', text, name);
      }
    };
    preview()
      .finally(() => clock.end(task))
      .catch((error: unknown) => {
        this.#world.violate('P5', `${error}`);
      });
  }

  async #preview(memory: Memory, skew: number): Promise<ReadonlyMap<string, string>> {
    const { config, clock } = this.#world;
    const unused = (): never => {
      throw new TypeError('a preview changes nothing');
    };
    const run = startRun(
      {
        config,
        now: () => epochSeconds(clock.now + skew),
        random: () => 0,
        sleep: () => Promise.resolve(),
        remaining: () => 500,
        digest: (text) => this.#world.lambda.digest(text),
        secrets: new ProbePort(this.#world.secretsManager, clock),
        consoleEndpoint: noConsole,
        tokenEndpoint: { request: unused, validate: unused },
        log: { info: unused, warn: unused, error: unused },
        metrics: { add: unused, alsoFor: unused, tell: unused },
        signal: new AbortController().signal,
      },
      memory,
    );
    const decisions = new Map<string, string>();
    await status(run, (outcome) => decisions.set(outcome.credential, toText(outcome)));
    return decisions;
  }
}

function toText({ reason, outcome, failing, error }: CredentialOutcome): string {
  return [reason, outcome, failing, error?.code].join(' ');
}
