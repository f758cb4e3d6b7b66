import { CliError } from '../errors.ts';
import { noteAssumedPrefix } from '../rotator/check-prefix.ts';
import { findRotator } from '../rotator/find-rotator.ts';
import type { Rotator } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { accountChecks } from './account-checks.ts';
import { allCredentialsCheck } from './all-credentials-check.ts';
import { type Check, check, type Finding, failed } from './check.ts';
import { networkCheck } from './network-check.ts';
import { rotatorChecks } from './rotator-checks.ts';

/** Checks that belong together. They are under way. */
export interface Section {
  readonly title: string;
  readonly checks: readonly Check[];
}

/**
 * Checks the account, the rotator and its credentials, a section at a time.
 *
 * @param one the sections of a credential. @default all credentials, from metadata alone
 */
export async function* examine(
  session: Session,
  one?: ((rotator: Rotator) => AsyncIterable<Section>) | undefined,
): AsyncGenerator<Section> {
  const account = accountChecks(session, await session.secrets.region());
  yield { title: 'AWS', checks: [networkCheck(session), ...account] };
  // Without AWS credentials, every other check would fail for the same reason.
  const findings = await Promise.all(account.map(({ finding }) => finding));
  const isSignedIn = findings.every(
    ({ verdict }, index) => account[index]?.title !== 'AWS credentials' || verdict !== 'failed',
  );
  if (!isSignedIn) return;
  const rotator = await findRotator(session).catch((error: unknown) => asValue(session, error));
  if (rotator instanceof CliError) {
    yield { title: 'rotator', checks: [check('rotator', () => notFoundFinding(rotator))] };
    return;
  }
  noteAssumedPrefix(session, rotator);
  yield { title: `rotator ${rotator.name}`, checks: rotatorChecks(session, rotator) };
  if (one === undefined) {
    yield { title: 'credentials', checks: [allCredentialsCheck(session, rotator)] };
  } else yield* one(rotator);
}

function asValue({ signal }: Session, error: unknown): CliError {
  if (error instanceof CliError && error.exitCode === 1 && !signal.aborted) return error;
  throw error;
}

/** A missing or broken rotator has failed. If AWS did not allow the look, it is unknown. */
function notFoundFinding(error: CliError): Promise<Finding> {
  if (error.code.startsWith('ERR_AWS_')) return Promise.reject(error);
  return Promise.resolve(failed(error.message, error.fix ?? 'see docs/runbook.md'));
}
