import type { Fleet, FleetEvent, FleetRow } from '../../console/messages.ts';
import type { EpochSeconds } from '../../core/instant.ts';
import { abandonedRotators, explainAbandoned } from '../rotator/abandoned.ts';
import { type ListedCredential, listCredentials } from '../rotator/credentials.ts';
import { findRotator } from '../rotator/find-rotator.ts';
import type { Rotator } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { toJson } from './answers.ts';
import { fleetRow } from './fleet-row.ts';
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
type Listener = (...events: readonly FleetEvent[]) => void;

// Seconds after which the function's settings are read again. A deployment may change them.
const settingAge = 300;

// A list takes a tenth of the time at most, however long it is.
const rest = 10;

/** One list of secrets for all that look, and only while somebody does. */
export class FleetFeed {
  readonly #session: Session;
  readonly #options: FleetOptions;
  readonly #listeners = new Set<Listener>();
  #setting: Setting;
  #settingAt: EpochSeconds;
  #every: number;
  #listed: Listed | undefined;
  #trouble: Trouble | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #nextAt = 0;

  private constructor(session: Session, options: FleetOptions, setting: Setting) {
    this.#session = session;
    this.#options = options;
    this.#every = options.every;
    this.#setting = setting;
    this.#settingAt = session.now();
    session.signal.addEventListener('abort', () => clearTimeout(this.#timer), { once: true });
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
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    const first = this.#listed === undefined ? [] : [this.#whole(this.#listed)];
    const events = [...first, ...(this.#trouble === undefined ? [] : [this.#trouble])];
    if (events.length > 0) listener(...events);
    this.#plan();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) {
        clearTimeout(this.#timer);
        this.#timer = undefined;
      }
    };
  }

  #plan(): void {
    const isIdle = this.#listeners.size === 0 || this.#session.signal.aborted;
    if (isIdle || this.#isLooking || this.#timer !== undefined) return;
    const wait = Math.max(0, this.#nextAt - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      // It fails only together with the session.
      void this.#look();
    }, wait);
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    const began = performance.now();
    try {
      const hasChanged = await this.#renewSetting();
      this.#tell(await this.#list(began), hasChanged);
    } catch (error) {
      if (this.#session.signal.aborted) return;
      const at = this.#session.now();
      const since = this.#trouble?.since ?? at;
      this.#trouble = { type: 'trouble', at, since, why: asUnknown(error) };
      this.#emit(this.#trouble);
    } finally {
      this.#isLooking = false;
      this.#nextAt = began + this.#every * 1000;
      this.#plan();
    }
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
      this.#emit(this.#whole(listed));
      return;
    }
    const rows = [...listed.rows.values()].filter((row) => {
      const old = before.rows.get(row.name);
      return old === undefined || toJson(old) !== toJson(row);
    });
    const removed = [...before.rows.keys()].filter((name) => !listed.rows.has(name));
    this.#emit({ type: 'change', at: listed.at, rows, removed });
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

  #emit(event: FleetEvent): void {
    for (const listener of this.#listeners) listener(event);
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
