import { tagKeys } from '../../core/contract.ts';
import { readSettings } from '../../core/token-tags.ts';
import { assertPresent } from '../rotator/absence.ts';
import { confirmLocation } from '../rotator/confirm-location.ts';
import { findRotator } from '../rotator/find-rotator.ts';
import { checkName, namesOf } from '../rotator/rotator.ts';
import { settled } from '../rotator/settle.ts';
import type { Session } from '../session.ts';
import { wrapLines } from '../view/table.ts';

/** Pauses or resumes a credential through the tag of its token secret. */
export async function setPaused(session: Session, name: string, paused: boolean): Promise<number> {
  const { terminal, secrets, options } = session;
  checkName(name);
  const rotator = await findRotator(session);
  const { token } = namesOf(rotator, name);
  const secret = await secrets.describe(token);
  assertPresent(token, secret, 'list the credentials: ims-token-rotator status');
  const changed = readSettings(secret.tags).paused !== paused;
  if (changed) {
    await confirmLocation(session, rotator, token);
    await settled(
      async () => {
        await secrets.setTag(secret.arn, tagKeys.paused, String(paused));
        return true;
      },
      async () => {
        const found = await secrets.describeAfterWrite(secret.arn);
        return readSettings(found?.tags ?? {}).paused === paused || undefined;
      },
    );
  }
  if (options.json === true) terminal.printJson({ name, paused, changed });
  else {
    const text = changed ? changedText(name, paused) : unchangedText(name, paused);
    terminal.print(...wrapLines(text, 0, terminal.columns));
  }
  return 0;
}

function changedText(name: string, paused: boolean): string {
  return paused
    ? `${name} is paused: its token stays until it expires, and is not renewed. ` +
        'For up to 5 minutes a tick may still renew it, because its list of secrets lags.'
    : `${name} is resumed: if its token is due, a tick renews it, ` +
        'within 5 minutes plus one tick.';
}

function unchangedText(name: string, paused: boolean): string {
  return paused ? `${name} is paused already` : `${name} is not paused`;
}
