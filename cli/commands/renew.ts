import pMap from 'p-map';
import { CliError, interrupted, usageError } from '../errors.ts';
import { listCredentials } from '../rotator/credentials.ts';
import { findRotator } from '../rotator/find-rotator.ts';
import { type Renewal, Renewals } from '../rotator/renewal.ts';
import { checkName } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { renewalFix, renewalWords } from '../view/renewal-words.ts';
import { wrapLines } from '../view/table.ts';

export interface RenewOptions {
  readonly all?: boolean | undefined;
  readonly force?: boolean | undefined;
}

// Each credential is one invocation; a new account may run ten at a time.
const concurrency = 5;

/** Renews credentials through the function. @returns 1 if any renewal failed */
export async function renew(
  session: Session,
  names: readonly string[],
  { all = false, force = false }: RenewOptions,
): Promise<number> {
  if (all === names.length > 0) {
    throw usageError('name the credentials to renew, or give --all');
  }
  for (const name of names) checkName(name);
  const { terminal, options, signal } = session;
  const rotator = await findRotator(session);
  const renewals = new Renewals(session, rotator);
  const wanted = all
    ? (await listCredentials(session, rotator)).filter(
        ({ paused, state }) => !paused && state !== 'empty' && (force || state !== 'fresh'),
      )
    : [...new Set(names)].map((name) => ({ name }));
  const progress = terminal.progress(`renewing ${wanted.length}`);
  const done: Renewal[] = [];
  const renewOne = async ({ name }: { readonly name: string }): Promise<void> => {
    if (signal.aborted) return;
    const renewal = await renewals
      .renew(name, force)
      .catch((error: unknown) => failedCall(name, error));
    if (renewal.code === 'ERR_INTERRUPTED') return;
    done.push(renewal);
    progress.say(`${done.length} of ${wanted.length}`);
    if (options.json !== true) progress.above(() => print(session, renewal));
  };
  try {
    await pMap(wanted, renewOne, { concurrency });
  } finally {
    progress.end();
  }
  const left = wanted.length - done.length;
  if (options.json === true) {
    terminal.printJson({ rotator: rotator.name, credentials: done, not_begun: left });
  }
  if (left > 0) {
    terminal.note(`interrupted: ${left} ${left === 1 ? 'was' : 'were'} not started`);
    return interrupted().exitCode;
  }
  if (wanted.length === 0) {
    terminal.note('nothing to renew: every credential has a fresh token, is paused, or is empty');
  }
  return done.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
}

/** A call that failed fails its credential, not the others. */
function failedCall(name: string, error: unknown): Renewal {
  if (!(error instanceof CliError)) throw error;
  const { code, message, fix } = error;
  return { name, outcome: 'failed', code, message, fix };
}

function print({ terminal, options }: Session, renewal: Renewal): void {
  const { name, outcome, code = '', message = '' } = renewal;
  if (outcome !== 'failed') {
    terminal.print(`${terminal.style('green', '✓')} ${renewalWords(renewal)}`);
    return;
  }
  terminal.print(`${terminal.style('red', '✗')} ${name} ${code}`);
  for (const text of [message, `→ ${renewalFix(renewal, options)}`]) {
    terminal.print(...wrapLines(text, 2, terminal.columns));
  }
}
