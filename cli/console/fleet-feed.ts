import type { Fleet, FleetEvent, FleetRow } from '../../console/messages.ts';
import type { EpochSeconds } from '../../core/instant.ts';
import { abandonedRotators, explainAbandoned } from '../rotator/abandoned.ts';
import {
  type ListedCredential,
  listCredentials,
  listedCredential,
} from '../rotator/credentials.ts';
import { findRotator } from '../rotator/find-rotator.ts';
import { namesOf, type Rotator, whyClientUnknown } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { optionsOfNext } from '../view/next-command.ts';
import { ActedOn } from './acted-on.ts';
import { toJson } from './answers.ts';
import { fleetRow } from './fleet-row.ts';
import { Lookers } from './lookers.ts';
import { asUnknown, known } from './unknown.ts';

export interface FleetOptions {
  readonly allowsActions: boolean;
  /** Seconds between two lists at least. */
  readonly every: number;
}

interface Listed {
  readonly at: EpochSeconds;
  readonly credentials: ReadonlyMap<string, ListedCredential>;
  readonly rows: ReadonlyMap<string, FleetRow>;
}

type Setting = Pick<Fleet, 'functionUnknown' | 'abandoned'> & { readonly rotator: Rotator };
type Trouble = Extract<FleetEvent, { readonly type: 'trouble' }>;

// Seconds after which the function's settings are read again. A deployment may change them.
const settingAge = 300;

// A list takes a tenth of the time at most, however long it is.
const rest = 10;

// Seconds. One that was slow for once, as on a laptop that slept, is not slow for ever.
const longestRest = 900;

/** One list of secrets for all that look, and only while somebody does. */
export class FleetFeed {
  readonly #session: Session;
  readonly #options: FleetOptions;
  readonly #lookers: Lookers<FleetEvent>;
  #setting: Setting;
  #settingAt: EpochSeconds;
  /** The setting has changed since the lookers were told. */
  #hasNewSetting = false;
  #every: number;
  #listed: Listed | undefined;
  #trouble: Trouble | undefined;
  readonly #actedOn = new ActedOn();

  private constructor(session: Session, options: FleetOptions, setting: Setting) {
    this.#session = session;
    this.#options = options;
    this.#every = options.every;
    this.#setting = setting;
    this.#settingAt = session.now();
    this.#lookers = new Lookers(() => this.#look(), session.signal);
  }

  /** @throws CliError when the rotator is not found */
  static async open(session: Session, options: FleetOptions): Promise<FleetFeed> {
    return new FleetFeed(session, options, await settingOf(session));
  }

  get rotator(): Rotator {
    return this.#setting.rotator;
  }

  /** A credential as of the last list. */
  find(name: string): ListedCredential | undefined {
    return this.#listed?.credentials.get(name);
  }

  /** Calls with what is known at once, if anything is, and then with every event. */
  subscribe(listener: (event: FleetEvent) => void): () => void {
    if (this.#listed !== undefined) listener(this.#whole(this.#listed));
    // The clock of the page is set by what it is told now.
    if (this.#trouble !== undefined) listener({ ...this.#trouble, at: this.#session.now() });
    return this.#lookers.add(listener);
  }

  /**
   * Shows a credential as it is after an action: the list lags.
   *
   * @throws CliError
   */
  async lookAt(name: string): Promise<void> {
    const secret = await this.#session.secrets.describe(namesOf(this.rotator, name).token);
    const listed = this.#listed?.credentials.get(name);
    if (secret === undefined || listed === undefined || this.#listed === undefined) return;
    const at = this.#session.now();
    this.#actedOn.add(name, secret, at);
    const one = this.#asActedOn(listed, at);
    const row = this.#row(one, at);
    this.#listed = {
      at: this.#listed.at,
      credentials: new Map(this.#listed.credentials).set(name, one),
      rows: new Map(this.#listed.rows).set(name, row),
    };
    this.#lookers.emit({ type: 'row', at, row });
  }

  #row(credential: ListedCredential, now: EpochSeconds): FleetRow {
    const { options } = this.#session;
    const isAssumed = whyClientUnknown(this.rotator) !== undefined;
    const before = this.#listed?.rows.get(credential.name);
    return fleetRow(credential, { now, options, isAssumed }, before);
  }

  #asActedOn(listed: ListedCredential, now: EpochSeconds): ListedCredential {
    const { name, clientSecret: client, tokenSecret } = listed;
    const token = this.#actedOn.current(name, tokenSecret, now);
    if (token === tokenSecret) return listed;
    return listedCredential(this.#session, this.rotator, name, { client, token });
  }

  async #look(): Promise<number> {
    const began = performance.now();
    try {
      await this.#renewSetting();
      this.#tell(await this.#list(began));
    } catch (error) {
      const at = this.#session.now();
      const since = this.#trouble?.since ?? at;
      this.#trouble = { type: 'trouble', at, since, why: asUnknown(error) };
      this.#lookers.emit(this.#trouble);
    }
    return this.#every;
  }

  async #list(began: number): Promise<Listed> {
    const all = await listCredentials(this.#session, this.rotator);
    const at = this.#session.now();
    const found = all.map((one) => this.#asActedOn(one, at));
    const took = (performance.now() - began) / 1000;
    this.#every = untilNext(took, this.#options.every);
    return {
      at,
      credentials: new Map(found.map((one) => [one.name, one])),
      rows: new Map(found.map((one) => [one.name, this.#row(one, at)])),
    };
  }

  #tell(listed: Listed): void {
    const before = this.#listed;
    const isWhole = before === undefined || this.#hasNewSetting;
    this.#listed = listed;
    this.#trouble = undefined;
    this.#hasNewSetting = false;
    if (isWhole) {
      this.#lookers.emit(this.#whole(listed));
      return;
    }
    const rows = [...listed.rows.values()].filter((row) => {
      const old = before.rows.get(row.name);
      return old === undefined || toJson(old) !== toJson(row);
    });
    const removed = [...before.rows.keys()].filter((name) => !listed.rows.has(name));
    const every = Math.ceil(this.#every);
    this.#lookers.emit({ type: 'change', at: listed.at, every, rows, removed });
  }

  async #renewSetting(): Promise<void> {
    const { now } = this.#session;
    if (now() - this.#settingAt < settingAge) return;
    const before = this.#setting;
    this.#setting = await settingOf(this.#session).catch((error: unknown) => {
      const why = asUnknown(error);
      return { ...before, functionUnknown: why, abandoned: { unknown: why } };
    });
    this.#settingAt = now();
    if (toJson(this.#fleet(before)) !== toJson(this.#fleet(this.#setting))) {
      this.#hasNewSetting = true;
    }
  }

  #whole({ at, rows }: Listed): FleetEvent {
    const fleet = { ...this.#fleet(this.#setting), now: this.#session.now() };
    return { type: 'fleet', at, fleet, rows: [...rows.values()] };
  }

  #fleet({ rotator, functionUnknown, abandoned }: Setting): Omit<Fleet, 'now'> {
    return {
      rotator: rotator.name,
      functionName: rotator.function.kind === 'deployed' ? rotator.function.name : undefined,
      region: rotator.region,
      tick: rotator.tick,
      every: Math.ceil(this.#every),
      allowsActions: this.#options.allowsActions,
      options: optionsOfNext(this.#session.options),
      functionUnknown,
      abandoned,
    };
  }
}

/** Seconds from the beginning of a list to the next one. */
export function untilNext(took: number, least: number): number {
  return Math.max(least, Math.min(took * rest, longestRest));
}

async function settingOf(session: Session): Promise<Setting> {
  const rotator = await findRotator(session);
  const { function: target } = rotator;
  const functionUnknown = target.kind === 'deployed' ? undefined : asUnknown(target.why);
  const abandoned = await known(async () => {
    const found = await abandonedRotators(session, rotator);
    if (found === undefined && target.kind !== 'deployed') throw target.why;
    return (found ?? []).map((one) => explainAbandoned(session, one, rotator));
  });
  return { rotator, functionUnknown, abandoned };
}
