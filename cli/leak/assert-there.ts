import { isReplica } from '../../core/ledger.ts';
import type { Secret } from '../aws/secret.ts';
import { CliError } from '../errors.ts';
import { absenceOf, listCommand } from '../rotator/absence.ts';
import type { Rotator } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { nextCommand } from '../view/next-command.ts';
import { replacingGoodOfOther } from './all-invalidated.ts';

export interface Wanted {
  readonly isTokenOnly: boolean;
  /** The command that answers the leak. */
  readonly again: string;
  /** The command that answers the leak of a token alone. */
  readonly tokenOnly: string;
}

/**
 * The leaked client secret still works at Adobe, even if it is gone here.
 *
 * @throws CliError ERR_CREDENTIAL_NOT_FOUND
 */
export function assertThere(
  session: Session,
  secretName: string,
  secret: Secret | undefined,
  { isTokenOnly, again }: Wanted,
): asserts secret is Secret {
  const list = listCommand(session);
  const absence = absenceOf(session, secretName, secret, list);
  if (absence === undefined) return;
  const end = isTokenOnly
    ? `have Adobe support invalidate all tokens of its client (${replacingGoodOfOther({ session })})`
    : 'delete it in the Adobe Developer Console';
  const first = `what has leaked may still work: ${end}`;
  const fix =
    secret === undefined
      ? `${list}; if it was deleted, ${first}`
      : `${first}; then ${absence.fix}; then: ${again}`;
  throw new CliError('ERR_CREDENTIAL_NOT_FOUND', absence.text, fix);
}

/**
 * A replica is written to in the Region of its primary, where another rotator may have it.
 *
 * @throws CliError ERR_AWS_REFUSED
 */
export function assertNoReplica(
  { options }: Pick<Session, 'options'>,
  secret: Secret,
  { region }: Pick<Rotator, 'region'>,
  name: string,
  { tokenOnly }: Wanted,
): void {
  const { primaryRegion } = secret;
  if (primaryRegion === undefined || !isReplica(secret, region)) return;
  const there = nextCommand(`leaked ${name}`, { ...options, region: primaryRegion });
  throw new CliError(
    'ERR_AWS_REFUSED',
    `${secret.name} is a replica of a secret in ${primaryRegion}, and read-only (nothing was changed)`,
    `if a rotator there has it: ${there}; otherwise add a client secret in the Adobe Developer Console, ` +
      `have its owner store that in ${primaryRegion}, without the leaked one, and delete the leaked one in the Console; then here: ${tokenOnly}`,
  );
}
