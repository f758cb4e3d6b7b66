import { randomInt } from 'node:crypto';
import { validationError } from '../wire/errors.ts';
import { resourceNotFound } from './errors.ts';
import type { Secret } from './secret.ts';

/** Where and when the secrets of a store are. */
export interface StoreOptions {
  readonly region: string;
  readonly accountId: string;
  readonly now: () => number;
}

/** A secret as it was from an instant on; without a secret from its deletion on. */
interface Look {
  readonly since: number;
  readonly secret: Secret | undefined;
}

/** Told of every change: a secret before and after it, undefined where there is none. */
export type ChangeListener = (before: Secret | undefined, after: Secret | undefined) => void;

const namePattern = /^[A-Za-z0-9/_+=.@!-]{1,512}$/;
const suffixAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The secrets of one account in one Region, and how they looked a while ago. */
export class SecretStore {
  readonly #arnPrefix: string;
  readonly #now: () => number;
  readonly #secrets = new Map<string, Secret>();
  readonly #arnByName = new Map<string, string>();
  readonly #looks = new Map<string, readonly Look[]>();
  readonly #listeners: ChangeListener[] = [];
  #revision = 0;
  /** How old the answers of `rows()` are. */
  listLagMs = 0;

  constructor({ region, accountId, now }: StoreOptions) {
    this.#arnPrefix = `arn:aws:secretsmanager:${region}:${accountId}:secret:`;
    this.#now = now;
  }

  /** Grows with every change. */
  get revision(): number {
    return this.#revision;
  }

  onChange(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  newArn(name: string, suffix = randomSuffix()): string {
    return `${this.#arnPrefix}${name}-${suffix}`;
  }

  /** The resource that policies see for a name that no secret has (yet). */
  unknownArn(name: string): string {
    return name.startsWith('arn:') ? name : `${this.#arnPrefix}${name}-??????`;
  }

  /** A secret by name, full ARN, or ARN without its suffix. */
  find(secretId: string): Secret | undefined {
    const secret = this.#secrets.get(this.#resolve(secretId) ?? '');
    if (secret?.deletionAt === undefined || secret.deletionAt > this.#now()) return secret;
    this.remove(secret);
    return undefined;
  }

  /** @throws AwsError if there is no such secret. */
  get(secretId: string): Secret {
    if (!secretId.startsWith('arn:')) checkName(secretId);
    const secret = this.find(secretId);
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

  /** Every secret as it is. */
  all(): Iterable<Secret> {
    return this.#secrets.values();
  }

  /** Every secret as it was `listLagMs` ago. */
  *rows(): Iterable<Secret> {
    const now = this.#now();
    const at = now - this.listLagMs;
    for (const looks of this.#looks.values()) {
      const secret = looks.findLast(({ since }) => since <= at)?.secret;
      if (secret !== undefined && (secret.deletionAt ?? Number.POSITIVE_INFINITY) > now) {
        yield secret;
      }
    }
  }

  #resolve(secretId: string): string | undefined {
    if (!secretId.startsWith('arn:')) return this.#arnByName.get(secretId);
    if (this.#secrets.has(secretId)) return secretId;
    if (!secretId.startsWith(this.#arnPrefix)) return undefined;
    const name = secretId.slice(this.#arnPrefix.length);
    // A name that ends like a suffix makes a partial ARN look complete; AWS does not find it either.
    return /-[A-Za-z0-9]{6}$/.test(name) ? undefined : this.#arnByName.get(name);
  }

  #changed(before: Secret | undefined, after: Secret | undefined): void {
    this.#revision += 1;
    const arn = (after ?? before)?.arn ?? '';
    const since = before === undefined && after !== undefined ? after.createdAt : this.#now();
    const looks = [...(this.#looks.get(arn) ?? []), { since, secret: after }];
    const visible = looks.findLastIndex(({ since }) => since <= this.#now() - this.listLagMs);
    const kept = looks.slice(Math.max(visible, 0));
    if (kept.every(({ secret }) => secret === undefined)) this.#looks.delete(arn);
    else this.#looks.set(arn, kept);
    for (const listener of this.#listeners) listener(before, after);
  }
}

/** @throws AwsError if the name has a character that names must not have. */
export function checkName(name: string): void {
  if (namePattern.test(name)) return;
  throw validationError(
    'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
  );
}

function randomSuffix(): string {
  return Array.from({ length: 6 }, () => suffixAlphabet[randomInt(62)]).join('');
}
