// Invariant 9: how often runs ask IMS, as far as they can know of the requests before.
import { tagKeys } from '../../core/contract.ts';
import { epochSeconds, parseInstant } from '../../core/instant.ts';
import { decodeVersionId } from '../../core/version-id.ts';
import { largestSkew } from './bounds.ts';
import type { Credential } from './credential.ts';
import type { Invocation, Sandbox } from './invocation.ts';
import { leadOf } from './lead.ts';
import type { World } from './world.ts';

interface Asked {
  readonly at: number;
  /** Whoever asked remembers it, whatever becomes of the tag. */
  readonly sandbox: Sandbox;
  /** The tag tells every other sandbox. */
  isRecorded: boolean;
}

const interval = 600;
/** Seconds after which no request counts any more, whatever the clocks. */
const longestMemory = 3_600;
/** Seconds by which a request without a recorded one near it may be from its token. */
const sameRequest = 300;
/** Seconds that a request may take from its decision, and its record. */
const slack = 5;

export class RequestRules {
  readonly #world: World;
  /** Newest first. */
  readonly #asked = new Map<Credential, readonly Asked[]>();

  constructor(world: World) {
    this.#world = world;
  }

  /** A run asks IMS. */
  asked(invocation: Invocation, credential: Credential): void {
    const { now } = this.#world.clock;
    const { sandbox, hasOverlapped } = invocation;
    this.#world.counts.add('premises', 'invariant 9: a run asks IMS');
    const all = this.#recent(credential);
    const known = all.filter(
      (one) => one.sandbox === sandbox || (one.isRecorded && !hasOverlapped),
    );
    this.#isInBudget(
      credential,
      known.map(({ at }) => at),
    );
    this.#isInBudgetOfIds(invocation, credential, known);
    this.#leavesOne(invocation, credential, known);
    this.#asked.set(credential, [{ at: now, sandbox, isRecorded: false }, ...all]);
  }

  /** A burst of three, and one in ten minutes. */
  #isInBudget({ plan }: Credential, [newest, , oldest]: readonly number[]): void {
    if (newest === undefined || oldest === undefined) return;
    const allowedAt = Math.min(newest + interval, oldest + 3 * interval);
    const { counts, clock } = this.#world;
    counts.add('premises', 'invariant 9: after three requests that are known');
    if (clock.now >= allowedAt - largestSkew - slack) return;
    const text = `IMS was asked ${Math.round(allowedAt - clock.now)} s too early`;
    this.#world.violate('invariant 9', text, plan.name);
  }

  /** Where the tag lacks the newest token, the ids of two show a burst of two, and one in ten minutes. */
  #isInBudgetOfIds(
    { sandbox, seen, hasOverlapped }: Invocation,
    { plan, tokenSecret }: Credential,
    known: readonly Asked[],
  ): void {
    const { current } = tokenSecret;
    const hasChanged = seen.get(plan.name)?.versionId !== current?.id;
    if (hasOverlapped || hasChanged) return;
    const now = epochSeconds(this.#world.clock.now + sandbox.skew);
    const [newest, oldest] = [current?.id, tokenSecret.holder('AWSPREVIOUS')?.id]
      .flatMap((id) => {
        const token = id === undefined ? undefined : decodeVersionId(id, now);
        return token === undefined ? [] : [token.expiresAt - token.lifetime];
      })
      .toSorted((one, other) => other - one);
    if (newest === undefined || oldest === undefined) return;
    // Both in the clocks of those who wrote them, as a run sees them.
    const told = (tokenSecret.tags.get(tagKeys.requested) ?? '').split(' ').map(parseInstant);
    const own = known.filter((one) => one.sandbox === sandbox).map(({ at }) => at + sandbox.skew);
    const last = Math.max(...[...told, ...own].map((at = 0) => at));
    if (last >= newest - sameRequest - slack) return;
    const allowedAt = Math.min(newest + interval, oldest + 2 * interval);
    this.#world.counts.add('premises', 'invariant 9: after two tokens that no tag tells of');
    if (now >= allowedAt - slack) return;
    const text = `IMS was asked ${Math.round(allowedAt - now)} s too early for the ids of two tokens`;
    this.#world.violate('invariant 9', text, plan.name);
  }

  /** A rotation of the client secret leaves a request to a token that is due. */
  #leavesOne(
    { event, startedAt, id }: Invocation,
    credential: Credential,
    [, last]: readonly Asked[],
  ): void {
    const { reign, clientSecret, plan, forgedToken, settingsSetAt } = credential;
    const { clock, settings } = this.#world;
    if (event['Step'] === undefined || event['SecretId'] !== clientSecret.arn) return;
    if (reign === undefined || forgedToken !== undefined || last === undefined) return;
    const dueAt = reign.expiresAt - leadOf(credential, reign.lifetime, settings.tick);
    const since = Math.max(dueAt, reign.startedAt + interval, settingsSetAt) + largestSkew;
    if (since > startedAt) return;
    if (clock.now >= last.at + 3 * interval - largestSkew - slack) return;
    this.#world.violate(
      'invariant 9',
      `#${id} leaves no request to a token that is due`,
      plan.name,
    );
  }

  /** A run has ended by itself, and all that its sandbox knew is in the tag. */
  ended({ requests, managed, unrecorded, sandbox, hasOverlapped }: Invocation): void {
    for (const name of new Set([...requests.keys(), ...managed])) {
      if (hasOverlapped || unrecorded.has(name)) continue;
      for (const one of this.#recent(this.#world.credential(name))) {
        if (one.sandbox === sandbox) one.isRecorded = true;
      }
    }
  }

  /** The tag of a request could not be written. */
  notRecorded({ unrecorded }: Invocation, credential: Credential): void {
    unrecorded.add(credential.plan.name);
    credential.recordLostAt = this.#world.clock.now;
  }

  /** From now on the tag may lack any earlier request. */
  recordLost(credential: Credential): void {
    for (const one of this.#recent(credential)) one.isRecorded = false;
    credential.recordLostAt = this.#world.clock.now;
  }

  /** From now on nobody may know of earlier requests. */
  forget(credential: Credential): void {
    this.#asked.delete(credential);
    credential.recordLostAt = this.#world.clock.now;
  }

  /** The budget allows one more request after the last one, as far as that is known. */
  mayAskAgain(credential: Credential): boolean {
    const { now } = this.#world.clock;
    const asked = this.#recent(credential);
    const isKnown = asked.every(({ isRecorded }) => isRecorded);
    if (!isKnown || credential.recordLostAt > now - longestMemory) return false;
    return (asked[1]?.at ?? 0) < now - 3 * interval - largestSkew;
  }

  #recent(credential: Credential): readonly Asked[] {
    const from = this.#world.clock.now - longestMemory;
    return (this.#asked.get(credential) ?? []).filter(({ at }) => at > from);
  }
}
