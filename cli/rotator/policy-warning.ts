import { isReplica } from '../../core/ledger.ts';
import type { Secret } from '../aws/secret.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import { nextAwsCommand } from '../view/next-command.ts';
import type { Rotator } from './rotator.ts';

/**
 * Says that a resource policy may let others use a secret, which its name does not show. Undefined
 * if it has none. Whoever writes one may deny this principal to see it, so that this is said, too.
 */
export async function policyWarning(
  { secrets, options }: Pick<Session, 'secrets' | 'options'>,
  { name, arn }: Secret,
): Promise<string | undefined> {
  const found = await secrets.hasPolicy(arn).catch(refusal);
  if (found instanceof CliError) return unknownPolicy(name, found);
  if (!found) return undefined;
  return (
    `${name} has a resource policy, which may let others use it: ` +
    nextAwsCommand(`secretsmanager get-resource-policy --secret-id ${name}`, options)
  );
}

export function unknownPolicy(name: string, { message }: CliError): string {
  return `whether ${name} has a resource policy, by which others may read it, is not known: ${message}`;
}

/** Says that a secret's copies or another rotation function, too, get what is stored in it. */
export function copyWarning(
  { options }: Pick<Session, 'options'>,
  secret: Secret,
  { region, function: target }: Pick<Rotator, 'region' | 'function'>,
): string | undefined {
  const { name, primaryRegion, isRotated = false, rotatedBy } = secret;
  const isOwn = target.kind === 'deployed' && rotatedBy === target.arn;
  const replication = isReplica(secret, region)
    ? `is a replica of a secret in ${primaryRegion}`
    : 'has replicas in other Regions';
  const copies = [
    ...(primaryRegion === undefined ? [] : [replication]),
    ...(isRotated && !isOwn ? ['has a rotation function'] : []),
  ];
  if (copies.length === 0) return undefined;
  return (
    `${name} ${copies.join(' and ')}, so that others may read what is stored in it: ` +
    nextAwsCommand(`secretsmanager describe-secret --secret-id ${name}`, options)
  );
}

function refusal(error: unknown): CliError {
  const codes: readonly string[] = ['ERR_AWS_DENIED', 'ERR_AWS_REFUSED'];
  if (error instanceof CliError && codes.includes(error.code)) return error;
  throw error;
}
