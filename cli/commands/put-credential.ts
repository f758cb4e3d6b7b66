import { readSettings } from '../../core/token-tags.ts';
import { interrupted } from '../errors.ts';
import { assertPresent } from '../rotator/absence.ts';
import { readCredential } from '../rotator/credential-file.ts';
import { findRotator } from '../rotator/find-rotator.ts';
import { announce, reportToken, type WaitOptions } from '../rotator/report-token.ts';
import { namesOf } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';

/** Stores a credential in its existing client secret, and waits for its token. */
export async function putCredential(
  session: Session,
  name: string,
  file: string | undefined,
  { wait }: WaitOptions,
): Promise<number> {
  const { secrets } = session;
  const rotator = await findRotator(session);
  const names = namesOf(rotator, name);
  const [client, token] = await Promise.all([
    secrets.describe(names.client),
    secrets.describe(names.token),
  ]);
  const isNew = client === undefined && token === undefined;
  const fixFor = (secretName: string): string =>
    isNew
      ? `onboard it: ims-token-rotator onboard ${name} FILE`
      : `create it, then try again: aws secretsmanager create-secret --name ${secretName}`;
  assertPresent(names.client, client, fixFor(names.client));
  assertPresent(names.token, token, fixFor(names.token));
  const credential = await readCredential(session, file, readSettings(token.tags));
  announce(session, credential, names.client);
  if (session.signal.aborted) throw interrupted('nothing was stored');
  const versionId = await secrets.put(names.client, credential.document);
  const stored = { name, tokenSecret: names.token, clientArn: client.arn, versionId };
  return await reportToken(session, { rotator, file: credential, stored, wait });
}
