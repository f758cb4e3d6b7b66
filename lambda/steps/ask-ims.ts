import { Deferral, type ErrorCode, TokenRequestError } from '../../core/errors.ts';
import { imsReserve } from './budget.ts';
import type { Run } from './run.ts';
import { noTimeLeft } from './with-retries.ts';

/** Faults of the network on the way to a host, which hit every other request too. */
const networkFaults: ReadonlySet<ErrorCode> = new Set([
  'ERR_IMS_CERTIFICATE',
  'ERR_IMS_PROXY',
  'ERR_IMS_UNRESOLVED',
]);

/**
 * In: one request to an IMS host. Out: its result.
 *
 * Nothing is sent when the host cannot be reached or has failed too often in this run, or when too
 * little time is left to store a token.
 *
 * @throws Deferral when nothing was sent; otherwise whatever the request throws
 */
export async function askIms<Output>(
  run: Run,
  imsHost: string,
  request: () => Promise<Output>,
): Promise<Output> {
  assertIsAsked(run, imsHost);
  await takeTurn(run, imsHost);
  // Others may have found out meanwhile.
  assertIsAsked(run, imsHost);
  if (run.remaining() < imsReserve) throw noTimeLeft();
  try {
    const output = await request();
    run.breaker.answered(imsHost);
    return output;
  } catch (error) {
    noteFailure(run, imsHost, error);
    throw error;
  }
}

function assertIsAsked({ breaker }: Run, imsHost: string): void {
  const code = breaker.failureOf(imsHost);
  if (code === undefined) return;
  throw new Deferral(
    code,
    `${imsHost} could not be reached, or has failed too often, in this run, and is not asked again`,
  );
}

/** A turn that would come too late is not waited for: other hosts may still have time. */
async function takeTurn({ pace, remaining, sleep, signal }: Run, imsHost: string): Promise<void> {
  const wait = pace.nextTurn(imsHost, -remaining());
  if (wait === 0) return;
  if (remaining() - wait < imsReserve) throw noTimeLeft();
  await sleep(wait, signal).catch((aborted: unknown) => {
    throw noTimeLeft(aborted);
  });
}

function noteFailure({ breaker, log }: Run, imsHost: string, error: unknown): void {
  const code = error instanceof TokenRequestError ? error.code : undefined;
  const isLasting = code !== undefined && networkFaults.has(code);
  const isTransient = error instanceof TokenRequestError && error.transient;
  // Any other failure is an answer of the host.
  if (code === undefined || !(isLasting || isTransient)) breaker.answered(imsHost);
  else if (breaker.failed(imsHost, code, isLasting)) {
    log.warn('the host is not asked again in this run', { ims_host: imsHost, code });
  }
}
