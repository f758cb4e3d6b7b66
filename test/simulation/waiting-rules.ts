// P3: after a final failure that a tag tells of, nobody asks IMS again before the wait is over.
import { epochSeconds, parseInstant } from '../../core/instant.ts';
import { fingerprint } from '../../core/token-tags.ts';
import { decodeVersionId } from '../../core/version-id.ts';
import type { Credential } from './credential.ts';
import type { Invocation } from './invocation.ts';
import { storedFields } from './stored-fields.ts';
import type { World } from './world.ts';

/** The shortest wait after a final failure. */
const shortest = 900;
/** A longer wait is not one of the rotator's, which ignores it. */
const longest = 3_600;
/** Seconds that a run may take from its look to its decision. */
const slack = 60;
/** Seconds that are lost in rounding. */
const rounding = 2;

const pattern = /^failing code=(\S+) .*retry-at=(\S+) credential=(\S+)$/;

export class WaitingRules {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** A run that nobody forces asks IMS for a token. */
  asked(invocation: Invocation, credential: Credential): void {
    const { event, sandbox, seen } = invocation;
    const { name } = credential.plan;
    const { tags } = seen.get(name) ?? {};
    // A rotation, like whoever forces, does not wait.
    if (tags === undefined || event['Step'] !== undefined || event['force'] === true) return;
    const failure = failureIn(tags.status);
    if (failure === undefined || failure.code.startsWith('ERR_TOKEN_NOT_LATER')) return;
    const { clientSecret } = credential;
    const { clock, lambda, settings, counts } = this.#world;
    const digest = (text: string): string => lambda.digest(text);
    const version = clientSecret.current?.id ?? '';
    const own = fingerprint(digest, clientSecret.arn, version, tags.all);
    const now = clock.now + sandbox.skew;
    if (failure.credential !== own || failure.retryAt > now + longest) return;
    const last = this.#lastTries(invocation, credential, now);
    counts.add('premises', 'P3: a run asks IMS again after a final failure');
    const left = Math.min(failure.retryAt, last) - now;
    if (left <= settings.tick / 2 + rounding) return;
    const text = `#${invocation.id} asks IMS ${Math.round(left)} s before a failure has waited`;
    this.#world.violate('P3', text, name);
  }

  /** A failure that goes on is as old as before. */
  goesOn(
    { id, event, seen, sandbox }: Invocation,
    { plan }: Credential,
    value: string,
    before: string,
  ): void {
    const { tags, at } = seen.get(plan.name) ?? {};
    const [failure, known] = [value, before].map(beginningOf);
    if (failure === undefined || known === undefined || at === undefined) return;
    if (event['Step'] !== undefined || tags?.status !== before) return;
    const { retryAt = 0 } = failureIn(before) ?? {};
    const isVoid = retryAt > at + sandbox.skew + longest;
    if (isVoid || known.credential !== failure.credential) return;
    this.#world.counts.add('premises', 'P6: a run tells of a failure that goes on');
    if (failure.since === known.since) return;
    const text = `#${id} tells of ${failure.since} as the beginning of a failure of ${known.since}`;
    this.#world.violate('P6', text, plan.name);
  }

  /** A run remembers a failure. */
  tagged(invocation: Invocation, credential: Credential, value: string, before: string): void {
    const { name } = credential.plan;
    const { event, isOver, sandbox, seen } = invocation;
    const { at } = seen.get(name) ?? {};
    const [failure, known] = [value, before].map(failureIn);
    if (failure === undefined || at === undefined || isOver || event['Step'] !== undefined) return;
    // Another failure does not put off the next try.
    if (failure.retryAt === known?.retryAt) return;
    const now = at + sandbox.skew;
    const last = this.#lastTries(invocation, credential, now);
    this.#world.counts.add('premises', 'P3: a run remembers a final failure');
    // Or it is the wait of before, which ends with the stored token.
    const old = Math.min(known?.retryAt ?? Number.POSITIVE_INFINITY, last);
    const least = Math.min(now + shortest, Math.max(now, last), old);
    const end = this.#endOf(invocation, credential, now);
    if (end !== undefined && failure.retryAt > Math.max(end, now + slack) + rounding) {
      const text = `#${invocation.id} waits past the end of the stored token`;
      this.#world.violate('P3', text, name);
    }
    if (failure.retryAt >= least - rounding) return;
    const text = `#${invocation.id} waits for ${Math.round(failure.retryAt - now)} s after a failure`;
    this.#world.violate('P3', text, name);
  }

  /** The same of a token that the rotator knows by its version id; undefined if it does not. */
  #endOf({ seen }: Invocation, { plan, forged }: Credential, now: number): number | undefined {
    const id = seen.get(plan.name)?.versionId ?? '';
    const { expiresAt = 0 } = decodeVersionId(id, epochSeconds(now)) ?? {};
    if (forged.has(id) || expiresAt <= now + slack) return undefined;
    return expiresAt - 2 * this.#world.settings.tick;
  }

  /** No wait goes on for longer, if the stored token has not expired yet. */
  #lastTries({ seen }: Invocation, { plan, tokenSecret }: Credential, now: number): number {
    const id = seen.get(plan.name)?.versionId ?? '';
    const expiries = [
      decodeVersionId(id, epochSeconds(now))?.expiresAt,
      storedFields(tokenSecret.versions.get(id)?.value)?.expiresAt,
    ].flatMap((expiresAt = 0) => (expiresAt > now - rounding ? [expiresAt] : []));
    return Math.min(...expiries) - 2 * this.#world.settings.tick;
  }
}

function beginningOf(status: string) {
  const [, since, credential] = /^failing .*since=(\S+).* credential=(\S+)$/.exec(status) ?? [];
  return since === undefined ? undefined : { since, credential };
}

function failureIn(status = '') {
  const [, code = '', at = '', credential = ''] = pattern.exec(status) ?? [];
  const retryAt = parseInstant(at);
  return retryAt === undefined ? undefined : { code, retryAt, credential };
}
