import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import type { Rotator } from './rotator.ts';

/**
 * Why the prefix is only assumed: nobody has stated it, and the rotator's function, which would, may
 * be one that could not be looked at. Whoever may create secrets can plant some under the standard
 * prefix of a rotator that has another one.
 */
function whyAssumed(
  { options }: Session,
  { function: target, unreadable }: Rotator,
): CliError | undefined {
  if (options.prefix !== undefined || target.kind === 'deployed') return undefined;
  return target.kind === 'hidden' || unreadable.length > 0 ? target.why : undefined;
}

/**
 * Nothing is changed under an assumed prefix.
 *
 * @throws CliError ERR_AWS_DENIED or ERR_FUNCTION_NOT_FOUND
 */
export function checkPrefix(session: Session, rotator: Rotator): void {
  const why = whyAssumed(session, rotator);
  if (why === undefined) return;
  throw new CliError(
    why.code,
    `${why.message}, so the prefix of the secrets is unknown`,
    `${why.fix}; or give --prefix, which is ${rotator.prefix} by default`,
  );
}

/** Tells who only looks that the prefix is assumed. @param where what is looked at */
export function noteAssumedPrefix(
  session: Session,
  rotator: Rotator,
  where = `looking under ${rotator.prefix}/`,
): void {
  const why = whyAssumed(session, rotator);
  if (why === undefined) return;
  session.terminal.note(
    `${where}: the standard prefix is assumed, because ${why.summary}; --prefix states it`,
  );
}
