import { type Memory, newMemory } from '../../lambda/steps/run.ts';
import type { Task } from './clock.ts';
import type { Caller } from './exchange.ts';

/** A process of the function, which keeps its memory from invocation to invocation. */
export interface Sandbox {
  readonly id: number;
  readonly memory: Memory;
  /** Seconds by which its clock is ahead. */
  readonly skew: number;
  isBusy: boolean;
  /** When it was frozen. */
  frozenAt: number;
}

export function newSandbox(id: number, skew: number): Sandbox {
  return { id, memory: newMemory(), skew, isBusy: false, frozenAt: 0 };
}

/** One invocation, and what it has done so far. */
export class Invocation implements Caller {
  readonly id: number;
  readonly event: Readonly<Record<string, unknown>>;
  readonly sandbox: Sandbox;
  readonly startedAt: number;
  readonly deadline: number;
  readonly task: Task;
  readonly abort = new AbortController();
  inFlight = 0;
  isKilled = false;
  isOver = false;
  onKill: () => void = () => undefined;
  /** Something failed that the whole run depends on. */
  isDisturbed = false;
  /** One of its calls does not even end when it is aborted. */
  isStuck = false;
  /** Another invocation ran meanwhile. */
  hasOverlapped = false;
  /** The last list that it read was read to its end. */
  hasList = false;
  /** The credentials that it left for want of time, or because their host is broken. */
  deferred = 0;
  /** It asks an IMS host, or one client there, no more. */
  hasBrokenHost = false;
  /** The tokens that IMS has said it rejects. */
  readonly rejected = new Set<string>();
  /** The credentials whose token it has stored. */
  readonly stored = new Set<string>();
  /** The ticks that it counted. */
  ticks = 0;
  /** When it last saw each token secret, and which version was AWSCURRENT. */
  readonly seen = new Map<
    string,
    {
      readonly at: number;
      readonly versionId: string | undefined;
      readonly isPaused: boolean;
    }
  >();
  /** The credentials that a fault has struck in it. */
  readonly struck = new Set<string>();
  /** Its requests to IMS by credential. */
  readonly requests = new Map<string, number>();

  constructor(
    id: number,
    event: Invocation['event'],
    sandbox: Sandbox,
    times: { readonly startedAt: number; readonly timeout: number; readonly task: Task },
  ) {
    this.id = id;
    this.event = event;
    this.sandbox = sandbox;
    this.startedAt = times.startedAt;
    this.deadline = times.startedAt + times.timeout;
    this.task = times.task;
  }

  get isTick(): boolean {
    return this.event['action'] === 'tick';
  }
}
