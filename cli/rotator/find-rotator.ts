import {
  defaultPrefix,
  defaultTick,
  environmentVariables,
  standardPrefix,
} from '../../core/contract.ts';
import { parseSecretName } from '../../core/secret-name.ts';
import { configOf, Functions, type RotatorFunction } from '../aws/functions.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import type { Rotator } from './rotator.ts';

/**
 * Finds the rotator that the options name, or the only one in the account and Region. Its
 * settings come from its function or, without the right to list functions, are assumed.
 *
 * @throws CliError ERR_ROTATOR_NOT_FOUND or ERR_ROTATOR_AMBIGUOUS
 */
export async function findRotator(session: Session): Promise<Rotator> {
  const { rotator: name, prefix } = session.options;
  const region = await session.secrets.region();
  const functions = await rotatorFunctions(session);
  if (functions instanceof CliError) {
    return await assumedRotator(session, region, { kind: 'hidden', why: functions });
  }
  const wanted = functions.filter((one) => matches(one, name, prefix));
  if (wanted.length > 1) throw ambiguous(wanted.map(({ rotator }) => rotator));
  const [found] = wanted;
  if (found === undefined) {
    return await assumedRotator(session, region, { kind: 'absent', why: notDeployed(name) });
  }
  const { rotator, prefix: ownPrefix, tick, clientSecrets } = configOf(found, region);
  return {
    name: rotator,
    prefix: ownPrefix,
    region,
    tick,
    clientSecrets,
    function: { kind: 'deployed', name: found.name, arn: found.arn },
  };
}

/** A rotator whose settings are assumed to be the defaults. */
async function assumedRotator(
  session: Session,
  region: string,
  state: Rotator['function'],
): Promise<Rotator> {
  const { rotator: name, prefix } = session.options;
  const assumed = { region, tick: defaultTick, clientSecrets: undefined, function: state };
  if (prefix !== undefined) return { ...assumed, name: name ?? prefix, prefix };
  const nameInSecrets = name ?? (await nameBySecrets(session));
  return { ...assumed, name: nameInSecrets, prefix: defaultPrefix(nameInSecrets) };
}

/**
 * A principal that may not list functions gets the error as a value, for the commands that need no
 * function. Any other failure ends the command: without the function's settings it might look in
 * the wrong place.
 */
async function rotatorFunctions({
  signal,
  terminal,
}: Session): Promise<readonly RotatorFunction[] | CliError> {
  const progress = terminal.progress('looking for the rotator');
  try {
    return await new Functions(signal).rotators();
  } catch (error) {
    if (error instanceof CliError && error.code === 'ERR_AWS_DENIED') return error;
    throw error;
  } finally {
    progress.end();
  }
}

function matches(
  { rotator, variables }: RotatorFunction,
  name: string | undefined,
  prefix: string | undefined,
): boolean {
  const own = variables[environmentVariables.prefix] ?? defaultPrefix(rotator);
  return (name === undefined || name === rotator) && (prefix === undefined || prefix === own);
}

/** Makes two calls, for three secrets or for a hundred thousand. */
async function nameBySecrets({ secrets }: Session): Promise<string> {
  const first = await firstRotator(secrets, []);
  if (first === undefined) {
    throw new CliError(
      'ERR_ROTATOR_NOT_FOUND',
      'no rotator found in this account and Region',
      'choose another --region or --profile, name the rotator (--rotator, or --prefix if it has its own prefix), or deploy one',
    );
  }
  const second = await firstRotator(secrets, [first]);
  if (second !== undefined) throw ambiguous([first, second]);
  return first;
}

/** The first rotator in the secrets' names, except those already known. */
async function firstRotator(
  secrets: Session['secrets'],
  known: readonly string[],
): Promise<string | undefined> {
  const others = known.map((name) => `!${defaultPrefix(name)}/`);
  for await (const page of secrets.list(`${standardPrefix}/`, ...others)) {
    for (const { name } of page) {
      const [, rotator = ''] = name.split('/');
      if (parseSecretName(defaultPrefix(rotator), name) !== undefined) return rotator;
    }
  }
  return undefined;
}

function ambiguous(names: readonly string[]): CliError {
  return new CliError(
    'ERR_ROTATOR_AMBIGUOUS',
    `there are several rotators in this account and Region: ${names.toSorted().join(', ')}`,
    'name one: --rotator NAME',
  );
}

function notDeployed(name: string | undefined): CliError {
  return new CliError(
    'ERR_FUNCTION_NOT_FOUND',
    `no function of ${name === undefined ? 'a rotator' : `the rotator ${name}`} is deployed in this account and Region`,
    'deploy it (npx cdk deploy), or choose another --region or --profile',
  );
}
