import confirmName from '@inquirer/input';
import { formatInstant } from '../../core/instant.ts';
import { lastReads, type SecretRead } from '../aws/reads.ts';
import type { Secret } from '../aws/secrets.ts';
import { CliError, interrupted, usageError } from '../errors.ts';
import { findRotator, namesOf } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { formatDuration } from '../view/durations.ts';
import { wrapLines } from '../view/table.ts';
import { undo } from './undo.ts';

export interface OffboardOptions {
  readonly yes?: boolean;
  /** Of the recovery window: 7 to 30. */
  readonly recoveryDays: number;
}

const day = 86_400;

/** Schedules the deletion of a credential's two secrets, after it has said who reads the token. */
export async function offboard(
  session: Session,
  name: string,
  { yes = false, recoveryDays }: OffboardOptions,
): Promise<number> {
  const { terminal, secrets, options, signal } = session;
  const rotator = await findRotator(session);
  const names = namesOf(rotator, name);
  const found = await Promise.all([secrets.describe(names.client), secrets.describe(names.token)]);
  // A client secret that lives elsewhere is somebody else's too.
  const own = (secret: Secret): boolean => secret.name.startsWith(`${rotator.prefix}/`);
  const there = found.filter(
    (secret): secret is Secret => secret !== undefined && secret.deletedAt === undefined,
  );
  const doomed = there.filter(own);
  const kept = there.filter((secret) => !own(secret));
  if (doomed.length === 0) {
    const text = `there is no secret ${names.client} and no secret ${names.token}`;
    const fix = 'see the names that there are: ims-token-rotator status';
    throw new CliError('ERR_CREDENTIAL_NOT_FOUND', text, fix);
  }
  const token = doomed.find((secret) => secret.name === names.token);
  const readers = token === undefined ? [] : await readersOf(session, token);
  const warnings = [
    ...kept.map((secret) => `${secret.name} lives elsewhere, and stays: take it out of the stack.`),
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
  const restore = doomed.map(
    (secret) => `aws secretsmanager restore-secret \\\n    --secret-id ${secret.name}`,
  );
  if (options.json === true) {
    const read =
      readers instanceof CliError ? { unknown: readers.message } : readers.map(readerJson);
    const deleted = doomed.map((secret) => secret.name);
    terminal.printJson({ name, deleted, recovery_days: recoveryDays, readers: read, warnings });
  } else {
    terminal.print(`${name} is offboarded on ${today}; for ${recoveryDays} days this undoes it:`);
    for (const command of restore) terminal.print(`  ${command}`);
  }
  return 0;
}

/** Both or none, as far as AWS lets itself be asked: half of a credential would raise alarms. */
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
    // Also of the last one, whose deletion may have been done, and only the answer lost.
    await undo(
      error,
      touched.map(({ name }) => name),
      {
        work: (name) => secrets.restore(name),
        byHand: (name) => `aws secretsmanager restore-secret --secret-id ${name}`,
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
          `The stack ${stack} has made them: take the credential out of it first, or its next ` +
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
  if (readers instanceof CliError) return [`Who read it is not known: ${readers.message}.`];
  if (readers.length === 0)
    return ['Among the latest reads that CloudTrail shows, none is of this token.'];
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
  if (!terminal.canAsk) throw usageError('there is nobody to ask', 'if you are sure: --yes');
  const context = { output: process.stderr, signal };
  const typed = await confirmName({ message: `Type ${name} to go on` }, context).catch(() => '');
  if (typed.trim() !== name) throw interrupted('nothing was deleted');
}
