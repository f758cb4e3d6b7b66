import type { RotatorError } from '../../core/errors.ts';
import { HostPace } from '../../core/host-pace.ts';
import type { EpochSeconds } from '../../core/instant.ts';
import { isAhead, requestMemory } from '../../core/mint-budget.ts';
import type { CredentialOutcome } from '../../core/outcome.ts';
import type { Deps, SecretValue } from '../../core/ports.ts';
import { Breaker } from './breaker.ts';

/** What a sandbox keeps from run to run, where nothing else may. A new sandbox knows none of it. */
export interface Memory {
  /**
   * The latest token requests by credential, newest first, in case the tag is not written, or goes with
   * its secret.
   */
  readonly requests: Map<string, readonly EpochSeconds[]>;
  /** When a failure that no tag remembers was last reported, by credential and code. */
  readonly reported: Map<string, EpochSeconds>;
}

/** One invocation: what it may touch, and what it has learnt so far. */
export interface Run extends Deps {
  /** By IMS host. */
  readonly hosts: Breaker;
  /** By IMS host and client, for clients that are throttled. */
  readonly clients: Breaker;
  /**
   * The same for requests that manage client secrets. Tokens are renewed whether or not those fail: a
   * host may refuse their scopes alone.
   */
  readonly managing: { readonly hosts: Breaker; readonly clients: Breaker };
  readonly pace: HostPace;
  readonly memory: Memory;
  /**
   * The values of token secrets by ARN and version id, or why they could not be read. A version
   * never changes, so one try is enough.
   */
  readonly tokenValues: Map<string, SecretValue | 'empty' | RotatorError>;
}

/** Takes each outcome as it comes, with the credential's place in the order of work, if it had one. */
export type Report = (outcome: CredentialOutcome, place?: number) => void;

export function newMemory(): Memory {
  return { requests: new Map(), reported: new Map() };
}

/** Seconds after which such a failure may be news again; less than an hour. */
export const reportMemory = 1_800;

export function startRun(deps: Deps, memory: Memory = newMemory()): Run {
  forget(memory, deps.now());
  const pace = new HostPace(deps.config.imsRequestsPerSecond);
  const [hosts, clients] = [new Breaker(), new Breaker()];
  const managing = { hosts: new Breaker(), clients: new Breaker() };
  return { ...deps, hosts, clients, managing, pace, memory, tokenValues: new Map() };
}

function forget({ requests, reported }: Memory, now: EpochSeconds): void {
  for (const [credential, [newest = 0]] of requests) {
    if (now - newest >= requestMemory) requests.delete(credential);
  }
  for (const [failure, at] of reported) {
    if (now - at >= reportMemory || isAhead(at, now)) reported.delete(failure);
  }
}

/** The same run for one credential. What it reads of token secrets is released with it. */
export function forOneCredential(run: Run): Run {
  return { ...run, tokenValues: new Map() };
}
