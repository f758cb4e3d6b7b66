// The model of Secrets Manager. Its operations succeed or throw an error as the AWS SDK names it.
import type { SecretMetadata } from '../../core/ledger.ts';
import type { Clock } from './clock.ts';
import { Secret, type SecretVersion } from './secret.ts';

/** An error of the AWS SDK. */
export class AwsError extends Error {
  readonly $fault: 'client' | 'server';
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(name: string, message = '', httpStatusCode = 400) {
    super(message);
    this.name = name;
    this.$fault = httpStatusCode < 500 ? 'client' : 'server';
    this.$metadata = { httpStatusCode };
  }
}

/** A put, by anybody. */
export interface Put {
  readonly versionId: string;
  readonly value: string;
  readonly label?: 'AWSCURRENT' | 'AWSPENDING' | undefined;
}

export interface Page {
  readonly rows: readonly SecretMetadata[];
  readonly nextToken?: string | undefined;
}

export class SecretsManager {
  readonly #clock: Clock;
  readonly #secrets = new Map<string, Secret>();
  #count = 0;
  #sorted: readonly Secret[] | undefined;
  /** Whether a put of AWSCURRENT takes AWSPENDING off its version. */
  readonly #putTakesPending: boolean;
  /** Told when AWSCURRENT has moved. */
  onCurrent: (secret: Secret) => void = () => undefined;

  constructor(clock: Clock, putTakesPending: boolean) {
    this.#clock = clock;
    this.#putTakesPending = putTakesPending;
  }

  create(name: string): Secret {
    this.#count += 1;
    const suffix = `${this.#count}`.padStart(6, 'A');
    const secret = new Secret(name, this.#clock.now, suffix);
    this.#secrets.set(name, secret);
    this.#secrets.set(secret.arn, secret);
    this.#sorted = undefined;
    return secret;
  }

  /** DeleteSecret without recovery. */
  remove({ name, arn }: Secret): void {
    this.#secrets.delete(name);
    this.#secrets.delete(arn);
    this.#sorted = undefined;
  }

  /** @throws AwsError if it does not exist */
  secret(id: string): Secret {
    const secret = this.#secrets.get(id);
    if (secret === undefined) throw new AwsError('ResourceNotFoundException');
    return secret;
  }

  /** The secrets whose names begin with one of the prefixes, in the order of their names. */
  list(prefixes: readonly string[], after: string, size: number, at: number): Page {
    this.#sorted ??= [...new Set(this.#secrets.values())].toSorted((one, other) =>
      one.name < other.name ? -1 : 1,
    );
    const rows: SecretMetadata[] = [];
    for (const secret of this.#sorted) {
      if (secret.name <= after || !startsWithOne(secret.name, prefixes)) continue;
      const row = secret.listed(at);
      if (row === undefined) continue;
      if (rows.length === size) return { rows, nextToken: rows.at(-1)?.name ?? after };
      rows.push(row);
    }
    return { rows };
  }

  describe(id: string): SecretMetadata | undefined {
    const secret = this.#allowed(id, 'describe');
    return secret.isDeleted ? undefined : secret.metadata();
  }

  /** @param at a version id or a label */
  get(id: string, at: string): { readonly secret: Secret; readonly version: SecretVersion } {
    const secret = this.#writable(id, 'get');
    const version = secret.versions.get(at) ?? secret.holder(at);
    if (version?.value === undefined) {
      const text = `Secrets Manager can't find the specified secret value for staging label: ${at}`;
      throw new AwsError('ResourceNotFoundException', text);
    }
    if (secret.isLocked) throw new AwsError('DecryptionFailure');
    return { secret, version };
  }

  /** @returns the labels of the version */
  put(id: string, { versionId, value, label = 'AWSCURRENT' }: Put): readonly string[] {
    const secret = this.#writable(id, 'put');
    if (secret.isLocked) throw new AwsError('EncryptionFailure');
    const known = secret.versions.get(versionId);
    if (known?.value !== undefined) {
      if (known.value !== value) throw new AwsError('ResourceExistsException');
      return [...known.labels];
    }
    const version = known ?? this.#add(secret, versionId);
    version.value = value;
    if (secret.current === undefined || label === 'AWSCURRENT') {
      if (this.#putTakesPending) secret.move('AWSPENDING', undefined);
      secret.move('AWSCURRENT', version);
    }
    if (label === 'AWSPENDING') secret.move('AWSPENDING', version);
    this.#changed(secret, version.labels.has('AWSCURRENT'));
    return [...version.labels];
  }

  /** UpdateSecretVersionStage. */
  move(id: string, label: string, to: string | undefined, from: string | undefined): void {
    const secret = this.#writable(id, 'move');
    const holder = secret.holder(label);
    const target = to === undefined ? undefined : secret.versions.get(to);
    if (to !== undefined && target === undefined) throw new AwsError('ResourceNotFoundException');
    if (holder !== undefined && holder !== target && holder.id !== from) {
      throw new AwsError('InvalidParameterException', `${label} is on another version`);
    }
    if (holder === undefined && from !== undefined) {
      throw new AwsError('InvalidParameterException', `${label} is on no version`);
    }
    secret.move(label, target);
    this.#changed(secret, label === 'AWSCURRENT');
  }

  tag(id: string, key: string, value: string | undefined): void {
    const secret = this.#writable(id, 'tag');
    if (value === undefined) secret.tags.delete(key);
    else secret.tags.set(key, value);
    this.#changed(secret, false);
  }

  /** RotateSecret: an empty version that is AWSPENDING. */
  rotate(id: string, versionId: string): void {
    const secret = this.#writable(id, 'rotate');
    const pending = secret.holder('AWSPENDING');
    if (pending !== undefined && !pending.labels.has('AWSCURRENT')) {
      throw new AwsError('InvalidRequestException', 'a previous rotation is not complete');
    }
    secret.move('AWSPENDING', this.#add(secret, versionId));
    this.#changed(secret, false);
  }

  setDeleted(secret: Secret, isDeleted: boolean): void {
    secret.isDeleted = isDeleted;
    this.#changed(secret, false);
  }

  #add(secret: Secret, id: string): SecretVersion {
    if (!secret.hasRoom(this.#clock.now)) throw new AwsError('LimitExceededException');
    const version = { id, at: this.#clock.now, value: undefined, labels: new Set<string>() };
    secret.versions.set(id, version);
    return version;
  }

  #changed(secret: Secret, isCurrent: boolean): void {
    secret.changed(this.#clock.now);
    if (isCurrent) this.onCurrent(secret);
  }

  #writable(id: string, operation: string): Secret {
    const secret = this.#allowed(id, operation);
    if (secret.isDeleted) throw new AwsError('InvalidRequestException', 'marked for deletion');
    return secret;
  }

  #allowed(id: string, operation: string): Secret {
    const secret = this.secret(id);
    if (secret.denied.has(operation)) throw new AwsError('AccessDeniedException');
    return secret;
  }
}

function startsWithOne(name: string, prefixes: readonly string[]): boolean {
  for (const prefix of prefixes) if (name.startsWith(prefix)) return true;
  return false;
}
