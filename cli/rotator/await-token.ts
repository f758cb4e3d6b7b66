import { setTimeout } from 'node:timers/promises';
import { defaultTick } from '../../core/contract.ts';
import { decide } from '../../core/decision.ts';
import { type EpochSeconds, formatInstant } from '../../core/instant.ts';
import type { SpentBudget } from '../../core/mint-budget.ts';
import { observeMetadata } from '../../core/observation.ts';
import type { FailureCode } from '../../core/status.ts';
import { readSettings } from '../../core/token-tags.ts';
import { CliError, interrupted, isErrorCode } from '../errors.ts';
import type { Session } from '../session.ts';
import { explainFailure, failureWords } from '../view/failure.ts';
import { nextCommand } from '../view/next-command.ts';
import type { CredentialFile } from './credential-file.ts';
import { isSameContent } from './same-content.ts';
import type { StoredCredential } from './stored-credential.ts';

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
  file: CredentialFile,
  seconds: number,
): Promise<EpochSeconds | undefined> {
  const until = session.now() + seconds;
  try {
    const isSame =
      credential.replaced !== undefined && (await isSameContent(session, credential, file));
    for (;;) {
      await checkNotOvertaken(session, credential);
      const seen = await describeToken(session, credential, isSame);
      if ('expiresAt' in seen) return seen.expiresAt;
      if (session.now() >= until) throw notReady(session, credential.name, seconds, seen);
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

/**
 * When two commands store a credential at once, the last one wins.
 *
 * @throws CliError ERR_TOKEN_NOT_READY
 */
export async function checkNotOvertaken(
  { secrets, options }: Session,
  { name, clientArn, versionId, replaced }: StoredCredential,
): Promise<void> {
  const current = (await secrets.describe(clientArn))?.currentVersionId;
  // Right after it was stored, the version before may still show.
  if (current === undefined || current === versionId || current === replaced) return;
  throw new CliError(
    'ERR_TOKEN_NOT_READY',
    `the credential was stored, but was overtaken: somebody else has stored another one for ${name}`,
    `find out who; if yours is the right one: ${nextCommand(`put-credential ${name} FILE`, options)}`,
  );
}

type Seen =
  | { readonly expiresAt: EpochSeconds | undefined }
  | { readonly lastFailure: FailureCode | undefined; readonly spent: SpentBudget | undefined };

async function describeToken(
  session: Session,
  { name, tokenSecret, clientArn, versionId }: StoredCredential,
  isSame: boolean,
): Promise<Seen> {
  const secret = await session.secrets.describe(tokenSecret);
  const tags = secret?.tags ?? {};
  if (readSettings(tags).paused) return { expiresAt: undefined };
  const { now, digest } = session;
  const context = { credential: name, now: now(), tick: defaultTick, digest };
  const observation = observeMetadata(context, secret, { arn: clientArn, versionId });
  const { token, failure, fingerprint: wanted } = observation;
  if (typeof token === 'object' && (isSame || token.fingerprint === wanted)) {
    return { expiresAt: token.expiresAt };
  }
  // The next tick repeats a transient failure; a final one is not worth waiting for.
  if (failure?.retryAt === undefined) {
    return { lastFailure: failure, spent: decide(observation).spent };
  }
  const { words, fix } = explainFailure(failure, name, session.options);
  throw new CliError(isErrorCode(failure.code) ? failure.code : 'ERR_TOKEN_NOT_READY', words, fix);
}

function notReady(
  { options }: Session,
  name: string,
  seconds: number,
  { lastFailure, spent }: Exclude<Seen, { readonly expiresAt: unknown }>,
): CliError {
  if (spent !== undefined) {
    return new CliError(
      'ERR_TOKEN_NOT_READY',
      `the credential is stored, and not yet proved at IMS; several tokens have just been requested ` +
        `for ${name}, and the next request is possible at ${formatInstant(spent.nextAt)}`,
      `nothing, if IMS accepts the credential: then a tick mints it, and until then the stored token stays; to see whether it does: ${nextCommand(`doctor ${name} --mint`, options)}`,
    );
  }
  const why = lastFailure === undefined ? '' : ` (last failure: ${failureWords(lastFailure)})`;
  return new CliError(
    'ERR_TOKEN_NOT_READY',
    `the credential is stored, but no token appeared within ${seconds} s${why}`,
    `see why: ${nextCommand(`doctor ${name}`, options)}`,
  );
}
