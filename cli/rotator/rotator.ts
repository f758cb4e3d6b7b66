import { credentialNameRule } from '../../core/contract.ts';
import {
  isCredentialName,
  parseSecretName,
  type SecretNames,
  secretNames,
} from '../../core/secret-name.ts';
import { configOf, Functions, type RotatorFunction } from '../aws/functions.ts';
import { CliError, usageError } from '../errors.ts';
import type { Session } from '../session.ts';

/** The rotator that a command is about, as far as it could be found out. */
export interface Rotator {
  /** Its prefix, where only the function would tell its name. */
  readonly name: string;
  /** Whether its function has told name, prefix, tick and client secrets; else they are the usual ones. */
  readonly isKnown: boolean;
  /** What the names of its secrets begin with, without the slash that follows. */
  readonly prefix: string;
  readonly region: string;
  /** Seconds between two ticks. */
  readonly tick: number;
  /** ARNs of client secrets that live elsewhere; undefined if only the function would tell. */
  readonly clientSecrets: ReadonlyMap<string, string> | undefined;
  /** The function's name, or why it is not known. */
  readonly function: string | CliError;
  readonly functionArn?: string;
}

const standardPrefix = 'ims-token-rotator';
const standardTick = 900;

/**
 * Finds the rotator that is meant: the one that is named, else the only one there is. Its function
 * knows best; for who may not list functions, the names of the secrets have to do.
 *
 * @throws CliError ERR_ROTATOR_NOT_FOUND or ERR_ROTATOR_AMBIGUOUS
 */
export async function findRotator(session: Session): Promise<Rotator> {
  const { rotator: name, prefix } = session.options;
  const region = await session.secrets.region();
  const functions = await rotatorFunctions(session);
  const candidates = functions instanceof CliError ? [] : functions;
  const wanted = candidates.filter((one) => matches(one, name, prefix));
  if (wanted.length > 1) throw ambiguous(wanted.map(({ rotator }) => rotator));
  const [found] = wanted;
  if (found !== undefined) {
    const config = configOf(found, region);
    const { tick, clientSecrets } = config;
    const place = { name: config.rotator, prefix: config.prefix, region };
    return {
      ...place,
      isKnown: true,
      tick,
      clientSecrets,
      function: found.name,
      functionArn: found.arn,
    };
  }
  const missing = functions instanceof CliError ? functions : notDeployed(name);
  const place = {
    region,
    isKnown: false,
    tick: standardTick,
    clientSecrets: undefined,
    function: missing,
  };
  if (prefix !== undefined) return { ...place, name: name ?? prefix, prefix };
  const secretsOf = name ?? (await nameBySecrets(session));
  return { ...place, name: secretsOf, prefix: `${standardPrefix}/${secretsOf}` };
}

/**
 * The names of a credential's two secrets; of a client secret that lives elsewhere, its ARN.
 *
 * @throws CliError ERR_USAGE for what is no short name
 */
export function namesOf(
  { prefix, clientSecrets = new Map() }: Rotator,
  credential: string,
): SecretNames {
  checkName(credential);
  return secretNames({ prefix, clientSecrets }, credential);
}

export function checkName(credential: string): void {
  if (isCredentialName(credential)) return;
  throw usageError(`"${credential}" is no name of a credential: ${credentialNameRule}`);
}

/**
 * Where the credential's secrets are, if the rotator that is named has the usual prefix: without a
 * look at the account's functions, of which there may be thousands. Undefined if none is named.
 */
export function guessNames({ options }: Session, credential: string): SecretNames | undefined {
  checkName(credential);
  const { rotator, prefix = `${standardPrefix}/${rotator}` } = options;
  if (options.prefix === undefined && rotator === undefined) return undefined;
  return secretNames({ prefix, clientSecrets: new Map() }, credential);
}

/** @throws CliError ERR_FUNCTION_NOT_FOUND, or why nobody could look */
export function functionOf(rotator: Rotator): string {
  if (typeof rotator.function === 'string') return rotator.function;
  throw rotator.function;
}

/**
 * Where functions may not be listed, the reason is kept for whoever needs the function. Any other
 * failure ends the command: without the function's word it might look in the wrong place.
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
  const own = variables['IMS_TOKEN_ROTATOR_PREFIX'] ?? `${standardPrefix}/${rotator}`;
  return (name === undefined || name === rotator) && (prefix === undefined || prefix === own);
}

/** Two calls, whether there are three secrets or a hundred thousand. */
async function nameBySecrets({ secrets }: Session): Promise<string> {
  const first = await firstRotator(secrets, []);
  if (first === undefined) {
    throw new CliError(
      'ERR_ROTATOR_NOT_FOUND',
      'no rotator was found in this account and Region',
      'choose another --region or --profile, name it (--rotator, or --prefix if it has one of its own), or deploy it',
    );
  }
  const second = await firstRotator(secrets, [first]);
  if (second !== undefined) throw ambiguous([first, second]);
  return first;
}

/** The first name of a rotator that a secret has, but for those that are known already. */
async function firstRotator(
  secrets: Session['secrets'],
  known: readonly string[],
): Promise<string | undefined> {
  const others = known.map((name) => `!${standardPrefix}/${name}/`);
  for await (const page of secrets.list(`${standardPrefix}/`, ...others)) {
    for (const { name } of page) {
      const [, rotator = ''] = name.split('/');
      if (parseSecretName(`${standardPrefix}/${rotator}`, name) !== undefined) return rotator;
    }
  }
  return undefined;
}

function ambiguous(names: readonly string[]): CliError {
  return new CliError(
    'ERR_ROTATOR_AMBIGUOUS',
    `there are several rotators here, such as ${names.toSorted().join(', ')}`,
    'say which one: --rotator NAME',
  );
}

function notDeployed(name: string | undefined): CliError {
  return new CliError(
    'ERR_FUNCTION_NOT_FOUND',
    `no function of ${name === undefined ? 'a rotator' : `the rotator ${name}`} is deployed in this account and Region`,
    'deploy it (npx cdk deploy), or choose another --region or --profile',
  );
}
