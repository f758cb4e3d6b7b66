import type { Secret } from '../aws/secret.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import { nextAwsCommand, nextCommand } from '../view/next-command.ts';
import { assertPresent, creationFix, isScheduledForDeletion, restoreCommand } from './absence.ts';
import { type NewPair, tokenDescription } from './create-pair.ts';
import { isImported } from './rotator.ts';

type Wanted = Omit<NewPair, 'document' | 'resumed'>;

const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

// A run of `onboard` makes its second call within this time of its first.
const runTime = 120;

/**
 * Checks that nobody has the names of a new credential's secrets.
 *
 * @returns the empty token secret that an earlier run of this command has left, if there is one
 * @throws CliError ERR_CREDENTIAL_EXISTS, or ERR_CREDENTIAL_NOT_FOUND for an imported client secret
 */
export async function checkFree(session: Session, wanted: Wanted): Promise<Secret | undefined> {
  const { secrets } = session;
  const { names, credential } = wanted;
  const [client, token] = await Promise.all([
    secrets.describe(names.client),
    secrets.describe(names.token),
  ]);
  // An ARN is no name for a new secret.
  if (isImported(names)) {
    assertPresent(session, names.client, client, creationFix(names.client, session.options));
  }
  const existing = [client, token].flatMap((secret) => secret ?? []);
  if (existing.length === 0) return undefined;
  if (client !== undefined || token === undefined || !isLeftover(token, credential)) {
    throw taken(session, existing, wanted);
  }
  // Whoever may create secrets can prepare one that looks like ours, to read what is stored in it.
  const differences = [
    ...differencesOf(token, wanted),
    ...((await secrets.hasPolicy(token.arn)) ? ['it has a resource policy'] : []),
  ];
  if (differences.length > 0) throw unfit(names.token, differences);
  if (isOld(token, session)) return token;
  throw new CliError(
    'ERR_CREDENTIAL_EXISTS',
    `another onboard has just created ${names.token}, and may be at work`,
    'try again in 2 minutes: if it was broken off, this command goes on where it ended',
  );
}

/** It says that `onboard` created it, and never had a value. */
function isLeftover(token: Secret, credential: string): boolean {
  const { description = '', currentVersionId, pendingVersionId } = token;
  return (
    description.startsWith(tokenDescription(credential)) &&
    currentVersionId === undefined &&
    pendingVersionId === undefined &&
    !isScheduledForDeletion(token)
  );
}

/** The traits that no interrupted run of this command, with these options, leaves behind. */
function differencesOf(token: Secret, { credential, tags, keyId }: Wanted): readonly string[] {
  const run = token.description?.slice(tokenDescription(credential).length) ?? '';
  const keys = new Set([...Object.keys(tags), ...Object.keys(token.tags)]);
  return [
    ...(isUuid.test(run) ? [] : ['its description is another one']),
    ...[...keys]
      .filter((key) => token.tags[key] !== tags[key])
      .map((key) =>
        key in tags ? `its tag ${key} is not as wanted now` : `it has the tag ${key}`,
      ),
    ...(token.keyId === keyId ? [] : ['its key is another one']),
    ...(token.primaryRegion === undefined ? [] : ['it is replicated']),
    ...(token.isRotated === true ? ['it has a rotation'] : []),
    ...(token.owningService === undefined ? [] : [`${token.owningService} manages it`]),
  ];
}

function unfit(tokenName: string, differences: readonly string[]): CliError {
  return new CliError(
    'ERR_CREDENTIAL_EXISTS',
    `${tokenName} exists already, and is not what this command leaves when it is broken off`,
    'find out who created it; with the same options as before this command goes on, or choose another name',
    { problems: differences.map((message) => ({ field: tokenName, message })) },
  );
}

function isOld({ createdAt }: Secret, { now }: Session): boolean {
  return createdAt !== undefined && now() - createdAt > runTime;
}

function taken(
  { options }: Session,
  existing: readonly Secret[],
  { credential, names }: Wanted,
): CliError {
  const deleted = existing.filter(isScheduledForDeletion);
  if (deleted.length > 0) {
    return new CliError(
      'ERR_CREDENTIAL_EXISTS',
      `${namesIn(deleted)} ${deleted.length > 1 ? 'are' : 'is'} scheduled for deletion`,
      `choose another name, restore what is yours with ${restoreCommand('NAME', options)} once you know who offboarded it and why, or wait until AWS has deleted ${deleted.length > 1 ? 'them' : 'it'}`,
    );
  }
  const put = nextCommand(`put-credential ${credential} FILE`, options);
  const missing = existing[0]?.name === names.token ? names.client : names.token;
  const create = nextAwsCommand(`secretsmanager create-secret --name ${missing}`, options);
  return new CliError(
    'ERR_CREDENTIAL_EXISTS',
    `${namesIn(existing)} ${existing.length > 1 ? 'exist' : 'exists'} already`,
    existing.length > 1
      ? `choose another name; only if this credential is yours and has a new client secret: ${put}`
      : `find out who created it; if it may be used, create the other one (${create}), then run: ${put}`,
  );
}

function namesIn(secrets: readonly Secret[]): string {
  return secrets.map(({ name }) => name).join(' and ');
}
