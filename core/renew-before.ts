import { type EpochSeconds, epochSeconds } from './instant.ts';
import { hashName } from './name-hash.ts';

const minutes = 60;

// Of a lifetime of 24 hours, two. More would mint more, less would spread a large fleet too little.
const spread = 1 / 12;

/** What a renewal's time depends on, beside the token. */
export interface RenewalTiming {
  readonly credential: string;
  /** Seconds between two ticks. */
  readonly tick: number;
  /** The credential's `renew-before` tag, in seconds. */
  readonly renewBefore: number | undefined;
}

/**
 * Seconds before its expiry at which a token is renewed at the latest: half its own lifetime, or less
 * if the setting says so, but never so late that fewer than two ticks remain, and never within the
 * first 10 minutes of its life.
 *
 * @param lifetime the token's, in seconds
 * @param tick seconds between two ticks
 * @param setting the credential's `renew-before` tag, in seconds
 */
export function renewBefore(lifetime: number, tick: number, setting?: number): number {
  const half = lifetime / 2;
  return Math.min(Math.max(Math.min(setting ?? half, half), 2.5 * tick), longestLead(lifetime));
}

/**
 * When a token is due: up to a twelfth of its lifetime before its latest renewal, so that a fleet that
 * was onboarded at once is not renewed at once.
 */
export function renewAt(
  { expiresAt, lifetime }: { readonly expiresAt: EpochSeconds; readonly lifetime: number },
  { credential, tick, renewBefore: setting }: RenewalTiming,
): EpochSeconds {
  const early = phaseOf(credential, expiresAt) * spread * lifetime;
  const lead = Math.min(renewBefore(lifetime, tick, setting) + early, longestLead(lifetime));
  return epochSeconds(Math.ceil(expiresAt - lead));
}

/**
 * From 0 up to 1. Each token has a phase of its own, because credentials with the same phase would
 * always be renewed by the same tick.
 */
function phaseOf(credential: string, expiresAt: EpochSeconds): number {
  return hashName(`${credential} ${expiresAt}`)[0] / 2 ** 32;
}

function longestLead(lifetime: number): number {
  return lifetime - 10 * minutes;
}

/** True if a token's lifetime is too short for the ticks to renew it in time. */
export function isShortLived(
  token: { readonly lifetime: number } | undefined,
  tick: number,
): boolean {
  return token !== undefined && token.lifetime < 2 * tick + 10 * minutes;
}
