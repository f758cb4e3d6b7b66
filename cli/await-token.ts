import { setTimeout } from 'node:timers/promises';
import { fingerprint, readSettings } from '../lambda/core/settings.ts';
import { readStatus } from '../lambda/core/status.ts';
import { decodeVersionId } from '../lambda/core/version-id.ts';
import { CliError, interrupted } from './errors.ts';
import type { Session } from './session.ts';
import { explainFailure } from './view/failure.ts';

/** Which version of which client secret the token is to be of. */
export interface StoredCredential {
  readonly name: string;
  readonly tokenSecret: string;
  readonly clientArn: string;
  readonly versionId: string;
}

const pause = 1_000;
const stored = 'the credential is stored, and its token follows';

/**
 * Waits until the token of a credential that was just stored is there. Describes the token secret:
 * a list would lag behind.
 *
 * @param seconds to wait at most
 * @returns when the token ends, in epoch seconds; undefined for a credential that is paused
 * @throws CliError with the code of the failure, or ERR_TOKEN_NOT_READY
 */
export async function awaitToken(
  session: Session,
  { name, tokenSecret, clientArn, versionId }: StoredCredential,
  seconds: number,
) {
  const until = session.now() + seconds;
  let last: string | undefined;
  for (;;) {
    if (session.signal.aborted) throw interrupted(stored);
    const secret = await session.secrets.describe(tokenSecret);
    const tags = secret?.tags ?? {};
    if (readSettings(tags).paused) return undefined;
    const wanted = fingerprint(session.digest, clientArn, versionId, tags);
    const now = session.now();
    const token = decodeVersionId(secret?.currentVersionId ?? '', now);
    if (token?.fingerprint === wanted) return token.expiresAt;
    const failure = readStatus(tags, wanted, now);
    if (failure?.retryAt !== undefined) {
      const { words, fix } = explainFailure(failure.code, name);
      throw new CliError(failure.code.split('/')[0] ?? failure.code, words, fix);
    }
    last = failure?.code ?? last;
    if (now >= until) break;
    await setTimeout(pause, undefined, { signal: session.signal }).catch(() => {
      throw interrupted(stored);
    });
  }
  const why = last === undefined ? '' : `; the last try: ${explainFailure(last, name).words}`;
  throw new CliError(
    'ERR_TOKEN_NOT_READY',
    `the credential is stored, but there was no token of it within ${seconds} s${why}`,
    `see: ims-token-rotator doctor ${name}`,
  );
}
