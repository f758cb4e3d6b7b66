import { Deferral, TokenRequestError } from '../../core/errors.ts';
import { imsReserve } from './budget.ts';
import type { Run } from './run.ts';
import { noTimeLeft } from './with-retries.ts';

/**
 * In: one request to an IMS host. Out: its result.
 *
 * Nothing is sent when the host has failed too often in this run, or when too little time is left to
 * store a token.
 *
 * @throws Deferral when nothing was sent; otherwise whatever the request throws
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
  if (run.remaining() < imsReserve) throw noTimeLeft();
  try {
    const output = await request();
    run.breaker.answered(imsHost);
    return output;
  } catch (error) {
    const transient = error instanceof TokenRequestError && error.transient;
    if (!transient) run.breaker.answered(imsHost);
    else if (run.breaker.failed(imsHost)) {
      run.log.warn('the host has failed too often and is not asked again in this run', {
        ims_host: imsHost,
      });
    }
    throw error;
  }
}
