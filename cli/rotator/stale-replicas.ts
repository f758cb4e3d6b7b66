import type { FailedReplica } from '../../core/ledger.ts';
import type { Secret } from '../aws/secret.ts';

/** The replicas that AWS could not bring up to date; undefined if there are none. */
export function notCopied({
  name,
  failedReplicas = [],
}: Pick<Secret, 'name' | 'failedReplicas'>): string | undefined {
  if (failedReplicas.length === 0) return undefined;
  return `${name} is not copied to ${withReasons(failedReplicas)}`;
}

export function withReasons(replicas: readonly FailedReplica[]): string {
  return replicas.map(({ region, reason }) => `${region} (${reason})`).join(', ');
}

export const replicatingAgain =
  'remove the cause, then replicate it again: https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets_troubleshoot.html';
