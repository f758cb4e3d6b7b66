import { tagKeys } from '../../core/contract.ts';
import type { Secret } from '../aws/secrets.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import { isScheduledForDeletion, restoreCommand } from './absence.ts';
import { type NewPair, tokenDescription } from './create-pair.ts';

type Wanted = Omit<NewPair, 'document' | 'resumed'>;

// A run of `onboard` makes its second call within this time of its first.
const runTime = 120;

/**
 * Checks that nobody has the names of a new credential's secrets.
 *
 * @returns the empty token secret that an earlier run for this credential has left, if there is one
 * @throws CliError ERR_CREDENTIAL_EXISTS
 */
export async function checkFree(session: Session, wanted: Wanted): Promise<Secret | undefined> {
  const { secrets } = session;
  const { names, credential } = wanted;
  const [client, token] = await Promise.all([
    secrets.describe(names.client),
    secrets.describe(names.token),
  ]);
  const existing = [client, token].flatMap((secret) => secret ?? []);
  if (existing.length === 0) return undefined;
  if (client === undefined && token !== undefined && isLeftover(token, wanted)) {
    if (isScheduledForDeletion(token) || isOld(token, session)) return token;
    throw new CliError(
      'ERR_CREDENTIAL_EXISTS',
      `another onboard has just created ${names.token}, and may be at work`,
      'try again in 2 minutes: if it was broken off, this command goes on where it ended',
    );
  }
  throw taken(existing, credential, names);
}

/** It never had a value, and its settings and key are the wanted ones. */
function isLeftover(token: Secret, { credential, tags, keyId }: Wanted): boolean {
  const { description = '', currentVersionId, pendingVersionId, keyId: usedKey } = token;
  const settings = [tagKeys.product, tagKeys.scopes, tagKeys.renewBefore];
  return (
    description.startsWith(tokenDescription(credential)) &&
    currentVersionId === undefined &&
    pendingVersionId === undefined &&
    usedKey === keyId &&
    settings.every((key) => token.tags[key] === tags[key])
  );
}

function isOld({ createdAt }: Secret, { now }: Session): boolean {
  return createdAt !== undefined && now() - createdAt > runTime;
}

function taken(existing: readonly Secret[], credential: string, names: Wanted['names']): CliError {
  const deleted = existing.filter(isScheduledForDeletion);
  if (deleted.length > 0) {
    return new CliError(
      'ERR_CREDENTIAL_EXISTS',
      `${namesIn(deleted)} ${deleted.length > 1 ? 'are' : 'is'} scheduled for deletion`,
      `restore with ${restoreCommand('NAME')}, choose another name, or wait until AWS has deleted ${deleted.length > 1 ? 'them' : 'it'}`,
    );
  }
  const put = `ims-token-rotator put-credential ${credential} FILE`;
  const missing = existing[0]?.name === names.token ? names.client : names.token;
  return new CliError(
    'ERR_CREDENTIAL_EXISTS',
    `${namesIn(existing)} ${existing.length > 1 ? 'exist' : 'exists'} already`,
    existing.length > 1
      ? `store a new credential: ${put}`
      : `create the other secret (aws secretsmanager create-secret --name ${missing}), then run: ${put}`,
  );
}

function namesIn(secrets: readonly Secret[]): string {
  return secrets.map(({ name }) => name).join(' and ');
}
