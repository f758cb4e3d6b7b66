import { parseSecretName } from '../../core/secret-name.ts';
import type { Secret } from '../aws/secret.ts';
import type { Session } from '../session.ts';
import { someOf } from '../view/some-of.ts';
import { isScheduledForDeletion } from './absence.ts';
import { importersOf, namesOf, type Rotator } from './rotator.ts';

/** The other credentials whose stack imports this client secret, in words. */
export function otherImporters(
  rotator: Rotator,
  name: string,
  { arn }: Pick<Secret, 'arn'>,
): readonly string[] {
  return (
    importersOf(rotator, arn)
      // Two rotators may have the same name, but not the same secrets.
      .filter((one) => one.credential !== name || one.prefix !== rotator.prefix)
      .map((one) =>
        one.prefix === rotator.prefix ? one.credential : `${one.credential} of ${one.rotator}`,
      )
  );
}

/** Says that other credentials, too, get their tokens for what is stored in a client secret. */
export async function sharedWarning(
  { secrets }: Pick<Session, 'secrets'>,
  rotator: Rotator,
  name: string,
  client: Secret,
): Promise<string | undefined> {
  const { credential: owner = name } = parseSecretName(rotator.prefix, client.name) ?? {};
  const lender = owner === name ? undefined : await secrets.describe(namesOf(rotator, owner).token);
  const users = [
    // Without a token secret it is no credential of its own any more.
    ...(lender === undefined || isScheduledForDeletion(lender) ? [] : [owner]),
    ...otherImporters(rotator, name, client),
  ];
  if (users.length === 0) return undefined;
  return (
    `${client.name} is the client secret of ${someOf(users, 10, ' and ')} too, whose ` +
    `${users.length === 1 ? 'token is' : 'tokens are'} renewed for what is stored in it`
  );
}
