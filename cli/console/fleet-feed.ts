import type { Fleet, FleetEvent, FleetRow } from '../../console/messages.ts';
import type { EpochSeconds } from '../../core/instant.ts';
import { abandonedRotators, explainAbandoned } from '../rotator/abandoned.ts';
import { type ListedCredential, listCredentials } from '../rotator/credentials.ts';
import { findRotator } from '../rotator/find-rotator.ts';
import type { Rotator } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
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

/** One list of secrets for all that look, and only while somebody does. */
export class FleetFeed {
  readonly #session: Session;
  readonly #options: FleetOptions;
  readonly #lookers: Lookers<FleetEvent>;
  #setting: Setting;
  #settingAt: EpochSeconds;
  #every: number;
  #listed: Listed | undefined;
  #trouble: Trouble | undefined;

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
    if (this.#trouble !== undefined) listener(this.#trouble);
    return this.#lookers.add(listener);
  }

  async #look(): Promise<number> {
    const began = performance.now();
    try {
      const hasChanged = await this.#renewSetting();
      this.#tell(await this.#list(began), hasChanged);
    } catch (error) {
      const at = this.#session.now();
      const since = this.#trouble?.since ?? at;
      this.#trouble = { type: 'trouble', at, since, why: asUnknown(error) };
      this.#lookers.emit(this.#trouble);
    }
    return this.#every;
  }

  async #list(began: number): Promise<Listed> {
    const found = await listCredentials(this.#session, this.rotator);
    const at = this.#session.now();
    const took = (performance.now() - began) / 1000;
    this.#every = Math.max(this.#options.every, took * rest);
    const before = this.#listed?.rows;
    const rows = found.map((one) => [one.name, fleetRow(one, at, before?.get(one.name))] as const);
    return {
      at,
      credentials: new Map(found.map((one) => [one.name, one])),
      rows: new Map(rows),
    };
  }

  #tell(listed: Listed, isWhole: boolean): void {
    const before = this.#listed;
    this.#listed = listed;
    this.#trouble = undefined;
    if (before === undefined || isWhole) {
      this.#lookers.emit(this.#whole(listed));
      return;
    }
    const rows = [...listed.rows.values()].filter((row) => {
      const old = before.rows.get(row.name);
      return old === undefined || toJson(old) !== toJson(row);
    });
    const removed = [...before.rows.keys()].filter((name) => !listed.rows.has(name));
    this.#lookers.emit({ type: 'change', at: listed.at, rows, removed });
  }

  /** @returns true if the fleet is not what it was */
  async #renewSetting(): Promise<boolean> {
    const { now } = this.#session;
    if (now() - this.#settingAt < settingAge) return false;
    const before = this.#setting;
    this.#setting = await settingOf(this.#session).catch((error: unknown) => ({
      ...before,
      functionUnknown: asUnknown(error),
    }));
    this.#settingAt = now();
    return toJson(this.#fleet(before)) !== toJson(this.#fleet(this.#setting));
  }

  #whole({ at, rows }: Listed): FleetEvent {
    const fleet = { ...this.#fleet(this.#setting), now: this.#session.now() };
    return { type: 'fleet', at, fleet, rows: [...rows.values()] };
  }

  #fleet({ rotator, functionUnknown, abandoned }: Setting): Omit<Fleet, 'now'> {
    return {
      rotator: rotator.name,
      region: rotator.region,
      tick: rotator.tick,
      every: Math.ceil(this.#every),
      allowsActions: this.#options.allowsActions,
      functionUnknown,
      abandoned,
    };
  }
}

async function settingOf(session: Session): Promise<Setting> {
  const rotator = await findRotator(session);
  const { function: target } = rotator;
  const functionUnknown = target.kind === 'deployed' ? undefined : asUnknown(target.why);
  const abandoned = await known(async () => {
    const found = await abandonedRotators(session, rotator);
    if (found === undefined && target.kind !== 'deployed') throw target.why;
    return (found ?? []).map((one) => explainAbandoned(one, rotator));
  });
  return { rotator, functionUnknown, abandoned };
}
