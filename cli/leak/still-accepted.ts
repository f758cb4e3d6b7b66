import { revealAll, type Sensitive } from '../../core/sensitive.ts';
import { CliError } from '../errors.ts';
import { type Answer, type ClientVersion, currentOf, readClientVersions } from './answer.ts';
import { invalidate } from './invalidate-tokens.ts';
import { mayBeInUse } from './overtaken-answer.ts';
import { trySecret } from './try-secret.ts';

// Adobe allows two client secrets, so that most of the earlier ones are dead.
const mostTried = 5;

interface Earlier {
  readonly version: ClientVersion;
  readonly secret: Sensitive;
  readonly uuid: string | undefined;
}

/**
 * The client secrets of other versions that IMS still accepts: a person who has stored another one in
 * the place of a leaked one may have forgotten to delete that.
 */
export async function stillAccepted(answer: Answer): Promise<readonly string[]> {
  const versions = await readClientVersions(answer);
  const { credential } = currentOf(answer, versions).found;
  const told: string[] = [];
  for (const { version, secret, uuid } of earlierSecrets(answer, versions)) {
    const where = `version ${version.id} of ${answer.names.client}`;
    try {
      const accessToken = await trySecret(answer, credential, secret);
      if (accessToken === undefined) continue;
      const named = uuid !== undefined && !mayBeInUse([uuid], undefined, versions);
      const which = named ? uuid : `the one in ${where}`;
      told.push(
        `IMS still accepts a client secret that is not the stored one, but in ${where}. If it has leaked, delete ${which} in the Adobe Developer Console, if it is still there, and no other; then: ${answer.tokenOnly}`,
      );
      await invalidate(answer, [accessToken], credential);
    } catch (error) {
      if (!(error instanceof CliError) || answer.session.signal.aborted) throw error;
      told.push(
        `Whether IMS still accepts the client secret in ${where} is not known: ${error.message}`,
      );
    }
  }
  return told;
}

/** Each once, the latest first. What is being added has replaced nothing. */
function earlierSecrets(answer: Answer, versions: readonly ClientVersion[]): readonly Earlier[] {
  const { clientId, clientSecrets } = currentOf(answer, versions).found.credential;
  const stored = new Set(revealAll(clientSecrets));
  const found = new Map<string, Earlier>();
  for (const version of versions) {
    if (version.labels.includes('AWSPENDING')) continue;
    if (version.found?.credential.clientId !== clientId) continue;
    for (const { secret, uuid } of version.found.entries) {
      const value = secret.reveal();
      if (!stored.has(value) && !found.has(value)) found.set(value, { version, secret, uuid });
    }
  }
  return [...found.values()].slice(0, mostTried);
}
