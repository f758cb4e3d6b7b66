// In: a token secret, described right before its renewal. Logs a warning about replicas without the last token.
import type { SecretMetadata } from '../../core/ledger.ts';
import type { Run } from './run.ts';

/**
 * The status is the one of the token before, as AWS copies a token after it was stored. Nothing else
 * notices: neither a list nor a metric has it.
 *
 * @returns true if it warned
 */
export function warnOfReplicas(
  run: Run,
  credential: string,
  { failedReplicas = [] }: SecretMetadata,
): boolean {
  if (failedReplicas.length === 0) return false;
  const regions = failedReplicas.map(({ region }) => region).join(' ');
  run.log.warn('a replica could not be brought up to date', { credential, regions });
  return true;
}
