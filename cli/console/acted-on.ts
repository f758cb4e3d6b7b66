import type { EpochSeconds } from '../../core/instant.ts';
import type { Secret } from '../aws/secret.ts';
import { toJson } from './answers.ts';

interface Seen {
  readonly secret: Secret;
  readonly at: EpochSeconds;
}

// Seconds that a list of secrets may lag.
const longestLag = 300;

/** Token secrets as they were after an action, for as long as the list may still show them before it. */
export class ActedOn {
  readonly #seen = new Map<string, Seen>();

  add(name: string, secret: Secret, at: EpochSeconds): void {
    this.#seen.set(name, { secret, at });
  }

  /** The token secret as the action left it, until the list has caught up. */
  current(name: string, listed: Secret | undefined, now: EpochSeconds): Secret | undefined {
    const seen = this.#seen.get(name);
    if (seen === undefined || listed === undefined) return listed;
    const { secret, at } = seen;
    const isLater = (listed.changedAt ?? 0) > (secret.changedAt ?? 0);
    if (!isLater && now - at <= longestLag && stateOf(listed) !== stateOf(secret)) return secret;
    this.#seen.delete(name);
    return listed;
  }
}

/** Everything that an action can change. */
function stateOf({ tags, currentVersionId }: Secret): string {
  return toJson([Object.entries(tags).toSorted(), currentVersionId]);
}
