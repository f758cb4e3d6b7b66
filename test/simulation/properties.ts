// P1 to P5: what the rotator promises, and the premises under which it does.
import { epochSeconds, parseInstant } from '../../core/instant.ts';
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
import { type Credential, storedFields } from './credential.ts';
import { leadOf } from './invariants.ts';
import type { Invocation } from './invocation.ts';
import { ProbePort } from './probe-port.ts';
import type { Secret } from './secret.ts';
import type { World } from './world.ts';

const day = 86_400;
const probeRate = 0.02;

export class Properties {
  readonly #world: World;
  readonly #puts = new Map<Credential, number[]>();

  constructor(world: World) {
    this.#world = world;
  }

  /** AWSCURRENT of a secret has moved. */
  currentMoved(secret: Secret): void {
    const credential = this.#world.credentialOf(secret.arn);
    if (credential?.clientSecret === secret) credential.clientSecretMoved(this.#world.clock.now);
    if (credential?.tokenSecret !== secret) return;
    const version = secret.current;
    if (version?.id !== credential.forgedId) credential.forgedId = undefined;
    const token = this.#world.ims.issued(storedFields(version?.value)?.access_token ?? '');
    credential.reign = undefined;
    if (version === undefined || token === undefined) return;
    const { expiresAt, issuedAt } = token;
    const { clock } = this.#world;
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
    const calm = credential.longestCalm(Math.max(due, reign.startedAt), clock.now);
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
      if (!credential.isHealthy) {
        credential.disturb(clock.now, clock.now, credential.isAccepted ? 0 : longestWait);
      }
    }
  }

  /** An invocation ended by itself. */
  ended(invocation: Invocation): void {
    const { startedAt, isTick, hasList, isDisturbed, hasOverlapped } = invocation;
    for (const name of invocation.requests.keys()) this.#budget(this.#world.credential(name));
    if (isTick) this.#notice();
    if (isDisturbed || hasOverlapped) return;
    if (isTick && hasList) {
      for (const credential of this.#inShard(invocation)) {
        if (credential.calmSince <= startedAt - longestLag) {
          this.#repaired(invocation, credential, 'P2: a whole tick');
        }
      }
      this.#stateless(invocation);
    }
    const [arn] = (invocation.event['resources'] as readonly string[] | undefined) ?? [];
    const changed = this.#world.credentialOf(arn ?? '');
    if (changed !== undefined && changed.calmSince <= startedAt) {
      this.#repaired(invocation, changed, 'P2: an event for a stored credential');
    }
  }

  #inShard({ event }: Invocation): Iterable<Credential> {
    // Which credentials a shard has is the rotator's own choice, so a shard proves nothing here.
    return event['shard'] === undefined ? this.#world.credentials.values() : [];
  }

  /** P2: a run that nothing disturbed leaves a token that is good. */
  #repaired(invocation: Invocation, credential: Credential, premise: string): void {
    const { plan, tokenSecret, isHealthy, forgedId } = credential;
    const { startedAt, sandbox } = invocation;
    const { clock } = this.#world;
    if (!isHealthy || forgedId !== undefined) return;
    const asked = invocation.requests.has(plan.name);
    if (!asked && credential.requestedAt > startedAt - budgetWait) return;
    this.#world.counts.add('premises', premise);
    const fields = storedFields(tokenSecret.current?.value);
    if (fields === undefined) {
      this.#world.violate('P2', `#${invocation.id} left no token`, plan.name);
      return;
    }
    const [expiresAt = 0, issuedAt = 0] = [fields.expires_at, fields.issued_at].map(
      (instant) => parseInstant(instant) ?? 0,
    );
    const lead = leadOf(credential, expiresAt - issuedAt, this.#world.settings.tick);
    // The rotator counts whole seconds.
    if (expiresAt - lead < Math.floor(startedAt + sandbox.skew)) {
      this.#world.violate('P2', `#${invocation.id} left a token that is due`, plan.name);
    }
    const { current } = tokenSecret;
    const hasOwnId = decodeVersionId(current?.id ?? '', epochSeconds(clock.now)) !== undefined;
    // An id that Secrets Manager's rotation chose says nothing about the tags.
    const content = hasOwnId ? credential.content : credential.contentFor(fields);
    const isOld =
      fields.client_secret_version !== undefined && credential.mintedFrom(fields) !== content;
    if (isOld) {
      this.#world.violate('P2', `#${invocation.id} left the token of an old credential`, plan.name);
    }
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
        const isRecorded = recordLostAt < clock.now - day / 12;
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
