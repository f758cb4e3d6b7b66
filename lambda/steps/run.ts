import type { RotatorError } from '../../core/errors.ts';
import type { EpochSeconds } from '../../core/instant.ts';
import type { Deps } from '../../core/ports.ts';
import type { StoredToken } from '../../core/stored-token.ts';
import { HostBreaker } from './host-breaker.ts';

/** What a sandbox keeps from run to run, where nothing else may. A new sandbox knows none of it. */
export interface Memory {
  /** The latest token requests by the token secret's ARN, newest first, in case the tag is not written. */
  readonly requests: Map<string, readonly EpochSeconds[]>;
  /** When a missing token secret was last reported, by credential. */
  readonly missing: Map<string, EpochSeconds>;
}

/** One invocation: what it may touch, and what it has learnt so far. */
export interface Run extends Deps {
  readonly breaker: HostBreaker;
  readonly memory: Memory;
  /**
   * Foreign versions by ARN and id, or why they could not be read. A version never changes, so one try is
   * enough.
   */
  readonly foreignVersions: Map<string, StoredToken | 'malformed' | 'empty' | RotatorError>;
}

export function newMemory(): Memory {
  return { requests: new Map(), missing: new Map() };
}

export function startRun(deps: Deps, memory: Memory = newMemory()): Run {
  return { ...deps, breaker: new HostBreaker(), memory, foreignVersions: new Map() };
}
