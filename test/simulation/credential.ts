// One credential as it really is: its secrets, what Adobe knows of it, and what has disturbed it.

import { consoleScopes } from '../../core/console-secrets.ts';
import { secretName, tagKeys } from '../../core/contract.ts';
import type { Clock } from './clock.ts';
import { Console } from './console.ts';
import type { ImsClient } from './ims.ts';
import type { CredentialPlan } from './plan.ts';
import type { Secret } from './secret.ts';
import { clientFields, type Fields, type StoredFields, secretsIn } from './stored-fields.ts';

/** From `at` to `until`, nobody can expect the rotator to renew this credential's token. */
export interface Disturbance {
  readonly at: number;
  until: number;
}

/** A token of IMS that is AWSCURRENT. */
export interface Reign {
  readonly startedAt: number;
  readonly expiresAt: number;
  readonly lifetime: number;
}

/** What a version id claims that the rotator did not make. */
export interface Forged {
  readonly expiresAt: number;
  readonly lifetime: number;
  /** Nothing but the rotator's own look at the value shows that it is none of its tokens. */
  readonly isPlausible: boolean;
}

export const prefix = 'ims-token-rotator/sim';

/** Every client secret holds this, and so is found in whatever leaks it. */
export const secretMark = 'SimSecret';

const baseScopes = ['openid', 'AdobeID', 'firefly_api'];

const memory = 3 * 86_400;

export class Credential {
  readonly plan: CredentialPlan;
  readonly atAdobe: ImsClient;
  readonly clientName: string;
  readonly tokenName: string;
  clientSecret!: Secret;
  tokenSecret!: Secret;
  /** Oldest first; merged where they meet. */
  disturbances: Disturbance[] = [];
  reign: Reign | undefined;
  /** Where its client secrets are managed, if it is one that is rotated. */
  readonly console: Console | undefined;
  /** Since when an answer to a leak of its client secret is broken off, if one is. */
  leakSince: number | undefined;
  /** When a run last asked IMS for a token. */
  requestedAt = 0;
  /** When its settings were last changed, which may move the time at which a token is due. */
  settingsSetAt = 0;
  /** When its last pause ended. */
  resumedAt = 0;
  /** When somebody last paused or resumed it. */
  pauseChangedAt = 0;
  /** When its status was last set to `ok`. */
  recoveredAt = 0;
  /** When the tag may have last lost a request. */
  recordLostAt = 0;
  /** By id, the versions of its token secret that somebody made up in the rotator's own form. */
  readonly forged = new Map<string, Forged>();
  #secrets = 0;
  #calmSince = 0;
  #troubledUntil = 0;
  #waitsFrom = 0;
  #waitsUntil = 0;
  #pausedUntil = 0;
  #content: string | undefined;
  /** By scopes, the value of which the content was worked out last. */
  readonly #contents = new Map<
    string,
    { readonly value: string; readonly content?: string | undefined }
  >();

  constructor(plan: CredentialPlan, index: number, clock: Clock) {
    this.plan = plan;
    this.clientName = plan.isImported
      ? `elsewhere/${plan.name}`
      : secretName(prefix, plan.name, 'client');
    this.tokenName = secretName(prefix, plan.name, 'token');
    this.atAdobe = {
      clientId: `${index}`.padStart(32, 'a'),
      host: plan.host,
      secrets: new Set([this.newClientSecret()]),
      scopes: new Set([...baseScopes, 'ff_apis']),
      lifetime: plan.lifetime,
      isOpaque: plan.isOpaque,
      isSuspended: false,
      repeats: false,
    };
    if (plan.rotatesEvery === undefined) return;
    for (const scope of consoleScopes) this.atAdobe.scopes.add(scope);
    this.console = new Console(clock, this.atAdobe, () => this.newClientSecret());
  }

  /** The secrets at Adobe whose values people can know, oldest first. */
  get knownSecrets(): readonly string[] {
    const { secrets } = this.atAdobe;
    return [...secrets].filter((value) => this.console?.byValue(value)?.isKnown !== false);
  }

  /** Somebody adds a secret at Adobe, who makes room for it if need be. */
  addSecret(): string {
    if (this.console === undefined) {
      const value = this.newClientSecret();
      this.atAdobe.secrets.add(value);
      return value;
    }
    const [working] = this.#stored.filter((value) => this.atAdobe.secrets.has(value));
    const unused = this.console.secrets.find(({ value }) => value !== working);
    if (this.console.isFull && unused !== undefined) this.console.remove(unused);
    const added = this.console.add(false);
    return added.value;
  }

  removeSecret(value: string): void {
    const secret = this.console?.byValue(value);
    if (secret === undefined) this.atAdobe.secrets.delete(value);
    else this.console?.remove(secret);
  }

  /** What AWSCURRENT claims, if somebody made it up. */
  get forgedToken(): Forged | undefined {
    return this.forged.get(this.tokenSecret.current?.id ?? '');
  }

  /** The client secrets in AWSCURRENT. */
  get #stored(): readonly string[] {
    const fields = clientFields(this.clientSecret.current?.value);
    return fields === undefined ? [] : secretsIn(fields);
  }

  /** IMS knows a client secret of AWSCURRENT. */
  get hasWorkingSecret(): boolean {
    return this.#stored.some((value) => this.atAdobe.secrets.has(value));
  }

  /** Shorter than those of Adobe, whose search in every token takes most of a mint's time. */
  newClientSecret(): string {
    this.#secrets += 1;
    return `${secretMark}-${this.plan.name}${this.#secrets}`;
  }

  /** The value of its client secret with these secrets of Adobe's, the right ones unless given. */
  document(secrets: readonly string[] = this.knownSecrets): string {
    const { clientId, host } = this.atAdobe;
    return JSON.stringify({
      client_id: clientId,
      client_secrets: secrets,
      ...(this.plan.hasScopesTag ? {} : { scopes: baseScopes }),
      org_id: 'F00DCAFE@AdobeOrg',
      ims_host: host,
      ...(this.console && {
        credential_id: this.console.credentialId,
        console_org_id: this.console.orgId,
      }),
    });
  }

  get firstTags(): readonly (readonly [key: string, value: string])[] {
    return this.plan.hasScopesTag ? [[tagKeys.scopes, baseScopes.join(' ')]] : [];
  }

  /** The rotator can do something for it. */
  get isHealthy(): boolean {
    return this.isWhole && !this.isPaused;
  }

  /** It could, but for a pause. */
  get isWhole(): boolean {
    return !this.clientSecret.isDeleted && !this.tokenSecret.isDeleted && this.isAccepted;
  }

  get isPaused(): boolean {
    const paused = this.tokenSecret.tags.get(tagKeys.paused);
    return paused !== undefined && paused !== 'false';
  }

  /** What the rotator would send to IMS; undefined if it holds no credential. */
  get content(): string | undefined {
    const value = this.clientSecret.current?.value;
    return value === undefined ? undefined : this.#contentOf(value, this.#scopesTag);
  }

  /** The same, with the scopes of a stored token in place of its own. */
  contentFor({ scope }: StoredFields): string | undefined {
    const value = this.clientSecret.current?.value;
    return value === undefined ? undefined : this.#contentOf(value, undefined, scope);
  }

  /** What a stored token was minted from; undefined if that cannot be told any more. */
  mintedFrom(token: StoredFields): string | undefined {
    const value = this.clientSecret.versions.get(token.client_secret_version ?? '')?.value;
    return value === undefined ? undefined : this.#contentOf(value, undefined, token.scope);
  }

  /** True if IMS would issue a token for the credential that is stored. */
  get isAccepted(): boolean {
    const fields = clientFields(this.clientSecret.current?.value);
    if (this.clientSecret.isDeleted || fields === undefined) return false;
    const { secrets, scopes, clientId, isSuspended } = this.atAdobe;
    const [first] = secretsIn(fields).filter((one) => secrets.has(one));
    const asked = this.#scopesOf(fields, this.#scopesTag);
    return (
      fields['client_id'] === clientId &&
      first !== undefined &&
      !isSuspended &&
      asked.every((one) => scopes.has(one))
    );
  }

  /**
   * @param wait seconds for which the rotator may wait after that, unless the credential changes
   */
  disturb(at: number, until: number, wait = 0): void {
    this.trouble(until + wait);
    this.delay(at, until, wait);
  }

  /** A rotation of its client secret may fail because of something until then. */
  trouble(until: number): void {
    this.#troubledUntil = Math.max(this.#troubledUntil, until);
  }

  get troubledUntil(): number {
    return this.#troubledUntil;
  }

  /** As `disturb`, for what a rotation of its client secret does to its token. */
  delay(at: number, until: number, wait = 0): void {
    this.#calmSince = Math.max(this.#calmSince, until);
    if (wait > 0) {
      this.#waitsFrom = Math.max(this.#waitsFrom, until);
      this.#waitsUntil = Math.max(this.#waitsUntil, until + wait);
    }
    this.#record(at, until + wait);
  }

  /** As `disturb`, for a pause, in which the rotator still has to tell how much life is left. */
  pause(at: number, until: number): void {
    this.trouble(until);
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
    this.#record(at, until);
  }

  /** If another credential is stored, no failure of the one before counts. */
  clientSecretMoved(now: number): void {
    const isOver = this.#waitsFrom <= now;
    if (this.content !== this.#content && isOver) this.#waitsUntil = 0;
    this.#content = this.content;
  }

  /** What is stored stays the same credential. */
  settingsSet(now: number): void {
    this.settingsSetAt = now;
    this.#content = this.content;
  }

  #record(at: number, until: number): void {
    const last = this.disturbances.at(-1);
    if (last !== undefined && last.until >= at - 60) {
      last.until = Math.max(last.until, until);
      return;
    }
    this.disturbances.push({ at, until });
    if ((this.disturbances[0]?.until ?? at) < at - memory) this.disturbances.shift();
  }

  /** Since when nothing has disturbed it; in the future while something does. */
  get calmSince(): number {
    return Math.max(this.calmBesidesPauses, this.#pausedUntil);
  }

  get calmBesidesPauses(): number {
    return Math.max(this.#calmSince, this.#waitsUntil);
  }

  /** The longest time between two instants in which nothing disturbed it. */
  longestCalm(from: number, to: number): number {
    let [longest, calmFrom] = [0, from];
    for (const { at, until } of this.disturbances) {
      if (at >= to) break;
      longest = Math.max(longest, at - calmFrom);
      calmFrom = Math.max(calmFrom, until);
    }
    return Math.max(longest, to - calmFrom);
  }

  hasBeenCalm(from: number, to: number): boolean {
    return this.disturbances.every(({ at, until }) => until < from || at > to);
  }

  get #scopesTag(): string | undefined {
    return this.tokenSecret.tags.get(tagKeys.scopes);
  }

  #scopesOf(fields: Fields, tag: string | undefined): readonly string[] {
    return (fields['scopes'] as readonly string[] | undefined) ?? tag?.split(' ') ?? [];
  }

  #contentOf(value: string, tag: string | undefined, scope?: string): string | undefined {
    const key = scope === undefined ? `tag ${tag}` : scope;
    const known = this.#contents.get(key);
    if (known?.value === value) return known.content;
    const content = this.#workOut(value, tag, scope);
    this.#contents.set(key, { value, content });
    return content;
  }

  #workOut(value: string, tag: string | undefined, scope?: string): string | undefined {
    const fields = clientFields(value);
    if (fields === undefined) return undefined;
    const scopes = scope?.split(',') ?? this.#scopesOf(fields, tag);
    const secrets = secretsIn(fields).toSorted();
    return `${fields['client_id']} ${secrets} ${scopes.toSorted()}`;
  }
}
