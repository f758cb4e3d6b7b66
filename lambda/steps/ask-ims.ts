import { Deferral, TokenRequestError } from '../../core/errors.ts';
import type { Run } from './run.ts';
import { noTimeLeft } from './with-retries.ts';

// Seconds that a request to IMS and the put after it may take.
const reserve = 26;

/**
 * Makes one request to an IMS host, unless it has failed too often in this run, or there is no time
 * left to store what comes of it.
 *
 * @throws Deferral when nothing was sent; else what the request throws
 */
export async function askIms<Output>(
  run: Run,
  imsHost: string,
  request: () => Promise<Output>,
): Promise<Output> {
  if (run.breaker.isOpen(imsHost)) {
    throw new Deferral(
      'ERR_TOKEN_UNAVAILABLE',
      `${imsHost} has failed too often in this run to be asked again`,
    );
  }
  if (run.remaining() < reserve) throw noTimeLeft();
  try {
    const output = await request();
    run.breaker.answered(imsHost);
    return output;
  } catch (error) {
    const passing = error instanceof TokenRequestError && error.transient;
    if (!passing) run.breaker.answered(imsHost);
    else if (run.breaker.failed(imsHost)) {
      run.log.warn('the host is not asked again in this run', { ims_host: imsHost });
    }
    throw error;
  }
}
