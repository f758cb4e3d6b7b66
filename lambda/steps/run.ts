import type { RotatorError } from '../../core/errors.ts';
import type { Deps } from '../../core/ports.ts';
import type { StoredToken } from '../../core/stored-token.ts';
import { HostBreaker } from './host-breaker.ts';

/** One invocation: what it may touch, and what it has learnt so far. */
export interface Run extends Deps {
  readonly breaker: HostBreaker;
  /**
   * Foreign versions by ARN and id, or why they could not be read. A version never changes, so one try is
   * enough.
   */
  readonly foreignVersions: Map<string, StoredToken | 'malformed' | 'empty' | RotatorError>;
}

export function startRun(deps: Deps): Run {
  return { ...deps, breaker: new HostBreaker(), foreignVersions: new Map() };
}
