import { isDeepStrictEqual } from 'node:util';
import { formatInstant } from '../../core/instant.ts';
import { isArnOf, type SecretNames, secretNames } from '../../core/secret-name.ts';
import type { Secret } from '../aws/secret.ts';
import { CliError, interrupted } from '../errors.ts';
import {
  beforeRestore,
  fixOfAbsence,
  isScheduledForDeletion,
  listCommand,
  restoreCommand,
} from '../rotator/absence.ts';
import { checkPrefix } from '../rotator/check-prefix.ts';
import { checkReplicas } from '../rotator/check-replicas.ts';
import { confirmLocation } from '../rotator/confirm-location.ts';
import { confirmName } from '../rotator/confirm-name.ts';
import { deletePair } from '../rotator/delete-pair.ts';
import { findRotator } from '../rotator/find-rotator.ts';
import {
  newSecrets,
  openAnswers,
  stillValid,
  type Use,
  unseenUsers,
  usesOf,
  warningsOf,
} from '../rotator/offboard-warnings.ts';
import { checkOwner } from '../rotator/overlaps.ts';
import { policyWarning } from '../rotator/policy-warning.ts';
import { checkName, importersOf, namesOf, type Rotator } from '../rotator/rotator.ts';
import { otherImporters } from '../rotator/sharers.ts';
import type { Session } from '../session.ts';
import { nextCommand } from '../view/next-command.ts';
import { placeOf } from '../view/place.ts';
import { readerJson } from '../view/reader-lines.ts';
import { someOf } from '../view/some-of.ts';
import { wrapLines } from '../view/table.ts';

export interface OffboardOptions {
  readonly yes?: boolean | undefined;
  /** The recovery window: 7 to 30. */
  readonly recoveryDays: number;
}

/** Shows who reads a credential's two secrets, then schedules their deletion. */
export async function offboard(
  session: Session,
  name: string,
  { yes = false, recoveryDays }: OffboardOptions,
): Promise<number> {
  const { terminal, options, signal } = session;
  checkName(name);
  const rotator = await findRotator(session);
  const choice = await choose(session, rotator, name);
  const { doomed, kept, policies } = choice;
  const names = namesOf(rotator, name);
  if (yes) await confirmLocation(session, rotator, names.token);
  const uses = await usesOf(session, rotator, doomed);
  const warnings = [
    ...kept,
    ...policies,
    ...openAnswers(doomed, names),
    ...stillValid(doomed, session.now()),
    ...unseenUsers(rotator, doomed),
    ...newSecrets(rotator, doomed, session.now()),
    ...warningsOf(uses, session.now()),
  ];
  if (!yes || options.json !== true) {
    const write = (...lines: readonly string[]): void =>
      options.json === true ? terminal.note(...lines) : terminal.print(...lines);
    write(`offboarding ${name} deletes, ${placeOf(doomed[0]?.arn ?? '')}:`);
    for (const secret of doomed) write(`  ${secret.name}`);
    for (const text of warnings) write(...wrapLines(text, 2, terminal.columns));
  }
  if (!yes) await confirmName(session, name, 'nothing was deleted');
  await checkUnchanged(session, name, choice);
  if (signal.aborted) throw interrupted('nothing was deleted');
  await deletePair(session, doomed, recoveryDays);
  const today = formatInstant(session.now()).slice(0, 10);
  if (options.json === true) {
    const deleted = doomed.map((secret) => secret.name);
    const readers = readersJson(uses, 'token');
    const clientReaders = readersJson(uses, 'client secret');
    terminal.printJson({
      ...{ name, deleted, recovery_days: recoveryDays },
      ...{ readers, client_readers: clientReaders, warnings },
    });
  } else {
    terminal.print(`${name} was offboarded on ${today}; for ${recoveryDays} days this undoes it:`);
    for (const secret of doomed) {
      const [command = '', secretId] = restoreCommand(secret.name, options).split(
        / (?=--secret-id)/,
      );
      terminal.print(`  ${command} \\`, `    ${secretId}`);
    }
  }
  return 0;
}

function readersJson(uses: readonly Use[], what: Use['what']) {
  const readers = uses.find((use) => use.what === what)?.readers ?? [];
  return readers instanceof CliError ? { unknown: readers.message } : readers.map(readerJson);
}

interface Choice {
  readonly doomed: readonly Secret[];
  /** Why the other secrets stay. */
  readonly kept: readonly string[];
  /** Which of the secrets others may use. */
  readonly policies: readonly string[];
}

/**
 * Only what has exactly the names of the credential's two secrets is its own, and a client secret
 * only as long as no other credential uses it.
 *
 * @throws CliError ERR_CREDENTIAL_NOT_FOUND, ERR_AWS_REFUSED for replicas, or ERR_AWS_DENIED or
 * ERR_ROTATOR_AMBIGUOUS where nobody can say who uses what
 */
async function choose(session: Session, rotator: Rotator, name: string): Promise<Choice> {
  const { secrets } = session;
  const { client: used } = namesOf(rotator, name);
  checkPrefix(session, rotator);
  checkOwner(session, rotator);
  const own = secretNames({ prefix: rotator.prefix, clientSecrets: new Map() }, name);
  // Where the stack imports a client secret, an earlier one may be left at the credential's own name.
  const ids = [...new Set([used, own.client, own.token])];
  const described = await Promise.all(ids.map((id) => secrets.describe(id)));
  const found = new Map(described.flatMap((secret) => (secret ? [[secret.arn, secret]] : [])));
  const doomed: Secret[] = [];
  const kept: string[] = [];
  const gone: string[] = [];
  for (const secret of found.values()) {
    if (isScheduledForDeletion(secret)) {
      const isWanted = secret.name === own.token || used === own.client;
      if (isWanted) gone.push(secret.name);
      continue;
    }
    const reason = stayReason(secret, { rotator, name, own, used });
    if (reason === undefined) doomed.push(secret);
    else kept.push(reason);
  }
  const commands = gone.map((one) => restoreCommand(one, session.options));
  if (doomed.length > 0) {
    checkReplicas(session, rotator, name, doomed);
    const policies = await Promise.all(doomed.map((secret) => policyWarning(session, secret)));
    const restored = commands.map(
      (command) =>
        `The other secret was scheduled for deletion before; to restore it, too: ${command}`,
    );
    const stay = [...kept, ...restored];
    return { doomed, kept: stay, policies: policies.filter((text) => text !== undefined) };
  }
  const text = absenceText([own.client, own.token], gone);
  throw new CliError(
    'ERR_CREDENTIAL_NOT_FOUND',
    kept.length === 0 ? text : `nothing can be deleted: ${kept.join(' ')}`,
    gone.length === 0
      ? fixOfAbsence(rotator, listCommand(session))
      : `${beforeRestore}${commands.join('; then: ')}`,
  );
}

/**
 * Chooses again: a person may take an hour to answer, and CloudTrail seconds.
 *
 * @throws CliError ERR_CREDENTIAL_CHANGED
 */
async function checkUnchanged(session: Session, name: string, earlier: Choice): Promise<void> {
  const now = await choose(session, await findRotator(session), name);
  const essence = ({ doomed, ...reasons }: Choice) => [doomed.map(({ arn }) => arn), reasons];
  if (isDeepStrictEqual(essence(now), essence(earlier))) return;
  throw new CliError(
    'ERR_CREDENTIAL_CHANGED',
    `what offboarding ${name} deletes has changed in the meantime; nothing was deleted`,
    `look again: ${nextCommand(`offboard ${name}`, session.options)}`,
  );
}

function absenceText(wanted: readonly string[], gone: readonly string[]): string {
  const absent = wanted.filter((one) => !gone.includes(one)).map((one) => `no secret ${one}`);
  const are = gone.length === 1 ? 'is' : 'are';
  return [
    gone.length > 0 && `${gone.join(' and ')} ${are} scheduled for deletion`,
    absent.length > 0 && `there is ${absent.join(' and ')}`,
  ]
    .filter(Boolean)
    .join(', and ');
}

interface Offboarded {
  readonly rotator: Rotator;
  readonly name: string;
  readonly own: SecretNames;
  /** The client secret that the function uses. */
  readonly used: string;
}

/** Undefined for a secret that is the credential's alone. */
function stayReason(secret: Secret, { rotator, name, own, used }: Offboarded): string | undefined {
  if (secret.name === own.token) return undefined;
  if (secret.name !== own.client || isArnOf(used, secret.arn)) {
    return `${secret.name} is imported and stays: remove it from the stack.`;
  }
  const { function: target } = rotator;
  if (target.kind === 'hidden') {
    const { code, message, fix } = target.why;
    const text = `${message}, so it is unknown whether another credential uses ${secret.name}`;
    throw new CliError(code, text, fix);
  }
  const broken = rotator.deployed?.find(({ clientSecrets }) => clientSecrets === undefined);
  if (broken !== undefined) {
    const text = `the environment of the function of ${broken.name} is invalid, so it is unknown whether another credential uses ${secret.name}`;
    throw new CliError('ERR_FUNCTION_FAILED', text, 'deploy its stack again');
  }
  const users = otherImporters(rotator, name, secret);
  if (users.length === 0) return undefined;
  const uses = `it is the client secret of ${someOf(users, 10, ' and ')}${used === own.client ? ' too' : ''}`;
  const act = `give ${users.length === 1 ? 'it' : 'them'} another one in the stack, then offboard ${name} again`;
  // Its own function sees no other use of it, and would report the missing token as a failure.
  const isSeen = importersOf(rotator, secret.arn).some(({ prefix }) => prefix === rotator.prefix);
  if (target.kind === 'deployed' && !isSeen) {
    const text = `nothing can be deleted: ${secret.name} has to stay, because ${uses}`;
    throw new CliError('ERR_CREDENTIAL_NOT_FOUND', text, act);
  }
  return `${secret.name} stays, because ${uses}: ${act}.`;
}
