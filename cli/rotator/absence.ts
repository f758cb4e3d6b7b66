import type { Secret } from '../aws/secret.ts';
import type { CommonOptions } from '../common-options.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import { nextAwsCommand, nextCommand } from '../view/next-command.ts';
import { isImported, type Rotator } from './rotator.ts';

/** Why a secret is absent, and how to get it back. */
export interface Absence {
  readonly text: string;
  readonly fix: string;
}

export function isScheduledForDeletion({ deletedAt }: Secret): boolean {
  return deletedAt !== undefined;
}

// A deletion is somebody's decision, as a rule that of `offboard`, which a copied command undoes.
export const beforeRestore = 'find out first who deleted it, and why; if it is to come back: ';

export function restoreCommand(secretName: string, options: CommonOptions): string {
  return nextAwsCommand(`secretsmanager restore-secret --secret-id ${secretName}`, options);
}

/** How to create a secret, without a value. */
export function creationFix(secretName: string, options: CommonOptions): string {
  return isImported({ client: secretName })
    ? 'have its owner create another one, which has another ARN; give that as clientSecretArn in the settings of the stack, and deploy'
    : `create it: ${nextAwsCommand(`secretsmanager create-secret --name ${secretName}`, options)}`;
}

/**
 * Undefined for a secret that exists and is not scheduled for deletion.
 *
 * @param create the fix for a secret that does not exist
 */
export function absenceOf(
  { options }: Pick<Session, 'options'>,
  secretName: string,
  secret: Secret | undefined,
  create: string,
): Absence | undefined {
  if (secret === undefined) return { text: `there is no secret ${secretName}`, fix: create };
  if (!isScheduledForDeletion(secret)) return undefined;
  return {
    text: `${secret.name} is scheduled for deletion`,
    fix: `${beforeRestore}${restoreCommand(secret.name, options)}`,
  };
}

/** Where nothing is found, the rotator may be mistyped: then that is what has to be corrected. */
export function fixOfAbsence({ function: state }: Pick<Rotator, 'function'>, fix: string): string {
  if (state.kind !== 'absent') return fix;
  return `${state.why.summary}: ${state.why.fix}`;
}

export function listCommand({ options }: Pick<Session, 'options'>): string {
  return `list the credentials: ${nextCommand('status', options)}`;
}

/** @throws CliError ERR_CREDENTIAL_NOT_FOUND */
export function assertPresent(
  session: Pick<Session, 'options'>,
  secretName: string,
  secret: Secret | undefined,
  create: string,
): asserts secret is Secret {
  const absence = absenceOf(session, secretName, secret, create);
  if (absence !== undefined) {
    throw new CliError('ERR_CREDENTIAL_NOT_FOUND', absence.text, absence.fix);
  }
}
