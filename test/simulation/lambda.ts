// The model of AWS Lambda: sandboxes, time-outs, crashes, and asynchronous invocations.
import { hash } from 'node:crypto';
import { parseEvent } from '../../core/event.ts';
import { epochSeconds } from '../../core/instant.ts';
import type { RunResult } from '../../core/run-result.ts';
import { runCommand } from '../../lambda/run-command.ts';
import { closingSeconds } from '../../lambda/steps/budget.ts';
import { startRun } from '../../lambda/steps/run.ts';
import { ConsolePort } from './console-port.ts';
import type { StormKind } from './faults.ts';
import { ImsPort } from './ims-port.ts';
import { Invocation, newSandbox, type Sandbox } from './invocation.ts';
import { logPort, metricsPort } from './log-port.ts';
import { StorePort } from './store-port.ts';
import type { World } from './world.ts';

export type Event = Invocation['event'];

/** What the caller of a synchronous invocation is told. */
type Answered = (isDone: boolean, error?: unknown) => void;

/** Why an invocation is killed without a crash. */
export const timedOut = 'its time-out';

const largestSkew = 120;
const oldestEvent = 300;
// For no renewal at all, and for one that meets no hindrance.
const shortTimeouts = [40, 80] as const;

export class Lambda {
  readonly live = new Set<Invocation>();
  readonly #world: World;
  #sandboxes: Sandbox[] = [];
  #count = 0;
  readonly #digests = new Map<string, string>();
  /** By credential, what was told of it last. */
  readonly #told = new Map<string, string>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Invokes asynchronously: a failure is repeated once, after a minute. */
  send(event: Event, retries = 1, sentAt = this.#world.clock.now): void {
    const { clock } = this.#world;
    this.invoke(event, (isDone) => {
      const isTooOld = clock.now + 60 - sentAt > oldestEvent;
      if (!isDone && retries > 0 && !isTooOld) {
        clock.after(60, () => this.send(event, retries - 1, sentAt));
      }
    });
  }

  invoke(event: Event, answered: Answered = () => undefined): void {
    const { weather, clock, settings, random } = this.#world;
    const fault = weather.strikes('invocation');
    if (fault !== undefined) this.#world.disturbAll(clock.now + settings.tick);
    if (fault === 'invocation-throttled') {
      answered(false);
      return;
    }
    this.#count += 1;
    const timeout = fault === undefined ? settings.timeout : random.pick(shortTimeouts);
    const times = { startedAt: clock.now, timeout, task: clock.begin() };
    const invocation = new Invocation(this.#count, event, this.#takeSandbox(), times);
    if (this.live.size > 0) this.#overlap(invocation);
    this.live.add(invocation);
    this.#world.properties.started(invocation);
    const abort = clock.at(invocation.deadline - closingSeconds, () => invocation.abort.abort());
    const kill = clock.at(invocation.deadline, () => {
      void this.kill(invocation, timedOut);
    });
    const end = (error?: unknown): void => {
      abort.run = undefined;
      kill.run = undefined;
      this.#end(invocation);
      this.#world.invariants.ended(invocation, error);
      this.#world.duties.ended(invocation, error);
      this.#world.clientRules.ended(invocation);
      this.#world.properties.ended(invocation);
      answered(error === undefined, error);
    };
    invocation.onKill = () => {
      abort.run = undefined;
      kill.run = undefined;
      answered(false);
    };
    this.#run(invocation).then(() => end(), end);
  }

  /** @returns what kills the process when it has gone on with an answer, if it is to die then */
  afterAnswer(invocation: Invocation, crash: StormKind | undefined): (() => void) | undefined {
    if (crash !== 'crash-after-an-answer') return undefined;
    return () => this.#world.clock.after(0, () => void this.kill(invocation, crash));
  }

  /** The process ends between two effects. @returns what its callers wait for, in vain */
  kill(invocation: Invocation, why: StormKind | typeof timedOut): Promise<never> {
    if (invocation.isKilled || invocation.isOver) return new Promise(() => undefined);
    if (why !== timedOut) this.#world.counts.add('faults', why);
    invocation.isKilled = true;
    const world = this.#world;
    world.history.tell(world.clock.now, '', `#${invocation.id} is killed: ${why}`);
    this.#sandboxes = this.#sandboxes.filter((one) => one !== invocation.sandbox);
    this.#end(invocation);
    world.disturbAll(world.clock.now);
    world.invariants.killed(invocation, why);
    invocation.onKill();
    return new Promise(() => undefined);
  }

  #end(invocation: Invocation): void {
    invocation.isOver = true;
    invocation.sandbox.isBusy = false;
    invocation.sandbox.frozenAt = this.#world.clock.now;
    this.live.delete(invocation);
    this.#world.clock.end(invocation.task);
  }

  #overlap(invocation: Invocation): void {
    this.#world.counts.add('faults', 'overlapping-runs');
    invocation.hasOverlapped = true;
    for (const other of this.live) other.hasOverlapped = true;
  }

  #takeSandbox(): Sandbox {
    const { random, settings, counts, clock } = this.#world;
    const idle = this.#sandboxes.filter(({ isBusy }) => !isBusy);
    if (idle.length > 0 && !random.chance(settings.rates.cold)) {
      const warm = random.pick(idle);
      warm.isBusy = true;
      if (clock.now - warm.frozenAt > 60) counts.add('faults', 'sandbox-thawed');
      return warm;
    }
    counts.add('faults', 'cold-start');
    counts.add('faults', 'clock-skewed');
    const sandbox = newSandbox(this.#count, random.between(-largestSkew, largestSkew));
    sandbox.isBusy = true;
    // Lambda ends the oldest ones.
    this.#sandboxes = [...this.#sandboxes, sandbox].slice(-4);
    return sandbox;
  }

  async #run(invocation: Invocation): Promise<void> {
    const world = this.#world;
    const { clock, config, random } = world;
    const command = parseEvent(invocation.event, config);
    const run = startRun(
      {
        config,
        now: () => epochSeconds(clock.now + invocation.sandbox.skew),
        random: () => random.next(),
        sleep: (seconds, signal) => world.sleep(invocation, seconds, signal),
        remaining: () => invocation.deadline - clock.now - closingSeconds,
        digest: (text) => this.digest(text),
        secrets: new StorePort(world, invocation),
        tokenEndpoint: new ImsPort(world, invocation),
        consoleEndpoint: new ConsolePort(world, invocation),
        log: logPort(world, invocation),
        metrics: metricsPort(world, invocation),
        signal: invocation.abort.signal,
      },
      invocation.sandbox.memory,
    );
    const result = await runCommand(run, command);
    world.invariants.answered(invocation, result);
    this.#tellReasons(invocation, result);
  }

  /** Why a token is kept, whenever that changes: every tick would bury all else. */
  #tellReasons({ id }: Invocation, { credentials }: RunResult): void {
    const { history, clock } = this.#world;
    for (const { name, outcome, reason, code = '' } of credentials) {
      const why = reason === undefined ? 'without a decision' : `for ${reason}`;
      const text = `${outcome} ${why} ${code}`.trimEnd();
      // The log tells of a renewal.
      if (outcome === 'renewed' || this.#told.get(name) === text) continue;
      this.#told.set(name, text);
      history.tell(clock.now, name, `#${id} ${text}`);
    }
  }

  /** Most texts are digested again and again. */
  digest(text: string): string {
    const known = this.#digests.get(text);
    if (known !== undefined) return known;
    if (this.#digests.size > 1_000) this.#digests.clear();
    const digest = hash('sha256', text, 'hex');
    this.#digests.set(text, digest);
    return digest;
  }
}
