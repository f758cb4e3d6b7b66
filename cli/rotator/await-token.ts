import { setTimeout } from 'node:timers/promises';
import type { EpochSeconds } from '../../core/instant.ts';
import { type FailureCode, readStatus } from '../../core/status.ts';
import { fingerprint, readSettings } from '../../core/token-tags.ts';
import { decodeVersionId } from '../../core/version-id.ts';
import { CliError, interrupted, isErrorCode } from '../errors.ts';
import type { Session } from '../session.ts';
import { explainFailure } from '../view/failure.ts';

/** The version of a client secret that the token is to be minted from. */
export interface StoredCredential {
  readonly name: string;
  readonly tokenSecret: string;
  readonly clientArn: string;
  readonly versionId: string;
}

const pollInterval = 1_000;

/**
 * Waits for the token of a credential that was just stored. Describes the token secret, because a
 * list would lag behind.
 *
 * @param seconds to wait at most
 * @returns when the token expires; undefined for a paused credential
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
      const seen = await describeToken(session, credential);
      if ('expiresAt' in seen) return seen.expiresAt;
      if (session.now() >= until) throw notReady(credential.name, seconds, seen.lastFailure);
      await setTimeout(pollInterval, undefined, { signal: session.signal });
    }
  } catch (error) {
    if (error instanceof CliError && error.code.startsWith('ERR_AWS_')) {
      const text = `the credential is stored, but its token could not be checked: ${error.message}`;
      throw new CliError(error.code, text, error.fix, { cause: error });
    }
    if (!session.signal.aborted) throw error;
    throw interrupted('the credential is stored, and its token follows');
  }
}

async function describeToken(
  session: Session,
  { name, tokenSecret, clientArn, versionId }: StoredCredential,
): Promise<{ expiresAt: EpochSeconds | undefined } | { lastFailure: FailureCode | undefined }> {
  const secret = await session.secrets.describe(tokenSecret);
  const tags = secret?.tags ?? {};
  if (readSettings(tags).paused) return { expiresAt: undefined };
  const wanted = fingerprint(session.digest, clientArn, versionId, tags);
  const now = session.now();
  const token = decodeVersionId(secret?.currentVersionId ?? '', now);
  if (token?.fingerprint === wanted) return { expiresAt: token.expiresAt };
  const failure = readStatus(tags, wanted, now);
  // The next tick repeats a transient failure; a final one is not worth waiting for.
  if (failure?.retryAt === undefined) return { lastFailure: failure };
  const { words, fix } = explainFailure(failure, name);
  throw new CliError(isErrorCode(failure.code) ? failure.code : 'ERR_TOKEN_NOT_READY', words, fix);
}

function notReady(name: string, seconds: number, lastFailure: FailureCode | undefined): CliError {
  const why =
    lastFailure === undefined ? '' : ` (last failure: ${explainFailure(lastFailure, name).words})`;
  return new CliError(
    'ERR_TOKEN_NOT_READY',
    `the credential is stored, but no token appeared within ${seconds} s${why}`,
    `see why: ims-token-rotator doctor ${name}`,
  );
}
