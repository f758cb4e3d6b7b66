// In: every call of an invocation. Out: a violation where it breaks an invariant of ARCHITECTURE.md.
import { secretName, tagKeys } from '../../core/contract.ts';
import { epochSeconds } from '../../core/instant.ts';
import type { ClientCredentialsGrant } from '../../core/ports.ts';
import type { RunResult } from '../../core/run-result.ts';
import { decodeVersionId } from '../../core/version-id.ts';
import { largestSkew, longestLag } from './bounds.ts';
import { type Credential, prefix, secretMark } from './credential.ts';
import { toldCode } from './error-codes.ts';
import type { Invocation } from './invocation.ts';
import { timedOut } from './lambda.ts';
import { leadOf } from './lead.ts';
import { leaks } from './leak.ts';
import { ranOutOfTime } from './out-of-time.ts';
import { RequestRules } from './request-rules.ts';
import type { SecretVersion } from './secret.ts';
import type { Put } from './secrets-manager.ts';
import type { Tagged } from './seen-before.ts';
import { type StoredFields, storedFields } from './stored-fields.ts';
import { problemOf, problemOfMove } from './stored-problem.ts';
import { WaitingRules } from './waiting-rules.ts';
import type { World } from './world.ts';

const attempts = 4;

export class Invariants {
  readonly #world: World;
  readonly requests: RequestRules;
  readonly #waiting: WaitingRules;

  constructor(world: World) {
    this.#world = world;
    this.requests = new RequestRules(world);
    this.#waiting = new WaitingRules(world);
  }

  called(invocation: Invocation, operation: string): void {
    if (invocation.isOver) {
      this.#world.violate('invariant 8', `${operation} was called after its invocation had ended`);
    }
    const acts = !['list', 'describe', 'get'].includes(operation);
    if (acts && invocation.isTick && !invocation.hasList) {
      this.#world.violate('invariant 6', `${operation} was called before the list was complete`);
    }
    if (acts && invocation.event['action'] === 'status') {
      this.#world.violate('invariant 10', `status called ${operation}`);
    }
  }

  /** A request to IMS. */
  requested(
    invocation: Invocation,
    { clientId, clientSecret, scopes }: ClientCredentialsGrant,
  ): void {
    const credential = this.#world.credentialOfClient(clientId);
    if (credential === undefined) return;
    const { name } = credential.plan;
    const { now } = this.#world.clock;
    if (invocation.refused.has(`${clientId} ${clientSecret.reveal()} ${scopes}`)) {
      this.#world.violate('P3', 'IMS was asked again for what it has refused for good', name);
    }
    if (now < (invocation.notBefore.get(clientId) ?? 0)) {
      this.#world.violate('P3', 'IMS was asked before the time that it named', name);
    }
    this.#world.clientRules.acted(invocation, 'asked IMS', name);
    credential.requestedAt = now;
    this.#world.counts.add('totals', 'requests to IMS');
    if (scopes.includes('manage_client_secrets')) {
      this.#world.counts.add('totals', 'requests for a token that manages client secrets');
      // The same request again is one of the budget.
      if (invocation.managed.has(name)) return;
      invocation.managed.add(name);
    } else {
      if (this.#isRepeated(invocation, name)) return;
      this.#waiting.asked(invocation, credential);
      if (invocation.seen.get(name)?.isPaused === true) {
        this.#world.violate('invariant 1', 'IMS was asked in spite of a pause', name);
      }
    }
    // Its record may be lost with the run.
    if (invocation.isKilled) this.requests.forget(credential);
    else this.requests.asked(invocation, credential);
  }

  /** One run asks several times, and that counts as once. */
  #isRepeated({ requests }: Invocation, name: string): boolean {
    const count = (requests.get(name) ?? 0) + 1;
    requests.set(name, count);
    const mostSecrets = 3;
    if (count > attempts * mostSecrets) {
      this.#world.violate('P3', `one run asked IMS ${count} times`, name);
    }
    return count > 1;
  }

  put(invocation: Invocation, secretId: string, put: Put, before: SecretVersion | undefined): void {
    const rotated = this.#rotated(secretId);
    if (rotated !== undefined) {
      this.#world.clientRules.put(invocation, rotated, put);
      return;
    }
    const credential = this.#tokenSecretOf(invocation, secretId);
    if (credential === undefined) return;
    const { name } = credential.plan;
    const { now } = this.#world.clock;
    this.#world.history.tell(now, name, `#${invocation.id} stores ${put.versionId}`);
    this.#world.counts.add('totals', 'tokens stored');
    invocation.stored.add(name);
    invocation.versions.add(put.versionId);
    if (put.value.includes(secretMark)) {
      this.#world.violate('invariant 5', 'a client secret was stored beside a token', name);
    }
    const fields = storedFields(put.value);
    const problem = problemOf(this.#world, invocation, credential, { ...put, fields });
    if (problem !== undefined) this.#world.violate('invariant 2', problem, name);
    if (put.label === 'AWSPENDING' || fields === undefined) return;
    this.#idIsTrue(put, fields, name);
    const seen = invocation.seen.get(name);
    if (seen === undefined) {
      this.#world.violate('invariant 1', 'stored without a look', name);
      return;
    }
    if (seen.isPaused) this.#world.violate('invariant 1', 'stored in spite of a pause', name);
    if (seen.versionId !== before?.id) this.#world.counts.add('totals', 'tokens overtaken');
    const replaced = credential.tokenSecret.versions.get(seen.versionId ?? '');
    this.#mayReplace(invocation, credential, replaced, fields);
  }

  #idIsTrue({ versionId }: Put, { expiresAt }: StoredFields, name: string): void {
    const decoded = decodeVersionId(versionId, epochSeconds(this.#world.clock.now));
    if (decoded?.expiresAt === expiresAt) return;
    this.#world.violate('invariant 2', `${versionId} does not say when its token expires`, name);
  }

  /** Invariants 1 and 3. */
  #mayReplace(
    { event, seen, struck, hasOverlapped, sandbox }: Invocation,
    credential: Credential,
    replaced: SecretVersion | undefined,
    fields: StoredFields,
  ): void {
    const { name } = credential.plan;
    const old = storedFields(replaced?.value);
    const replaces = event['replaces'];
    const isForced =
      event['force'] === true && (replaces === undefined || replaces === seen.get(name)?.versionId);
    if (replaced === undefined || old === undefined || credential.forged.has(replaced.id)) return;
    const isNamed = isForced && replaces !== undefined;
    const minted = credential.mintedFrom(old);
    // What cannot be compared counts as changed.
    if (isNamed || minted === undefined || minted !== credential.content || struck.has(name))
      return;
    const age = this.#world.clock.now + sandbox.skew - old.issuedAt;
    if (isForced && age < 60 && !hasOverlapped) {
      this.#world.violate('invariant 3', `forced again after ${Math.round(age)} s`, name);
    }
    if (isForced) return;
    this.#world.counts.add('premises', 'invariants 1 and 3: renewed for its expiry alone');
    const oldExpiry = old.expiresAt;
    if (fields.expiresAt <= oldExpiry && !hasOverlapped) {
      this.#world.violate('invariant 1', 'the new token does not expire later', name);
    }
    const { now } = this.#world.clock;
    // By the clocks of the function: two of them may disagree.
    if (age < 600 && !hasOverlapped) {
      this.#world.violate('invariant 3', `stored again after ${Math.round(age)} s`, name);
    }
    const lifetime = oldExpiry - old.issuedAt;
    const earliest =
      oldExpiry -
      Math.min(
        leadOf(credential, lifetime, this.#world.settings.tick) + lifetime / 12,
        lifetime - 600,
      );
    if (now < earliest - largestSkew) {
      const early = Math.round(earliest - now);
      this.#world.violate('invariant 1', `renewed ${early} s before it was due`, name);
    }
  }

  /** A list that lags still shows the failure, which then goes on. */
  #hasJustRecovered(credential: Credential | undefined, { startedAt }: Invocation): boolean {
    return credential !== undefined && credential.recoveredAt > startedAt - longestLag;
  }

  /** AWSCURRENT was moved from that version. */
  moved(invocation: Invocation, secretId: string, before: SecretVersion | undefined): void {
    const rotated = this.#rotated(secretId);
    if (rotated !== undefined) {
      this.#world.clientRules.moved(invocation, rotated);
      return;
    }
    const credential = this.#tokenSecretOf(invocation, secretId);
    if (credential === undefined) return;
    const problem = problemOfMove(this.#world, invocation, credential, before);
    if (problem !== undefined) this.#world.violate('invariant 2', problem, credential.plan.name);
  }

  /** AWSPENDING was removed from that version: the rotation into it cannot go on. */
  removed({ id, event, stored }: Invocation, secretId: string, before: SecretVersion): void {
    const credential = this.#world.credentialOf(secretId);
    if (credential === undefined || credential.tokenSecret.arn !== secretId) return;
    const isItsOwn = event['ClientRequestToken'] === before.id;
    const isOvertaken = stored.has(credential.plan.name);
    if (isItsOwn || isOvertaken) return;
    const text = `#${id} took AWSPENDING off a rotation that it has not overtaken`;
    this.#world.violate('invariant 2', text, credential.plan.name);
  }

  tagged(invocation: Invocation, secretId: string, { key, value, before = 'ok' }: Tagged): void {
    const rotated = this.#rotated(secretId);
    if (rotated !== undefined) {
      this.said(value, invocation);
      this.#world.clientRules.tagged(invocation, rotated, { key, value, before });
      return;
    }
    const credential = this.#tokenSecretOf(invocation, secretId);
    const wasWell = before === 'ok' && !this.#hasJustRecovered(credential, invocation);
    const isNews = wasWell && value.startsWith('failing ') && !invocation.isOver;
    if (credential !== undefined && value === 'ok') credential.recoveredAt = this.#world.clock.now;
    // That the stored token outlives every new one is good news.
    if (credential !== undefined && isNews && !value.includes('ERR_TOKEN_NOT_LATER')) {
      invocation.news.add(credential.plan.name);
    }
    this.said(value, invocation);
    if (key !== tagKeys.status && key !== tagKeys.requested) {
      this.#world.violate('invariant 10', `the tag ${key} was set`, credential?.plan.name);
    }
    if (credential !== undefined && key === tagKeys.status) {
      this.#waiting.tagged(invocation, credential, value, before);
      this.#waiting.goesOn(invocation, credential, value, before);
    }
    const isLate = invocation.isOver || invocation.hasOverlapped;
    if (credential !== undefined && isLate) this.requests.recordLost(credential);
    this.#world.history.tell(
      this.#world.clock.now,
      credential?.plan.name ?? '',
      `#${invocation.id} tags ${key} = ${value}`,
    );
  }

  /** The credential of a client secret that is rotated. */
  #rotated(secretId: string): Credential | undefined {
    const credential = this.#world.credentialOf(secretId);
    const isOwn = secretId === credential?.clientName || secretId === credential?.clientSecret.arn;
    return isOwn && credential?.console !== undefined ? credential : undefined;
  }

  #tokenSecretOf(invocation: Invocation, secretId: string): Credential | undefined {
    const credential = this.#world.credentialOf(secretId);
    const name = this.#world.secretsManager.secret(secretId).name;
    if (credential !== undefined && name === secretName(prefix, credential.plan.name, 'token')) {
      const { credential: only = credential.plan.name } = invocation.event;
      if (only === credential.plan.name) return credential;
    }
    this.#world.violate('invariant 10', `#${invocation.id} wrote ${name}`);
    return undefined;
  }

  /** Any text that leaves the function. */
  said(text: string, { id }: Invocation): void {
    if (leaks(text)) this.#world.violate('invariant 5', `#${id} shows a secret`);
  }

  answered(invocation: Invocation, result: RunResult): void {
    for (const { name, reason, code } of result.credentials) {
      toldCode(this.#world, invocation, code);
      if (reason !== 'recently-issued') continue;
      const { expiresAt = Number.POSITIVE_INFINITY } = this.#world.credential(name).reign ?? {};
      if (expiresAt > this.#world.clock.now + largestSkew) continue;
      this.#world.counts.add('premises', 'invariant 3: a token expired within ten minutes');
    }
    this.said(JSON.stringify(result), invocation);
  }

  ended(invocation: Invocation, error: unknown): void {
    this.requests.ended(invocation);
    if (invocation.inFlight > 0) {
      this.#world.violate('invariant 8', `${invocation.inFlight} calls were in flight at its end`);
    }
    const expected = invocation.isTick && invocation.hasList ? 1 : 0;
    if (invocation.ticks !== expected) {
      this.#world.violate(
        'invariant 6',
        `#${invocation.id} counted itself as ${invocation.ticks} ticks, not ${expected}`,
      );
    }
    const { code } = (error ?? {}) as { readonly code?: unknown };
    if (invocation.deferred > 0 || code === 'ERR_NO_TIME_LEFT')
      ranOutOfTime(this.#world, invocation);
    if (!(error instanceof Error)) return;
    // Lambda logs what an error holds, too.
    this.said(`${error.message} ${error.name} ${JSON.stringify(error)}`, invocation);
    toldCode(this.#world, invocation, code);
  }

  killed(invocation: Invocation, why: string): void {
    for (const name of [...invocation.requests.keys(), ...invocation.managed]) {
      this.requests.forget(this.#world.credential(name));
    }
    this.#world.counts.add('totals', `invocations killed`);
    if (why === timedOut && !invocation.isStuck) {
      this.#world.violate('invariant 8', `#${invocation.id} did not end in time`);
    }
  }
}
