import { credentialNameRule, defaultPrefix } from '../../core/contract.ts';
import { isCredentialName, type SecretNames, secretNames } from '../../core/secret-name.ts';
import { type CliError, usageError } from '../errors.ts';
import type { Session } from '../session.ts';

/** The rotator's function, or why it is not known. */
export type FunctionState =
  | { readonly kind: 'deployed'; readonly name: string; readonly arn: string }
  | { readonly kind: 'absent'; readonly why: CliError }
  /** The principal may not list functions. */
  | { readonly kind: 'hidden'; readonly why: CliError };

/** The rotator that a command works on. Unless its function is deployed, defaults are assumed. */
export interface Rotator {
  /** The prefix, if only the function knows the name. */
  readonly name: string;
  /** The first part of its secrets' names, without the slash that follows. */
  readonly prefix: string;
  readonly region: string;
  /** Seconds between two ticks. */
  readonly tick: number;
  /** ARNs of client secrets outside the prefix; undefined if only the function knows them. */
  readonly clientSecrets: ReadonlyMap<string, string> | undefined;
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
  throw usageError(`"${credential}" is not a credential name: use ${credentialNameRule}`);
}

/**
 * The names of a credential's secrets if the rotator named in the options has the default prefix.
 * Does not list the account's functions, of which there may be thousands. Undefined if the options
 * name no rotator.
 */
export function guessNames({ options }: Session, credential: string): SecretNames | undefined {
  checkName(credential);
  const { rotator, prefix = rotator && defaultPrefix(rotator) } = options;
  return prefix === undefined
    ? undefined
    : namesOf({ prefix, clientSecrets: undefined }, credential);
}
