import { credentialNameRule } from '../../core/contract.ts';
import { hidden, looksSecret } from '../../core/field-names.ts';
import {
  importersOf as importersIn,
  isCredentialName,
  type SecretNames,
  secretNames,
} from '../../core/secret-name.ts';
import { CliError, usageError } from '../errors.ts';
import { someOf } from '../view/some-of.ts';

/** The rotator's function, or why it is not known. */
export type FunctionState =
  | {
      readonly kind: 'deployed';
      readonly name: string;
      readonly arn: string;
      /** The ARN of its role. */
      readonly role?: string | undefined;
    }
  | { readonly kind: 'absent'; readonly why: CliError }
  /** The principal may not list functions. */
  | { readonly kind: 'hidden'; readonly why: CliError };

/** A rotator that has a function. */
export interface DeployedRotator {
  readonly name: string;
  readonly functionName: string;
  readonly prefix: string;
  /** Undefined when its function's environment is invalid, so that nobody can tell. */
  readonly clientSecrets: ReadonlyMap<string, string> | undefined;
}

/** The rotator that a command works on. Unless its function is deployed, defaults are assumed. */
export interface Rotator {
  /** The prefix, if only the function knows the name. */
  readonly name: string;
  /** The first part of its secrets' names, without the slash that follows. */
  readonly prefix: string;
  readonly region: string;
  /** Seconds between two ticks. */
  readonly tick: number;
  /** The number of schedules among which its credentials are divided. */
  readonly shards: number;
  /** ARNs of client secrets outside the prefix; undefined if only the function knows them. */
  readonly clientSecrets: ReadonlyMap<string, string> | undefined;
  /** The credentials that the stack declares. */
  readonly declared: ReadonlySet<string>;
  /** Those of them whose client secrets rotate. */
  readonly rotating?: ReadonlySet<string> | undefined;
  /** Every rotator in the account and Region that has a function; undefined if they cannot be listed. */
  readonly deployed: readonly DeployedRotator[] | undefined;
  /** The names of functions whose environment cannot be read; empty if they cannot be listed. */
  readonly unreadable: readonly string[];
  readonly function: FunctionState;
}

/** @throws CliError ERR_FUNCTION_NOT_FOUND or ERR_AWS_DENIED */
export function deployedFunction({ function: state }: Rotator): {
  readonly name: string;
  readonly arn: string;
} {
  if (state.kind === 'deployed') return state;
  throw state.why;
}

/**
 * Where functions could be listed, one has to be there before a credential is stored: without it,
 * nothing would ever read the credential.
 *
 * @throws CliError ERR_FUNCTION_NOT_FOUND
 */
export function checkDeployed({ function: state }: Rotator): void {
  if (state.kind === 'absent') throw state.why;
}

/** Functions whose environment cannot be read, in words. Undefined if there are none. */
export function unreadableFunctions(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const shown = someOf(names.toSorted(), 5);
  const what = names.length === 1 ? '1 function' : `${names.length} functions`;
  return `the environment of ${what} cannot be read (${shown})`;
}

/** A credential of any rotator, as the user of a client secret. */
export interface User {
  readonly rotator: string;
  readonly functionName: string;
  readonly prefix: string;
  readonly credential: string;
}

/** Every credential, of any rotator, that uses a client secret which the stack imports. */
export function importersOf(
  { deployed = [] }: Pick<Rotator, 'deployed'>,
  arn: string,
): readonly User[] {
  return deployed.flatMap(
    ({ name, functionName, prefix, clientSecrets = new Map<string, string>() }) =>
      importersIn({ clientSecrets }, arn).map((credential) => ({
        rotator: name,
        functionName,
        prefix,
        credential,
      })),
  );
}

/** True for a credential whose client secret is outside the prefix, as its function says. */
export function isImported({ client }: Pick<SecretNames, 'client'>): boolean {
  return client.startsWith('arn:');
}

/**
 * Why nobody here knows a credential's client secret: only the function does, because the stack may
 * import another one than that at the credential's own name. Undefined if the function was seen.
 */
export function whyClientUnknown({
  function: target,
}: Pick<Rotator, 'function'>): CliError | undefined {
  if (target.kind === 'deployed') return undefined;
  const { code, message, fix, right } = target.why;
  const text = `${message}, so it is unknown whether the stack imports the client secret`;
  return new CliError(code, text, fix, { right });
}

/**
 * The names of a credential's two secrets; the ARN of a client secret outside the prefix.
 *
 * @throws CliError ERR_USAGE for an invalid name
 */
export function namesOf(
  { prefix, clientSecrets = new Map() }: Pick<Rotator, 'prefix' | 'clientSecrets'>,
  credential: string,
): SecretNames {
  checkName(credential);
  return secretNames({ prefix, clientSecrets }, credential);
}

/** @throws CliError ERR_USAGE for an invalid name */
export function checkName(credential: string): void {
  if (isCredentialName(credential)) return;
  const shown = looksSecret(credential) ? hidden : `"${credential}"`;
  throw usageError(`${shown} is not a credential name: use ${credentialNameRule}`);
}
