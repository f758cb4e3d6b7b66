import { randomInt } from 'node:crypto';
import { validationError } from '../wire/errors.ts';
import { resourceNotFound } from './errors.ts';
import type { Secret } from './secret.ts';

export interface StoreOptions {
  readonly region: string;
  readonly accountId: string;
  readonly now: () => number;
}

/** A state of a secret from an instant on; undefined once it is deleted. */
interface Snapshot {
  readonly since: number;
  readonly secret: Secret | undefined;
}

/** Receives every change: the secret before and after it, undefined where it does not exist. */
export type ChangeListener = (before: Secret | undefined, after: Secret | undefined) => void;

const namePattern = /^[A-Za-z0-9/_+=.@!-]{1,512}$/;
const suffixAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The secrets of one account in one Region, with their history as far as the list lags. */
export class SecretStore {
  readonly #arnPrefix: string;
  readonly #now: () => number;
  readonly #secrets = new Map<string, Secret>();
  readonly #arnByName = new Map<string, string>();
  readonly #history = new Map<string, readonly Snapshot[]>();
  readonly #listeners: ChangeListener[] = [];
  #revision = 0;
  /** The age of what `rows()` returns. */
  listLagMs = 0;

  constructor({ region, accountId, now }: StoreOptions) {
    this.#arnPrefix = `arn:aws:secretsmanager:${region}:${accountId}:secret:`;
    this.#now = now;
  }

  /** Increases with every change. */
  get revision(): number {
    return this.#revision;
  }

  onChange(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  newArn(name: string, suffix = randomSuffix()): string {
    return `${this.#arnPrefix}${name}-${suffix}`;
  }

  /** The ARN that policies see for a name without a secret. */
  unknownArn(name: string): string {
    return name.startsWith('arn:') ? name : `${this.#arnPrefix}${name}-??????`;
  }

  /** Finds a secret by name, full ARN, or ARN without its suffix. */
  find(secretId: string): Secret | undefined {
    const secret = this.#secrets.get(this.#resolve(secretId) ?? '');
    if (secret?.deletionAt === undefined || secret.deletionAt > this.#now()) return secret;
    this.remove(secret);
    return undefined;
  }

  /** Finds a secret as an operation does. @throws AwsError if no secret can have this name */
  findNamed(secretId: string): Secret | undefined {
    if (!secretId.startsWith('arn:')) checkName(secretId);
    return this.find(secretId);
  }

  /** @throws AwsError if there is no such secret */
  get(secretId: string): Secret {
    const secret = this.findNamed(secretId);
    if (secret === undefined) {
      throw resourceNotFound("Secrets Manager can't find the specified secret.");
    }
    return secret;
  }

  put(secret: Secret): void {
    const before = this.#secrets.get(secret.arn);
    if (before === secret) return;
    this.#secrets.set(secret.arn, secret);
    this.#arnByName.set(secret.name, secret.arn);
    this.#changed(before, secret);
  }

  remove(secret: Secret): void {
    if (!this.#secrets.delete(secret.arn)) return;
    this.#arnByName.delete(secret.name);
    this.#changed(secret, undefined);
  }

  /** Every secret in its present state. */
  all(): Iterable<Secret> {
    return this.#secrets.values();
  }

  /** Every secret in its state of `listLagMs` ago. */
  *rows(): Iterable<Secret> {
    for (const arn of this.#history.keys()) {
      const secret = this.row(arn);
      if (secret !== undefined) yield secret;
    }
  }

  /** One secret in its state of `listLagMs` ago. */
  row(arn: string): Secret | undefined {
    const now = this.#now();
    const at = now - this.listLagMs;
    const secret = this.#history.get(arn)?.findLast(({ since }) => since <= at)?.secret;
    return (secret?.deletionAt ?? Number.POSITIVE_INFINITY) > now ? secret : undefined;
  }

  /** A state of each secret that `rows()` shows now or later. */
  *listed(): Iterable<Secret> {
    for (const snapshots of this.#history.values()) {
      const secret = snapshots.findLast((snapshot) => snapshot.secret !== undefined)?.secret;
      if (secret !== undefined) yield secret;
    }
  }

  #resolve(secretId: string): string | undefined {
    if (!secretId.startsWith('arn:')) return this.#arnByName.get(secretId);
    if (this.#secrets.has(secretId)) return secretId;
    if (!secretId.startsWith(this.#arnPrefix)) return undefined;
    const name = secretId.slice(this.#arnPrefix.length);
    // A name that ends like a suffix makes a partial ARN look complete. AWS does not find it either.
    return /-[A-Za-z0-9]{6}$/.test(name) ? undefined : this.#arnByName.get(name);
  }

  #changed(before: Secret | undefined, after: Secret | undefined): void {
    this.#revision += 1;
    const arn = (after ?? before)?.arn ?? '';
    const since = before === undefined && after !== undefined ? after.createdAt : this.#now();
    const snapshots = [...(this.#history.get(arn) ?? []), { since, secret: after }];
    const visible = snapshots.findLastIndex(({ since }) => since <= this.#now() - this.listLagMs);
    const kept = snapshots.slice(Math.max(visible, 0));
    if (kept.every(({ secret }) => secret === undefined)) this.#history.delete(arn);
    else this.#history.set(arn, kept);
    for (const listener of this.#listeners) listener(before, after);
  }
}

/** @throws AwsError if the name has a character that is not allowed */
export function checkName(name: string): void {
  if (namePattern.test(name)) return;
  throw validationError(
    'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
  );
}

function randomSuffix(): string {
  return Array.from({ length: 6 }, () => suffixAlphabet[randomInt(62)]).join('');
}
