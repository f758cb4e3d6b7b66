import type { Deps } from '../../core/ports.ts';
import type { StoredToken } from '../../core/stored-token.ts';
import { HostBreaker } from './host-breaker.ts';

/** One invocation: what it may touch, and what it has learnt so far. */
export interface Run extends Deps {
  readonly breaker: HostBreaker;
  /** Values of foreign versions by version id. A version never changes, so one read is enough. */
  readonly foreignVersions: Map<string, StoredToken | 'malformed' | 'empty'>;
}

export function startRun(deps: Deps): Run {
  return { ...deps, breaker: new HostBreaker(), foreignVersions: new Map() };
}
