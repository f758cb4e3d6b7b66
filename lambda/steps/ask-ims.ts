import type { ClientCredential } from '../../core/credential.ts';
import { Deferral, type ErrorCode, TokenRequestError } from '../../core/errors.ts';
import { showClientId } from '../../core/field-names.ts';
import { imsReserve } from './budget.ts';
import type { Run } from './run.ts';
import { noTimeLeft } from './with-retries.ts';

/** Faults of the network on the way to a host, which hit every other request too. */
const networkFaults: ReadonlySet<ErrorCode> = new Set([
  'ERR_IMS_CERTIFICATE',
  'ERR_IMS_PROXY',
  'ERR_IMS_UNRESOLVED',
]);

// It throttles the client of one credential, and says nothing about the host.
const tooManyRequests = 429;

type Asked = Pick<ClientCredential, 'imsHost' | 'clientId'>;

/**
 * In: one request to an IMS host on behalf of a client. Out: its result.
 *
 * Nothing is sent when the host cannot be reached or has failed too often in this run, when it has
 * throttled the client too often, or when too little time is left to store a token.
 *
 * @throws Deferral when nothing was sent; otherwise whatever the request throws
 */
export async function askIms<Output>(
  run: Run,
  asked: Asked,
  request: () => Promise<Output>,
): Promise<Output> {
  assertIsAsked(run, asked);
  await takeTurn(run, asked.imsHost);
  // Others may have found out meanwhile.
  assertIsAsked(run, asked);
  if (run.remaining() < imsReserve) throw noTimeLeft();
  try {
    const output = await request();
    noteAnswer(run, asked);
    return output;
  } catch (error) {
    noteFailure(run, asked, error);
    throw error;
  }
}

function assertIsAsked({ hosts, clients }: Run, asked: Asked): void {
  const { imsHost } = asked;
  const code = hosts.failureOf(imsHost);
  if (code !== undefined) {
    throw new Deferral(
      code,
      `${imsHost} could not be reached, or has failed too often, in this run, and is not asked again`,
    );
  }
  const clientCode = clients.failureOf(keyOf(asked));
  if (clientCode !== undefined) {
    throw new Deferral(
      clientCode,
      `${imsHost} has throttled this client too often in this run, and is not asked for it again`,
    );
  }
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

function noteAnswer({ hosts, clients }: Run, asked: Asked): void {
  hosts.answered(asked.imsHost);
  clients.answered(keyOf(asked));
}

function noteFailure(run: Run, asked: Asked, error: unknown): void {
  const { imsHost, clientId } = asked;
  const code = error instanceof TokenRequestError ? error.code : undefined;
  const isLasting = code !== undefined && networkFaults.has(code);
  const isTransient = error instanceof TokenRequestError && error.transient;
  // Any other failure is an answer of the host.
  if (code === undefined || !(isLasting || isTransient)) noteAnswer(run, asked);
  else if (isTransient && error.details.status === tooManyRequests) {
    if (!run.clients.failed(keyOf(asked), code, false)) return;
    const fields = { ims_host: imsHost, client_id: showClientId(clientId), code };
    run.log.warn('the host is not asked for this client again in this run', fields);
  } else if (run.hosts.failed(imsHost, code, isLasting)) {
    run.log.warn('the host is not asked again in this run', { ims_host: imsHost, code });
  }
}

/** No host has a space in its name. */
function keyOf({ imsHost, clientId }: Asked): string {
  return `${imsHost} ${clientId}`;
}
