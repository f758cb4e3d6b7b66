import { tagKeys } from '../../core/contract.ts';
import { readSettings } from '../../core/token-tags.ts';
import type { Session } from '../session.ts';
import { assertPresent, fixOfAbsence, listCommand } from './absence.ts';
import { checkPrefix } from './check-prefix.ts';
import { confirmLocation } from './confirm-location.ts';
import { checkOwner } from './overlaps.ts';
import { assertNoReplica } from './replica.ts';
import { namesOf, type Rotator } from './rotator.ts';
import { settled } from './settle.ts';

/** The result of pausing or resuming a credential. */
export interface Pausing {
  readonly paused: boolean;
  /** False if it was so before. */
  readonly changed: boolean;
}

/** Pauses or resumes a credential through the tag of its token secret. */
export async function pauseCredential(
  session: Session,
  rotator: Rotator,
  name: string,
  paused: boolean,
): Promise<Pausing> {
  const { secrets } = session;
  const { token } = namesOf(rotator, name);
  checkPrefix(session, rotator);
  checkOwner(session, rotator);
  const secret = await secrets.describe(token);
  const fix = fixOfAbsence(rotator, listCommand(session));
  assertPresent(session, token, secret, fix);
  const words = `${paused ? 'pause' : 'resume'} CREDENTIAL`;
  assertNoReplica(session, rotator, secret, { name, words });
  if (readSettings(secret.tags).paused === paused) return { paused, changed: false };
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
  return { paused, changed: true };
}

export function pausingWords(name: string, { paused, changed }: Pausing): string {
  if (!changed) return paused ? `${name} is paused already` : `${name} is not paused`;
  return paused
    ? `${name} is paused: its token stays until it expires, and is not renewed. ` +
        'For up to 5 minutes a tick may still renew it, because its list of secrets lags.'
    : `${name} is resumed: if its token is due, a tick renews it, ` +
        'within 5 minutes plus one tick.';
}
