import type { Tags } from '../../core/token-tags.ts';
import { type Memory, newMemory } from '../../lambda/steps/run.ts';
import type { Task } from './clock.ts';
import type { Caller } from './exchange.ts';
import { Hosts } from './hosts.ts';

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
  readonly hosts = new Hosts();
  /** The tokens that IMS has said it rejects. */
  readonly rejected = new Set<string>();
  /** The credentials whose token it has stored. */
  readonly stored = new Set<string>();
  /** The versions that it has stored. */
  readonly versions = new Set<string>();
  /** The tokens that IMS has said it accepts. */
  readonly accepted = new Set<string>();
  /** By client and secret, what IMS has refused for good. */
  readonly refused = new Set<string>();
  /** By client, before when IMS does not want to be asked again. */
  readonly notBefore = new Map<string, number>();
  /** The error codes that it has told of. */
  readonly codes = new Set<string>();
  /** The ticks that it counted. */
  ticks = 0;
  /** What it measured, the last value of each. */
  readonly metrics = new Map<string, number>();
  /** The credentials that it has marked as failing, and that were not. */
  readonly news = new Set<string>();
  /** The reads of secrets by credential. */
  readonly reads = new Map<string, number>();
  /** When it last saw each token secret, and which version was AWSCURRENT. */
  readonly seen = new Map<
    string,
    {
      readonly at: number;
      readonly versionId: string | undefined;
      readonly pendingId: string | undefined;
      readonly isPaused: boolean;
      readonly tags: { readonly all: Tags; readonly status: string | undefined };
    }
  >();
  /** The credentials that a fault has struck in it. */
  readonly struck = new Set<string>();
  /** The clients for which it has asked IMS for a token that manages client secrets. */
  readonly managed = new Set<string>();
  /** By client, when the token ends that IMS last issued to it. */
  readonly issued = new Map<string, number>();
  /** The credentials whose requests it could not record. */
  readonly unrecorded = new Set<string>();
  /** It has asked Adobe for another client secret. */
  hasAsked = false;
  /** By credential, when it was last shown the client secret, and the tag of its rotation then. */
  readonly shown = new Map<string, { readonly at: number; readonly note: string | undefined }>();
  /** By credential, until when Adobe has told it of uses, and when the value was stored that it had then. */
  readonly told = new Map<string, { readonly until: number; readonly storedAt: number }>();
  /** The client secret that it has added, and not stored yet. */
  unstored: string | undefined;
  /** The credentials whose retired client secret it has deleted. */
  readonly retired = new Set<string>();
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

  countRead(credential = ''): void {
    this.reads.set(credential, (this.reads.get(credential) ?? 0) + 1);
  }

  get isTick(): boolean {
    return this.event['action'] === 'tick';
  }
}
