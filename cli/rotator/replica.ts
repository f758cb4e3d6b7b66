import { isReplica } from '../../core/ledger.ts';
import { parseSecretName } from '../../core/secret-name.ts';
import type { Secret } from '../aws/secret.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import { nextCommand } from '../view/next-command.ts';
import type { Rotator } from './rotator.ts';

type Place = Pick<Rotator, 'prefix' | 'region'>;

export interface Wanted {
  readonly name: string;
  /** The command, with CREDENTIAL in the place of the name. */
  readonly words: string;
  /** The advice if no rotator has the primary. */
  readonly otherwise?: string | undefined;
}

/**
 * A replica is written to in the Region of its primary.
 *
 * @throws CliError ERR_AWS_REFUSED
 */
export function assertNoReplica(
  session: Pick<Session, 'options'>,
  rotator: Place,
  secret: Secret,
  { name, words, otherwise }: Wanted,
): void {
  if (!isReplica(secret, rotator.region)) return;
  const there = inPrimaryRegion(session, rotator, secret, { name, words });
  const others = otherwise === undefined ? '' : `; otherwise ${otherwise}`;
  throw new CliError(
    'ERR_AWS_REFUSED',
    `${secret.name} is a replica of a secret in ${secret.primaryRegion}, and read-only (nothing was changed)`,
    `if a rotator there has it: ${there}${others}`,
  );
}

/**
 * The command for the rotator that has the primary of a replica. Without its prefix, it would find the only
 * one in that Region, whatever its secrets; and a function has another name there.
 */
export function inPrimaryRegion(
  { options: { profile } }: Pick<Session, 'options'>,
  { prefix }: Pick<Place, 'prefix'>,
  { name: secretName, primaryRegion: region }: Secret,
  { name, words }: Pick<Wanted, 'name' | 'words'>,
): string {
  const isOwn = parseSecretName(prefix, secretName)?.credential === name;
  if (!isOwn) return nextCommand(words, { profile, region, rotator: 'ROTATOR' });
  return nextCommand(words.replace('CREDENTIAL', name), { profile, region, prefix });
}
