import { formatInstant } from '../../core/instant.ts';
import { observeMetadata, versionOf } from '../../core/observation.ts';
import { decodePendingToken, type PendingToken } from '../../core/stored-token.ts';
import { claimedClient } from '../../core/token-claims.ts';
import { decodeVersionId, matchesContent } from '../../core/version-id.ts';
import { CliError } from '../errors.ts';
import { type Finding, failed, ok, unknown } from './check.ts';
import { renewalAdvice } from './renewal-advice.ts';
import type { Subject } from './subject.ts';

/**
 * Checks that the stored value is what its version id says. The rotator believes the id, so a value
 * that was put under a false one would never be renewed.
 */
export async function valueFinding(subject: Subject): Promise<Finding> {
  const { session, value } = subject;
  const found = await value;
  if (found === undefined) return unknown('there is none yet');
  const text = found.value.reveal();
  const { versionId } = found;
  const now = session.now();
  const token = decodePendingToken(text, now);
  const fields = decodeVersionId(versionId, now);
  const problems: string[] = [];
  if (fields !== undefined) {
    if (!matchesContent(versionId, session.digest(text))) {
      problems.push('the value is not the one that the rotator stored under this version id');
    }
    if (token !== undefined && token.expiresAt !== fields.expiresAt) {
      const [id, stored] = [fields.expiresAt, token.expiresAt].map(formatInstant);
      problems.push(`expires_at is ${stored}, but the version id says ${id}`);
    } else if (token !== undefined && token.expiresAt - token.issuedAt !== fields.lifetime) {
      problems.push('issued_at is not what the version id says');
    }
  }
  if (token === undefined) problems.push('the value is not a token');
  else {
    // IMS may accept a token whoever asks about it, so that of another organization would be well.
    if (![undefined, token.clientId].includes(claimedClient(token.accessToken.reveal()))) {
      problems.push('access_token was issued to another client than client_id');
    }
    if (await isOfAnotherClient(subject, versionId, token)) {
      problems.push("client_id is not the credential's");
    }
  }
  if (problems.length > 0) {
    return failed(problems.join('; '), await renewalAdvice(subject));
  }
  return ok(fields === undefined ? 'a token, not stored by the rotator' : 'as the version id says');
}

/** A credential that was changed a moment ago may have another client than its last token. */
async function isOfAnotherClient(
  { name, credential, client, token, session, rotator }: Subject,
  versionId: string,
  { clientId, clientSecretVersion }: PendingToken,
): Promise<boolean> {
  try {
    const [current, clientSecret, secret] = await Promise.all([credential, client, token]);
    if (current.clientId === clientId) return false;
    const context = {
      credential: name,
      now: session.now(),
      tick: rotator.tick,
      digest: session.digest,
    };
    const observation = observeMetadata(context, secret, versionOf(clientSecret));
    const { token: seen, fingerprint } = observation;
    // The rotator believes the id or, where that is not its own, the value.
    const isDue =
      typeof seen === 'object'
        ? seen.fingerprint !== fingerprint
        : ![undefined, clientSecret?.currentVersionId].includes(clientSecretVersion);
    return !(isDue && observation.versionId === versionId);
  } catch (error) {
    // Without permission to read the credential there is nothing to compare with.
    if (error instanceof CliError && error.code !== 'ERR_INTERRUPTED') return false;
    throw error;
  }
}
