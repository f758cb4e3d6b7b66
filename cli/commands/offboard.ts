import { isDeepStrictEqual } from 'node:util';
import { type EpochSeconds, formatInstant } from '../../core/instant.ts';
import { hasOpenAnswer } from '../../core/open-answer.ts';
import { type SecretNames, secretNames } from '../../core/secret-name.ts';
import type { Secret } from '../aws/secret.ts';
import { CliError, interrupted } from '../errors.ts';
import { deploymentInWords } from '../rotator/abandoned.ts';
import {
  fixOfAbsence,
  isScheduledForDeletion,
  listCommand,
  restoreCommand,
} from '../rotator/absence.ts';
import { checkPrefix } from '../rotator/check-prefix.ts';
import { confirmLocation } from '../rotator/confirm-location.ts';
import { confirmName } from '../rotator/confirm-name.ts';
import { stackTag } from '../rotator/credentials.ts';
import { deletePair } from '../rotator/delete-pair.ts';
import { findRotator } from '../rotator/find-rotator.ts';
import { checkOwner } from '../rotator/overlaps.ts';
import { policyWarning } from '../rotator/policy-warning.ts';
import { otherReadersOf, type Reader } from '../rotator/readers.ts';
import {
  checkName,
  importersOf,
  namesOf,
  type Rotator,
  unreadableFunctions,
} from '../rotator/rotator.ts';
import { otherImporters } from '../rotator/sharers.ts';
import type { Session } from '../session.ts';
import { nextCommand } from '../view/next-command.ts';
import { placeOf } from '../view/place.ts';
import { readerJson, readerLines } from '../view/reader-lines.ts';
import { someOf } from '../view/some-of.ts';
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
  const { terminal, options, signal } = session;
  checkName(name);
  const rotator = await findRotator(session);
  const choice = await choose(session, rotator, name);
  const { doomed, kept, policies } = choice;
  if (yes) await confirmLocation(session, rotator, namesOf(rotator, name).token);
  const token = doomed.find((secret) => secret.name === namesOf(rotator, name).token);
  const readers = token === undefined ? [] : await otherReadersOf(session, rotator, token);
  const warnings = [
    ...kept,
    ...policies,
    ...openAnswers(doomed),
    ...unseenUsers(rotator, doomed),
    ...newSecrets(rotator, doomed, session.now()),
    ...warningsOf(doomed, token, readers, session.now()),
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
    const read =
      readers instanceof CliError ? { unknown: readers.message } : readers.map(readerJson);
    const deleted = doomed.map((secret) => secret.name);
    terminal.printJson({ name, deleted, recovery_days: recoveryDays, readers: read, warnings });
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
 * @throws CliError ERR_CREDENTIAL_NOT_FOUND, or ERR_AWS_DENIED or ERR_ROTATOR_AMBIGUOUS where
 * nobody can say who uses what
 */
async function choose(session: Session, rotator: Rotator, name: string): Promise<Choice> {
  const { secrets } = session;
  const { client, token } = namesOf(rotator, name);
  checkPrefix(session, rotator);
  checkOwner(session, rotator);
  const own = secretNames({ prefix: rotator.prefix, clientSecrets: new Map() }, name);
  const found = await Promise.all([secrets.describe(client), secrets.describe(token)]);
  const doomed: Secret[] = [];
  const kept: string[] = [];
  const gone: string[] = [];
  for (const secret of found) {
    if (secret === undefined) continue;
    if (isScheduledForDeletion(secret)) {
      gone.push(restoreCommand(secret.name, session.options));
      continue;
    }
    const reason = stayReason(secret, { rotator, name, own });
    if (reason === undefined) doomed.push(secret);
    else kept.push(reason);
  }
  if (doomed.length > 0) {
    const policies = await Promise.all(doomed.map((secret) => policyWarning(session, secret)));
    const restored = gone.map(
      (command) =>
        `The other secret was scheduled for deletion before; to restore it, too: ${command}`,
    );
    const stay = [...kept, ...restored];
    return { doomed, kept: stay, policies: policies.filter((text) => text !== undefined) };
  }
  const text = `there is no secret ${own.client} and no secret ${own.token}`;
  throw new CliError(
    'ERR_CREDENTIAL_NOT_FOUND',
    kept.length === 0 ? text : `nothing can be deleted: ${kept.join(' ')}`,
    gone.length === 0
      ? fixOfAbsence(rotator, listCommand(session))
      : `to restore what is scheduled for deletion: ${gone.join('; then: ')}`,
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

interface Offboarded {
  readonly rotator: Rotator;
  readonly name: string;
  readonly own: SecretNames;
}

/** Undefined for a secret that is the credential's alone. */
function stayReason(secret: Secret, { rotator, name, own }: Offboarded): string | undefined {
  if (secret.name === own.token) return undefined;
  if (secret.name !== own.client) {
    const whose = secret.name.startsWith(`${rotator.prefix}/`)
      ? 'belongs to another credential'
      : 'is outside the prefix';
    return `${secret.name} ${whose} and stays: remove it from the stack.`;
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
  const uses = `it is the client secret of ${someOf(users, 10, ' and ')} too`;
  const act = `give ${users.length === 1 ? 'it' : 'them'} another one in the stack, then offboard ${name} again`;
  // Its own function sees no other use of it, and would report the missing token as a failure.
  const isSeen = importersOf(rotator, secret.arn).some(({ prefix }) => prefix === rotator.prefix);
  if (target.kind === 'deployed' && !isSeen) {
    const text = `nothing can be deleted: ${secret.name} has to stay, because ${uses}`;
    throw new CliError('ERR_CREDENTIAL_NOT_FOUND', text, act);
  }
  return `${secret.name} stays, because ${uses}: ${act}.`;
}

/** Nothing else shows the answer once the client secret is gone. */
function openAnswers(doomed: readonly Secret[]): readonly string[] {
  return doomed
    .filter(hasOpenAnswer)
    .map(
      ({ name }) =>
        `The answer to a leak of ${name} is not complete, so that what has leaked may still work at Adobe: ` +
        'complete it first, or delete the client secret in the Adobe Developer Console.',
    );
}

/** Functions of other teams must not prevent a deletion. */
function unseenUsers(rotator: Rotator, doomed: readonly Secret[]): readonly string[] {
  const unseen = unreadableFunctions(rotator.unreadable);
  const client = doomed.find(({ name }) => name.endsWith('/client'));
  if (unseen === undefined || client === undefined) return [];
  return [
    `It is not known whether others use ${client.name}: ${unseen}. If one of them is a rotator that ` +
      'uses this client secret, its tokens can no longer be renewed.',
  ];
}

/** Where no function works for them: it may be the last to be deployed. */
function newSecrets(
  { function: target }: Rotator,
  doomed: readonly Secret[],
  now: EpochSeconds,
): readonly string[] {
  if (target.kind !== 'absent') return [];
  const deployment = deploymentInWords(doomed, now);
  return deployment === undefined ? [] : [`Its youngest secret was ${deployment}.`];
}

function warningsOf(
  doomed: readonly Secret[],
  token: Secret | undefined,
  readers: readonly Reader[] | CliError,
  now: EpochSeconds,
): readonly string[] {
  const stack = doomed.map(({ tags }) => tags[stackTag]).find(Boolean);
  const declared =
    stack === undefined
      ? []
      : [
          `The stack ${stack} created them: remove the credential from it first, or its next ` +
            'deployment fails and the rotator reports it as failing.',
        ];
  if (token === undefined) return declared;
  const read =
    token.readOn === undefined
      ? 'The token was never read.'
      : `The token was last read on ${formatInstant(token.readOn).slice(0, 10)}.`;
  return [...declared, read, ...readerLines(readers, now)];
}
