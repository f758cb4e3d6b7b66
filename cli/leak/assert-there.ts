import type { SecretNames } from '../../core/secret-name.ts';
import type { Secret } from '../aws/secret.ts';
import { CliError } from '../errors.ts';
import { absenceOf, listCommand } from '../rotator/absence.ts';
import type { Session } from '../session.ts';
import { replacingGoodOfOther } from './all-invalidated.ts';
import { leakedNow } from './commands.ts';

export interface Wanted {
  readonly isTokenOnly: boolean;
  /** The command that answers the leak of a version of the client secret; undefined if it is not known which. */
  readonly answering: (versionId: string | undefined) => string;
  /** The command that answers the leak of a token alone. */
  readonly tokenOnly: string;
  /** The version of the client secret that has leaked, if the command names it. */
  readonly versionId: string | undefined;
}

/**
 * The leaked client secret still works at Adobe, even if it is gone here.
 *
 * @throws CliError ERR_CREDENTIAL_NOT_FOUND
 */
export function assertThere(
  session: Session,
  names: SecretNames,
  found: { readonly client: Secret | undefined; readonly token: Secret | undefined },
  wanted: Wanted,
): asserts found is { readonly client: Secret; readonly token: Secret } {
  const { isTokenOnly, answering, tokenOnly, versionId } = wanted;
  const { client } = found;
  // Once it is restored, another version may be stored.
  const leakedId = versionId ?? (client && leakedNow(session, client));
  const again = isTokenOnly ? tokenOnly : answering(leakedId);
  for (const kind of ['client', 'token'] as const) {
    assertOneThere(session, names[kind], found[kind], { isTokenOnly, again });
  }
}

function assertOneThere(
  session: Session,
  secretName: string,
  secret: Secret | undefined,
  { isTokenOnly, again }: { readonly isTokenOnly: boolean; readonly again: string },
): void {
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
