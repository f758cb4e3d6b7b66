import confirmName from '@inquirer/input';
import { formatInstant } from '../../core/instant.ts';
import { lastReads, type SecretRead } from '../aws/secret-reads.ts';
import type { Secret } from '../aws/secrets.ts';
import { CliError, interrupted, usageError } from '../errors.ts';
import { isScheduledForDeletion, restoreCommand } from '../rotator/absence.ts';
import { findRotator } from '../rotator/find-rotator.ts';
import { namesOf } from '../rotator/rotator.ts';
import { undo } from '../rotator/undo.ts';
import type { Session } from '../session.ts';
import { day, formatDuration } from '../view/durations.ts';
import { wrapLines } from '../view/table.ts';

export interface OffboardOptions {
  readonly yes?: boolean | undefined;
  /** The recovery window: 7 to 30. */
  readonly recoveryDays: number;
}

/** Shows who reads a credential's token, then schedules the deletion of its two secrets. */
export async function offboard(
  session: Session,
  name: string,
  { yes = false, recoveryDays }: OffboardOptions,
): Promise<number> {
  const { terminal, secrets, options, signal } = session;
  const rotator = await findRotator(session);
  const names = namesOf(rotator, name);
  const found = await Promise.all([secrets.describe(names.client), secrets.describe(names.token)]);
  // Others may use a client secret outside the prefix.
  const own = (secret: Secret): boolean => secret.name.startsWith(`${rotator.prefix}/`);
  const there = found
    .flatMap((secret) => secret ?? [])
    .filter((secret) => !isScheduledForDeletion(secret));
  const doomed = there.filter(own);
  const kept = there.filter((secret) => !own(secret));
  if (doomed.length === 0) {
    const text = `there is no secret ${names.client} and no secret ${names.token}`;
    const fix = 'list the credentials: ims-token-rotator status';
    throw new CliError('ERR_CREDENTIAL_NOT_FOUND', text, fix);
  }
  const token = doomed.find((secret) => secret.name === names.token);
  const readers = token === undefined ? [] : await readersOf(session, token);
  const warnings = [
    ...kept.map(
      (secret) => `${secret.name} is outside the prefix and stays: remove it from the stack.`,
    ),
    ...warningsOf(doomed, token, readers, session.now()),
  ];
  if (!yes || options.json !== true) {
    const write = (text: string): void =>
      options.json === true ? terminal.note(text) : terminal.print(text);
    write(`offboarding ${name} deletes:`);
    for (const secret of doomed) write(`  ${secret.name}`);
    for (const text of warnings) write(wrapLines(text, 2, terminal.columns).join('\n'));
  }
  if (!yes) await confirm(session, name);
  if (signal.aborted) throw interrupted('nothing was deleted');
  await deleteAll(session, doomed, recoveryDays);
  const today = formatInstant(session.now()).slice(0, 10);
  if (options.json === true) {
    const read =
      readers instanceof CliError ? { unknown: readers.message } : readers.map(readerJson);
    const deleted = doomed.map((secret) => secret.name);
    terminal.printJson({ name, deleted, recovery_days: recoveryDays, readers: read, warnings });
  } else {
    terminal.print(`${name} was offboarded on ${today}; for ${recoveryDays} days this undoes it:`);
    for (const secret of doomed) terminal.print(`  ${restoreCommand(secret.name, ' \\\n    ')}`);
  }
  return 0;
}

/** Deletes both or, if one fails, neither: half a credential would raise alarms. */
async function deleteAll(
  { secrets }: Session,
  doomed: readonly Secret[],
  days: number,
): Promise<void> {
  const touched: Secret[] = [];
  try {
    for (const secret of doomed) {
      touched.push(secret);
      await secrets.delete(secret.arn, days);
    }
  } catch (error) {
    // Includes the last one: it may be deleted, and only the response lost.
    await undo(
      error,
      touched.map(({ name }) => name),
      {
        work: (name) => secrets.restore(name),
        byHand: (name) => restoreCommand(name),
      },
    );
  }
}

async function readersOf(
  { signal }: Session,
  token: Secret,
): Promise<readonly SecretRead[] | CliError> {
  try {
    return await lastReads(token, signal);
  } catch (error) {
    if (error instanceof CliError && !signal.aborted) return error;
    throw error;
  }
}

function warningsOf(
  doomed: readonly Secret[],
  token: Secret | undefined,
  readers: readonly SecretRead[] | CliError,
  now: number,
): readonly string[] {
  const stack = doomed.map(({ tags }) => tags['aws:cloudformation:stack-name']).find(Boolean);
  const declared =
    stack === undefined
      ? []
      : [
          `The stack ${stack} created them: remove the credential from it first, or its next ` +
            'deployment fails and the credential is reported as failing.',
        ];
  if (token === undefined) return declared;
  const read =
    token.readOn === undefined
      ? 'The token was never read.'
      : `The token was last read on ${formatInstant(token.readOn).slice(0, 10)}.`;
  return [...declared, read, ...readerLines(readers, now)];
}

function readerLines(readers: readonly SecretRead[] | CliError, now: number): readonly string[] {
  if (readers instanceof CliError) return [`Its readers are unknown: ${readers.message}.`];
  if (readers.length === 0)
    return ['CloudTrail shows no read of this token among the latest reads.'];
  return readers
    .slice(0, 5)
    .map(
      ({ principal, at }) =>
        `${principal} read it ${formatDuration(now - at)} ago${now - at < 2 * day ? ': IN USE' : ''}.`,
    );
}

function readerJson({ principal, at }: SecretRead) {
  return { principal, at: formatInstant(at) };
}

async function confirm({ terminal, signal }: Session, name: string): Promise<void> {
  if (!terminal.canAsk)
    throw usageError('no terminal to ask for confirmation on', 'if you are sure, give --yes');
  const context = { output: process.stderr, signal };
  const typed = await confirmName({ message: `Type ${name} to continue` }, context).catch(() => '');
  if (typed.trim() !== name) throw interrupted('nothing was deleted');
}
