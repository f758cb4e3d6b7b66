// The model of Adobe's Developer Console: the client secrets of one credential.
import { longestRun } from '../../core/client-secret-rotation.ts';
import type { ConsoleResponse } from '../../core/console-secrets.ts';
import type { Clock } from './clock.ts';
import type { ImsClient } from './ims.ts';
import { clientFields, entriesIn } from './stored-fields.ts';

/** A client secret that is at Adobe. */
export interface ConsoleSecret {
  readonly uuid: string;
  readonly value: string;
  readonly createdAt: number;
  /** The rotator has added it. */
  readonly isOwn: boolean;
  /** When IMS accepted it, oldest first. */
  uses: number[];
  /** IMS was asked about a token of it, and said that it accepts that. */
  isProved: boolean;
  /** A person has noted its uuid beside the value of another one. */
  isMistaken: boolean;
  /** The last use that the Console has told the rotator of. */
  toldUse: number | undefined;
  /** People know it: it has been in AWSCURRENT. */
  isKnown: boolean;
  /** It has been the first one in AWSCURRENT. */
  wasCurrent: boolean;
  /** Since when it has been that. */
  currentSince: number | undefined;
  /** Another run was refused while it was being added, and has taken back what the tag said of both. */
  isContested: boolean;
  /** AWSCURRENT says since then that another one took its place. */
  retiredAt: number | undefined;
  /** When a run was about to ask IMS whether it accepts the retired one, by its own clock. */
  readonly asked: number[];
}

const mostSecrets = 2;
const remembered = 4 * 86_400;

export class Console {
  readonly orgId = '23294';
  readonly credentialId: string;
  readonly #clock: Clock;
  readonly #client: ImsClient;
  readonly #newValue: () => string;
  readonly #secrets: ConsoleSecret[] = [];
  /** Told once a run has listed the secrets, and once it has deleted one. */
  whenListed: (() => void) | undefined;
  whenRemoved: (() => void) | undefined;
  #count = 0;

  constructor(clock: Clock, client: ImsClient, newValue: () => string) {
    this.#clock = clock;
    this.#client = client;
    this.#newValue = newValue;
    this.credentialId = client.clientId.slice(-6);
    for (const value of client.secrets) this.#record(value, false);
    client.onUse = (value) => this.#used(value);
  }

  /** Oldest first. */
  get secrets(): readonly ConsoleSecret[] {
    return this.#secrets;
  }

  get isFull(): boolean {
    return this.#secrets.length >= mostSecrets;
  }

  byValue(value: string): ConsoleSecret | undefined {
    return this.#secrets.find((one) => one.value === value);
  }

  byUuid(uuid: string): ConsoleSecret | undefined {
    return this.#secrets.find((one) => one.uuid === uuid);
  }

  /** @param late seconds after which IMS knows it */
  add(isOwn: boolean, late = 0): ConsoleSecret {
    if (this.isFull) throw new TypeError('there are two client secrets already');
    const secret = this.#record(this.#newValue(), isOwn);
    const { secrets } = this.#client;
    if (late === 0) secrets.add(secret.value);
    else {
      this.#clock.after(late, () => {
        if (this.#secrets.includes(secret)) secrets.add(secret.value);
      });
    }
    return secret;
  }

  /** A request to add one is refused, for want of room. */
  refuse(): void {
    for (const secret of this.#secrets) {
      if (secret.createdAt > this.#clock.now - longestRun) secret.isContested = true;
    }
  }

  remove(secret: ConsoleSecret): void {
    this.#secrets.splice(this.#secrets.indexOf(secret), 1);
    this.#client.secrets.delete(secret.value);
  }

  /** Another version of the stored client secret is AWSCURRENT. */
  stored(value: string | undefined): void {
    const fields = clientFields(value);
    if (fields === undefined) return;
    for (const [index, entry] of entriesIn(fields).entries()) {
      const secret = this.byValue(entry.client_secret);
      if (secret === undefined) continue;
      secret.isKnown = true;
      if (index === 0) {
        secret.wasCurrent = true;
        secret.currentSince ??= this.#clock.now;
      }
      const isRetired = entry.retired_at !== undefined;
      secret.retiredAt = isRetired ? (secret.retiredAt ?? this.#clock.now) : undefined;
    }
  }

  /** @param until the last time of whose uses the Console knows */
  list(until: number): ConsoleResponse {
    const client_secrets = this.#secrets.map((secret) => {
      const last = secret.uses.findLast((at) => at <= until);
      secret.toldUse = last;
      const secret_usages = last === undefined ? null : [{ last_used_at: inMs(last) }];
      return { uuid: secret.uuid, created_at: inMs(secret.createdAt), secret_usages };
    });
    return respond(200, { client_secrets });
  }

  /** IMS has said that it accepts a token of this secret. */
  proved(value: string): void {
    const secret = this.byValue(value);
    if (secret !== undefined) secret.isProved = true;
  }

  #record(value: string, isOwn: boolean): ConsoleSecret {
    this.#count += 1;
    const uuid = `${this.credentialId}-${`${this.#count}`.padStart(6, '0')}`;
    const secret: ConsoleSecret = {
      uuid,
      value,
      createdAt: this.#clock.now,
      isOwn,
      uses: [],
      isProved: false,
      isMistaken: false,
      toldUse: undefined,
      isKnown: !isOwn,
      wasCurrent: false,
      isContested: false,
      currentSince: undefined,
      retiredAt: undefined,
      asked: [],
    };
    this.#secrets.push(secret);
    return secret;
  }

  #used(value: string): void {
    const secret = this.byValue(value);
    if (secret === undefined) return;
    const { now } = this.#clock;
    // The last one before them is what the Console tells if it is late.
    const first = secret.uses.findLastIndex((at) => at < now - remembered);
    secret.uses = [...secret.uses.slice(Math.max(0, first)), now];
  }
}

export function respond(status: number, body: object): ConsoleResponse {
  return { status, body: JSON.stringify(body) };
}

/** The only response with the value. */
export function addedSecret({ uuid, createdAt, value }: ConsoleSecret): ConsoleResponse {
  return respond(201, { uuid, created_at: inMs(createdAt), client_secret: value });
}

function inMs(seconds: number): string {
  return String(Math.floor(seconds * 1000));
}
