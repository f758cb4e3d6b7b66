import { formatInstant } from '../../core/instant.ts';
import { readSettings } from '../../core/token-tags.ts';
import type { Secret } from '../aws/secrets.ts';
import { CliError, interrupted } from '../errors.ts';
import { awaitToken, type StoredCredential } from '../rotator/await-token.ts';
import {
  type CredentialFile,
  describeCredential,
  readCredential,
  showCredential,
} from '../rotator/credential-file.ts';
import { findRotator, namesOf, type Rotator } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';

export interface WaitOptions {
  /** Seconds to wait for the token at most; 0 does not wait. */
  readonly wait: number;
}

/** Stores a credential in the client secret that is there, and waits for its token. */
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
  const alone = client === undefined && token === undefined;
  checkThere(name, names.client, client, alone);
  checkThere(name, names.token, token, alone);
  const credential = await readCredential(session, file, readSettings(token?.tags ?? {}));
  announce(session, credential, names.client);
  if (session.signal.aborted) throw interrupted('nothing was stored');
  const versionId = await secrets.put(names.client, credential.document);
  const stored = { name, tokenSecret: names.token, clientArn: client?.arn ?? '', versionId };
  return await reportToken(session, { rotator, credential, stored, wait });
}

/** @throws CliError ERR_CREDENTIAL_NOT_FOUND */
function checkThere(
  name: string,
  secretName: string,
  secret: Secret | undefined,
  alone: boolean,
): void {
  if (secret === undefined) {
    const fix = alone
      ? `onboard it: ims-token-rotator onboard ${name} FILE`
      : `create it, then this again: aws secretsmanager create-secret --name ${secretName}`;
    throw new CliError('ERR_CREDENTIAL_NOT_FOUND', `there is no secret ${secretName}`, fix);
  }
  if (secret.deletedAt === undefined) return;
  const fix = `aws secretsmanager restore-secret --secret-id ${secretName}`;
  const text = `${secretName} is scheduled for deletion`;
  throw new CliError('ERR_CREDENTIAL_NOT_FOUND', text, fix);
}

export function announce(session: Session, credential: CredentialFile, secretName: string): void {
  if (session.options.json === true) return;
  showCredential(session, credential);
  session.terminal.print(`storing it in ${secretName}`);
}

interface Stored {
  readonly rotator: Rotator;
  readonly credential: CredentialFile;
  readonly stored: StoredCredential;
  readonly wait: number;
}

/** Waits for the token of what was stored, and tells what came of it. */
export async function reportToken(
  session: Session,
  { rotator, credential, stored, wait }: Stored,
): Promise<number> {
  const { terminal, options } = session;
  const { name } = stored;
  const { function: target } = rotator;
  const nobodyRenews = typeof target !== 'string' && target.code === 'ERR_FUNCTION_NOT_FOUND';
  const told = { name, credential: describeCredential(credential), stored: true };
  if (nobodyRenews || wait === 0) {
    if (options.json === true) terminal.printJson(told);
    else terminal.print(nobodyRenews ? notDeployed : 'stored; the token follows within seconds');
    return 0;
  }
  const progress = terminal.progress('waiting for the token');
  const expiresAt = await awaitToken(session, stored, wait).finally(() => progress.end());
  const paused = expiresAt === undefined;
  const end = paused ? {} : { expires_at: formatInstant(expiresAt) };
  if (options.json === true) terminal.printJson({ ...told, paused, ...end });
  else if (paused)
    terminal.print(`stored; ${name} is paused, so nothing is minted (resume ${name})`);
  else {
    const mark = terminal.style('green', '✓');
    terminal.print(`${mark} the token of ${name} is there, good until ${formatInstant(expiresAt)}`);
  }
  return 0;
}

const notDeployed = 'stored; no function is deployed yet, the token follows when there is one';
