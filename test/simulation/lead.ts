import { tagKeys } from '../../core/contract.ts';
import { parseDuration } from '../../core/instant.ts';
import type { Credential } from './credential.ts';

/** Seconds before its expiry at which a token has to be renewed at the latest. */
export function leadOf({ tokenSecret }: Credential, lifetime: number, tick: number): number {
  const setting = parseDuration(tokenSecret.tags.get(tagKeys.renewBefore) ?? '') ?? lifetime / 2;
  return Math.min(Math.max(Math.min(setting, lifetime / 2), 2.5 * tick), lifetime - 600);
}
