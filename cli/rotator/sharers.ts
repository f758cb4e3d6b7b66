import { secretName } from '../../core/contract.ts';
import { nameOfArn, parseSecretName } from '../../core/secret-name.ts';
import type { Secret } from '../aws/secret.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import { someOf } from '../view/some-of.ts';
import { isScheduledForDeletion } from './absence.ts';
import { importersOf, type Rotator, type User, unreadableFunctions } from './rotator.ts';

/**
 * The credentials, of any rotator, under whose name the client secret with this ARN is. Two functions
 * may claim the same prefix.
 */
export function ownersOf(rotator: Rotator, arn: string): readonly User[] {
  const { deployed = [], region, function: target } = rotator;
  const [, , , regionOfSecret, account] = arn.split(':');
  // A secret elsewhere may have the same name.
  if (regionOfSecret !== region) return [];
  if (target.kind === 'deployed' && target.arn.split(':')[4] !== account) return [];
  const secret = nameOfArn(arn) ?? arn.replace(/^.*:secret:/, '');
  return deployed.flatMap(({ name, functionName, prefix, clientSecrets }) => {
    const { credential, kind } = parseSecretName(prefix, secret) ?? {};
    // Whoever imports another one does not use that under its own name.
    if (credential === undefined || kind !== 'client' || clientSecrets?.has(credential)) return [];
    return [{ rotator: name, functionName, prefix, credential }];
  });
}

/** The other credentials, of any rotator, that get their tokens for what is in a client secret. */
export async function sharersOf(
  session: Pick<Session, 'secrets' | 'signal'>,
  rotator: Rotator,
  name: string,
  { arn }: Pick<Secret, 'arn'>,
): Promise<readonly User[]> {
  const owners = ownersOf(rotator, arn).filter(isOther(rotator, name));
  const have = await Promise.all(owners.map((owner) => hasToken(session, owner)));
  return [
    // Without a token secret it is no credential of its own any more.
    ...owners.filter((_, index) => have[index]),
    ...importersOf(rotator, arn).filter(isOther(rotator, name)),
  ];
}

/** Two rotators may have the same name, but not the same secrets. */
function isOther(rotator: Rotator, name: string): (user: User) => boolean {
  return ({ credential, prefix }) => credential !== name || prefix !== rotator.prefix;
}

async function hasToken(
  { secrets, signal }: Pick<Session, 'secrets' | 'signal'>,
  { prefix, credential }: User,
): Promise<boolean> {
  try {
    const token = await secrets.describe(secretName(prefix, credential, 'token'));
    return token !== undefined && !isScheduledForDeletion(token);
  } catch (error) {
    // An operator of one rotator may have no right to those of another.
    if (error instanceof CliError && !signal.aborted) return true;
    throw error;
  }
}

/** A credential in words, for whoever works on this rotator. */
export function userInWords({ prefix }: Rotator, user: User): string {
  return user.prefix === prefix ? user.credential : `${user.credential} of ${user.rotator}`;
}

/** The other credentials whose stack imports this client secret, in words. */
export function otherImporters(
  rotator: Rotator,
  name: string,
  { arn }: Pick<Secret, 'arn'>,
): readonly string[] {
  return importersOf(rotator, arn)
    .filter(isOther(rotator, name))
    .map((user) => userInWords(rotator, user));
}

/** Why others than those who are known may use a client secret. Undefined if nobody else does. */
export function whyUnseen({ deployed = [], unreadable }: Rotator): string | undefined {
  const broken = deployed.filter(({ clientSecrets }) => clientSecrets === undefined);
  const names = broken.map(({ functionName }) => functionName);
  const invalid = names.length > 0 && `the environment of ${someOf(names, 5)} is invalid`;
  const why = [unreadableFunctions(unreadable), invalid].filter(Boolean);
  return why.length === 0 ? undefined : why.join(', and ');
}

/** Says that other credentials, too, get their tokens for what is stored in a client secret. */
export async function sharedWarning(
  session: Pick<Session, 'secrets' | 'signal'>,
  rotator: Rotator,
  name: string,
  client: Secret,
): Promise<string | undefined> {
  const sharers = await sharersOf(session, rotator, name, client);
  const users = sharers.map((user) => userInWords(rotator, user));
  if (users.length === 0) return undefined;
  return (
    `${client.name} is the client secret of ${someOf(users, 10, ' and ')} too, whose ` +
    `${users.length === 1 ? 'token is' : 'tokens are'} renewed for what is stored in it`
  );
}
