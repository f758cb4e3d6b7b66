const minutes = 60;

/**
 * Seconds before its expiry at which a token is renewed: half its own lifetime, or less if the
 * setting says so, but never so late that fewer than two ticks remain, and never within the first
 * 10 minutes of its life.
 *
 * @param lifetime the token's, in seconds
 * @param tick seconds between two ticks
 * @param setting the credential's `renew-before` tag, in seconds
 */
export function renewBefore(lifetime: number, tick: number, setting?: number): number {
  const half = lifetime / 2;
  return Math.min(Math.max(Math.min(setting ?? half, half), 2.5 * tick), lifetime - 10 * minutes);
}

/** True if a token's lifetime is too short for the ticks to renew it in time. */
export function isShortLived(
  token: { readonly lifetime: number } | undefined,
  tick: number,
): boolean {
  return token !== undefined && token.lifetime < 2 * tick + 10 * minutes;
}
