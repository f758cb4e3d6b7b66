// In: a credential that manages its own client secrets. Out: what it has at Adobe, changed step by step.
import {
  type AddedSecret,
  assertDeleted,
  consoleScopes,
  type ListedSecret,
  parseAddedSecret,
  parseSecretList,
} from '../../core/console-secrets.ts';
import type { ClientCredential } from '../../core/credential.ts';
import { Deferral, type ErrorCode, RotatorError } from '../../core/errors.ts';
import type { ConsoleAccess } from '../../core/ports.ts';
import type { Sensitive } from '../../core/sensitive.ts';
import { addingReserve, budget } from './budget.ts';
import { mint } from './mint.ts';
import type { Recorded } from './record-request.ts';
import type { Run } from './run.ts';
import { noTimeLeft, withRetries } from './with-retries.ts';

/** The client secrets of one credential at Adobe. */
export interface Management {
  readonly access: ConsoleAccess;
  /** Which of the secrets that were tried IMS accepted, counted from 1. */
  readonly position: number;
  readonly credential: ClientCredential;
}

/**
 * Mints a token that manages the credential's own client secrets. It is stored nowhere, and counts
 * as a request of the credential's budget.
 *
 * @param tried as for `mint`
 * @throws RotatorError ERR_CREDENTIAL_INVALID when the credential does not say which one it is in the
 * Developer Console; otherwise as `mint`
 */
export async function manage(
  run: Run,
  credential: ClientCredential,
  recorded: Recorded,
  tried?: readonly Sensitive[],
): Promise<Management> {
  const { clientId, credentialId, consoleOrgId } = credential;
  if (credentialId === undefined || consoleOrgId === undefined) {
    throw new RotatorError(
      'ERR_CREDENTIAL_INVALID',
      "rotating the client secret needs credential_id and console_org_id in the client secret's value: " +
        "both are in the address of the credential's page in the Developer Console",
    );
  }
  const managing = { ...credential, scopes: consoleScopes };
  const { token, clientSecretPosition: position } = await mint(
    { ...run, ...run.managing },
    managing,
    recorded,
    tried,
  );
  const { accessToken } = token;
  return { access: { credentialId, consoleOrgId, clientId, accessToken }, position, credential };
}

/** @throws ConsoleRequestError */
export async function listSecrets(
  run: Run,
  management: Management,
): Promise<readonly ListedSecret[]> {
  return await withRetries(run, budget.console, () =>
    askConsole(run, async () =>
      parseSecretList(
        await run.consoleEndpoint.list(management.access, run.signal),
        asked(run, management),
      ),
    ),
  );
}

/**
 * Adds a secret. It is asked for once: a repetition would add another one.
 *
 * @throws ConsoleRequestError; unless `isUndone` knows its code, a secret may have been added
 */
export async function addSecret(run: Run, management: Management): Promise<AddedSecret> {
  const response = await run.consoleEndpoint.add(management.access, run.signal);
  return parseAddedSecret(response, asked(run, management));
}

/** @throws Deferral when a secret that is added now could not be stored in this run */
export function assertTimeToAdd({ remaining }: Run): void {
  if (remaining() < addingReserve) throw noTimeLeft();
}

/**
 * @param check throws if the secret must stay after all; it is asked before each attempt
 * @throws ConsoleRequestError
 */
export async function deleteSecret(
  run: Run,
  management: Management,
  uuid: string,
  check: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  await withRetries(run, budget.console, async () => {
    await check();
    await askConsole(run, async () => {
      const response = await run.consoleEndpoint.remove(management.access, uuid, run.signal);
      assertDeleted(response, asked(run, management));
    });
  });
}

/** Faults of the network on the way to the API, which hit every other request too. */
const networkFaults: ReadonlySet<ErrorCode> = new Set([
  'ERR_CONSOLE_CERTIFICATE',
  'ERR_CONSOLE_PROXY',
  'ERR_CONSOLE_UNRESOLVED',
]);

// No host has a space in its name.
const consoleApi = 'the Console API';

/**
 * One request that may be repeated. When the API answers none, each renewal that has a secret to delete
 * would wait for it, and keep others from their turns.
 *
 * @throws Deferral when it cannot be reached, or has failed too often, in this run
 */
async function askConsole<Output>(
  { managing: { hosts } }: Run,
  request: () => Promise<Output>,
): Promise<Output> {
  const broken = hosts.failureOf(consoleApi);
  if (broken !== undefined) {
    throw new Deferral(
      broken,
      `${consoleApi} could not be reached, or has failed too often, in this run, and is not asked again`,
    );
  }
  try {
    const output = await request();
    hosts.answered(consoleApi);
    return output;
  } catch (error) {
    const code = error instanceof RotatorError ? error.code : undefined;
    const isLasting = code !== undefined && networkFaults.has(code);
    const isTransient = error instanceof RotatorError && error.transient;
    if (code !== undefined && (isLasting || isTransient)) hosts.failed(consoleApi, code, isLasting);
    else hosts.answered(consoleApi);
    throw error;
  }
}

function asked({ now }: Run, { access, credential }: Management) {
  return { now: now(), secrets: [access.accessToken, ...credential.clientSecrets] };
}
