import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import { confirmClaim } from './confirm-location.ts';
import { type Rotator, whyClientUnknown } from './rotator.ts';

export interface OwnOptions {
  /** The answer in advance: the stack does not import the client secret. */
  readonly ownSecret?: boolean | undefined;
}

/**
 * Asks before a command takes the secret at a credential's own name for its client secret, where that
 * is unknown: if the stack imports another one, it is a leftover, or somebody planted it. Its tags
 * prove nothing: a leftover that the stack retains keeps those of CloudFormation.
 *
 * @throws CliError ERR_FUNCTION_NOT_FOUND, ERR_AWS_DENIED without a terminal, ERR_INTERRUPTED after
 * another answer than yes
 */
export async function confirmOwn(
  session: Session,
  rotator: Pick<Rotator, 'function'>,
  secretName: string,
  { ownSecret = false }: OwnOptions,
): Promise<void> {
  const { function: target } = rotator;
  const why = whyClientUnknown(rotator);
  if (why === undefined) return;
  if (target.kind === 'absent') throw target.why;
  if (ownSecret) return;
  const text = `${why.message}: if it does, ${secretName} is a leftover, or somebody else's`;
  const fix = `${why.fix}; or, if you know that the stack imports none for this credential, give --own-secret`;
  const claim = `${text}; this goes on as if the stack imported none`;
  await confirmClaim(session, claim, new CliError(why.code, text, fix));
}
