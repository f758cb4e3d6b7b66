import { setTimeout } from 'node:timers/promises';
import type { EpochSeconds } from '../../core/instant.ts';
import { formatFailureCode, readStatus } from '../../core/status.ts';
import { fingerprint, readSettings } from '../../core/token-tags.ts';
import { decodeVersionId } from '../../core/version-id.ts';
import { CliError, interrupted } from '../errors.ts';
import type { Session } from '../session.ts';
import { explainFailure } from '../view/failure.ts';

/** Which version of which client secret the token is to be of. */
export interface StoredCredential {
  readonly name: string;
  readonly tokenSecret: string;
  readonly clientArn: string;
  readonly versionId: string;
}

const pause = 1_000;

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
  credential: StoredCredential,
  seconds: number,
): Promise<EpochSeconds | undefined> {
  const until = session.now() + seconds;
  try {
    for (;;) {
      const seen = await look(session, credential);
      if ('expiresAt' in seen) return seen.expiresAt;
      if (session.now() >= until) throw notReady(credential.name, seconds, seen.lastFailure);
      await setTimeout(pause, undefined, { signal: session.signal });
    }
  } catch (error) {
    if (error instanceof CliError && error.code.startsWith('ERR_AWS_')) {
      const text = `the credential is stored; whether its token is there could not be seen: ${error.message}`;
      throw new CliError(error.code, text, error.fix, { cause: error });
    }
    if (!session.signal.aborted) throw error;
    throw interrupted('the credential is stored, and its token follows');
  }
}

async function look(
  session: Session,
  { name, tokenSecret, clientArn, versionId }: StoredCredential,
): Promise<{ expiresAt: EpochSeconds | undefined } | { lastFailure: string | undefined }> {
  const secret = await session.secrets.describe(tokenSecret);
  const tags = secret?.tags ?? {};
  if (readSettings(tags).paused) return { expiresAt: undefined };
  const wanted = fingerprint(session.digest, clientArn, versionId, tags);
  const now = session.now();
  const token = decodeVersionId(secret?.currentVersionId ?? '', now);
  if (token?.fingerprint === wanted) return { expiresAt: token.expiresAt };
  const failure = readStatus(tags, wanted, now);
  // What may pass is tried again by the next tick; what does not is not worth waiting for.
  if (failure?.retryAt === undefined) return { lastFailure: failure && formatFailureCode(failure) };
  const { words, fix } = explainFailure(formatFailureCode(failure), name);
  throw new CliError(failure.code, words, fix);
}

function notReady(name: string, seconds: number, lastFailure: string | undefined): CliError {
  const why =
    lastFailure === undefined ? '' : `; the last try: ${explainFailure(lastFailure, name).words}`;
  return new CliError(
    'ERR_TOKEN_NOT_READY',
    `the credential is stored, but there was no token of it within ${seconds} s${why}`,
    `see: ims-token-rotator doctor ${name}`,
  );
}
