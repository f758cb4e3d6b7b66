import {
  defaultPrefix,
  defaultTick,
  environmentVariables,
  prefixPattern,
  standardPrefix,
} from '../../core/contract.ts';
import { parseSecretName } from '../../core/secret-name.ts';
import { configOf, type FunctionList, Functions, type RotatorFunction } from '../aws/functions.ts';
import type { CommonOptions } from '../common-options.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import { someOf } from '../view/some-of.ts';
import { type DeployedRotator, type Rotator, unreadableFunctions } from './rotator.ts';

/**
 * Finds the rotator that the options name, or the only one in the account and Region. Its
 * settings come from its function or, without the right to list functions, are assumed.
 *
 * @throws CliError ERR_ROTATOR_NOT_FOUND or ERR_ROTATOR_AMBIGUOUS
 */
export async function findRotator(session: Session): Promise<Rotator> {
  const region = await session.secrets.region();
  const functions = await listFunctions(session);
  if (functions instanceof CliError) {
    const list = { deployed: undefined, unreadable: [] };
    return await assumedRotator(session, region, { kind: 'hidden', why: functions }, list);
  }
  const { rotators, unreadable } = functions;
  const deployed = rotators.map((one) => deployedRotator(one, region));
  const wanted = rotators.filter((one) => matches(one, session.options));
  if (wanted.length > 1) throw ambiguousFunctions(wanted);
  const [found] = wanted;
  if (found === undefined) {
    const why = notDeployed(session.options, unreadable);
    if (session.options.function !== undefined) throw why;
    const list = { deployed, unreadable };
    return await assumedRotator(session, region, { kind: 'absent', why }, list);
  }
  const { rotator, prefix, tick, shards, clientSecrets, declared, rotating } = configOf(
    found,
    region,
  );
  return {
    name: rotator,
    prefix,
    region,
    tick,
    shards,
    clientSecrets,
    declared,
    rotating,
    deployed,
    unreadable,
    function: { kind: 'deployed', name: found.name, arn: found.arn, role: found.role },
  };
}

/** A function whose environment is broken still shows which secrets are its own. */
function deployedRotator(found: RotatorFunction, region: string): DeployedRotator {
  const { rotator: name, name: functionName, variables } = found;
  try {
    const { prefix, clientSecrets } = configOf(found, region);
    return { name, functionName, prefix, clientSecrets };
  } catch {
    const own = variables[environmentVariables.prefix] ?? '';
    const prefix = prefixPattern.test(own) ? own : defaultPrefix(name);
    return { name, functionName, prefix, clientSecrets: undefined };
  }
}

/** A rotator whose settings are assumed to be the defaults. */
async function assumedRotator(
  session: Session,
  region: string,
  state: Rotator['function'],
  list: Pick<Rotator, 'deployed' | 'unreadable'>,
): Promise<Rotator> {
  const { rotator: name, prefix } = session.options;
  const assumed = {
    region,
    tick: defaultTick,
    shards: 1,
    clientSecrets: undefined,
    declared: new Set<string>(),
    ...list,
    function: state,
  };
  if (prefix !== undefined) return { ...assumed, name: name ?? prefix, prefix };
  const nameInSecrets = name ?? (await nameBySecrets(session));
  return { ...assumed, name: nameInSecrets, prefix: defaultPrefix(nameInSecrets) };
}

/**
 * A principal that may not list functions gets the error as a value, for the commands that need no
 * function. Any other failure ends the command: without the function's settings it might look in
 * the wrong place.
 */
async function listFunctions({ signal, terminal }: Session): Promise<FunctionList | CliError> {
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

function matches({ rotator, name, variables }: RotatorFunction, options: CommonOptions): boolean {
  const prefix = variables[environmentVariables.prefix] ?? defaultPrefix(rotator);
  return (
    [undefined, rotator].includes(options.rotator) &&
    [undefined, prefix].includes(options.prefix) &&
    [undefined, name].includes(options.function)
  );
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
    `there are several rotators in this account and Region: ${someOf(names.toSorted(), 20)}`,
    'name one: --rotator NAME',
  );
}

/** Anybody who can deploy a function can claim a rotator's name. */
function ambiguousFunctions(found: readonly RotatorFunction[]): CliError {
  const rotators = [...new Set(found.map(({ rotator }) => rotator))];
  if (rotators.length === found.length) return ambiguous(rotators);
  const functions = found.map(({ rotator, name }) => `${name} (${rotator})`).toSorted();
  return new CliError(
    'ERR_ROTATOR_AMBIGUOUS',
    `several functions claim the same rotator: ${someOf(functions, 20)}`,
    'name the right one: --function NAME; find out who deployed the others',
  );
}

function notDeployed(
  { rotator, prefix, function: name }: CommonOptions,
  unreadable: readonly string[],
): CliError {
  const asked = [
    rotator === undefined ? 'a rotator' : `the rotator ${rotator}`,
    prefix === undefined ? '' : ` with the prefix ${prefix}`,
    name === undefined ? '' : ` and the name ${name}`,
  ].join('');
  const text = `no function of ${asked} is deployed in this account and Region`;
  const unseen = unreadableFunctions(unreadable);
  return new CliError(
    'ERR_FUNCTION_NOT_FOUND',
    unseen === undefined ? text : `${text}, but ${unseen}`,
    'correct --rotator or --prefix, deploy it (npx cdk deploy), or choose another --region or --profile',
  );
}
