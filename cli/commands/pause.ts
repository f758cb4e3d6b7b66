import { readSettings } from '../../core/token-tags.ts';
import { CliError } from '../errors.ts';
import { findRotator, namesOf } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';

const pausedTag = 'ims-token-rotator:paused';

/** Pauses a credential, or ends its pause, by the tag of its token secret. */
export async function setPaused(session: Session, name: string, paused: boolean): Promise<number> {
  const { terminal, secrets, options } = session;
  const { token } = namesOf(await findRotator(session), name);
  const secret = await secrets.describe(token);
  if (secret === undefined || secret.deletedAt !== undefined) {
    throw new CliError(
      'ERR_CREDENTIAL_NOT_FOUND',
      `there is no secret ${token}`,
      'see the names that there are: ims-token-rotator status',
    );
  }
  const was = readSettings(secret.tags).paused;
  if (was !== paused) await secrets.setTag(token, pausedTag, String(paused));
  if (options.json === true) terminal.printJson({ name, paused, changed: was !== paused });
  else if (was === paused) terminal.print(`${name} ${paused ? 'is paused' : 'is not paused'}`);
  else
    terminal.print(paused ? `${name} is paused: ${pausedNote}` : `${name} goes on: ${resumedNote}`);
  return 0;
}

const pausedNote =
  'its token is kept until it ends, and not renewed.\n' +
  'For the next 5 minutes a tick may still renew it: it reads this from a list.';
const resumedNote = 'a tick renews it if it is due, at the latest in 5 minutes and a tick.';
