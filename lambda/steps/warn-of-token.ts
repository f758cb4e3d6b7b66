// In: a token that was stored. Logs a warning about each anomaly.
import { isShortLived } from '../../core/renew-before.ts';
import type { IssuedToken } from '../../core/token-response.ts';
import type { Run } from './run.ts';

export function warnOfToken(run: Run, credential: string, token: IssuedToken): void {
  if (isShortLived(token, run.config.tick)) {
    run.log.warn("the token's lifetime is too short for the tick interval", { credential });
  }
  if (token.warning !== undefined) run.log.warn(token.warning, { credential });
}
