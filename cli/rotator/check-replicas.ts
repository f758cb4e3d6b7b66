import { isReplica } from '../../core/ledger.ts';
import type { Secret } from '../aws/secret.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import { nextAwsCommand, nextCommand } from '../view/next-command.ts';
import { foreignWord } from '../view/shell-word.ts';
import { stackTag } from './credentials.ts';
import { inPrimaryRegion } from './replica.ts';
import type { Rotator } from './rotator.ts';

/**
 * AWS deletes no secret that has replicas, and no replica. Their removal is left to people: it deletes
 * them at once, and takes the token from whoever reads it there.
 *
 * @throws CliError ERR_AWS_REFUSED
 */
export function checkReplicas(
  session: Pick<Session, 'options'>,
  rotator: Pick<Rotator, 'prefix' | 'region' | 'declared' | 'function'>,
  name: string,
  doomed: readonly Secret[],
): void {
  const { options } = session;
  const { region, declared, function: state } = rotator;
  const copy = doomed.find((secret) => isReplica(secret, region));
  if (copy !== undefined) {
    const words = 'offboard CREDENTIAL';
    const there = inPrimaryRegion(session, rotator, copy, { name, words });
    throw new CliError(
      'ERR_AWS_REFUSED',
      `${copy.name} is a replica of a secret in ${copy.primaryRegion}, which only its rotator can delete; nothing was deleted`,
      `if nobody needs it there either: ${there}`,
    );
  }
  const replicated = doomed.filter(({ replicaRegions = [] }) => replicaRegions.length > 0);
  if (replicated.length === 0) return;
  const where = replicated.map((secret) => `${secret.name} (${secret.replicaRegions?.join(', ')})`);
  const removals = replicated.map((secret) =>
    nextAwsCommand(
      `secretsmanager remove-regions-from-replication --secret-id ${secret.name} --remove-replica-regions ${secret.replicaRegions?.map((region) => foreignWord(region, 'REGION')).join(' ')}`,
      options,
    ),
  );
  // Without a look at the function, only CloudFormation's tag tells.
  const isDeclared =
    declared.has(name) ||
    (state.kind !== 'deployed' && doomed.some(({ tags }) => tags[stackTag] !== undefined));
  const deploy = isDeclared
    ? 'remove the credential, or its replicaRegions, from the settings of the stack, and deploy; then, for replicas that are left'
    : 'remove them, which deletes them at once';
  throw new CliError(
    'ERR_AWS_REFUSED',
    `AWS deletes no secret that has replicas: ${where.join(' and ')}; nothing was deleted`,
    `find out who reads them there; if nobody does, ${deploy}: ${[...removals, nextCommand(`offboard ${name}`, options)].join('; then: ')}`,
  );
}
