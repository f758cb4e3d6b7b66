import { formatInstant } from '../../core/instant.ts';
import type { Session } from '../session.ts';
import { credentialJson, credentialLines } from '../view/credential-summary.ts';
import { nextCommand } from '../view/next-command.ts';
import { placeOf } from '../view/place.ts';
import { wrapLines } from '../view/table.ts';
import { awaitToken, checkNotOvertaken } from './await-token.ts';
import type { CredentialFile } from './credential-file.ts';
import { proveCredential } from './mint-once.ts';
import type { StoredCredential } from './stored-credential.ts';

export interface WaitOptions {
  /** Seconds to wait for the token at most; 0 does not wait. */
  readonly wait: number;
}

export interface TrialOptions {
  /** Store nothing. */
  readonly dryRun?: boolean | undefined;
  /** Mint a token before the credential is stored. */
  readonly mint?: boolean | undefined;
  /** Replaces `https://{ims_host}` for that. */
  readonly imsEndpointUrl?: string | undefined;
}

interface Announced extends TrialOptions {
  readonly name: string;
  readonly file: CredentialFile;
  readonly secretName: string;
  /** Of the secret or, before there is one, of the function beside it, if that is known. */
  readonly arn: string | undefined;
}

/**
 * Shows a credential that is about to be stored, and proves it at IMS if asked to.
 *
 * @returns true if it is to be stored
 * @throws CliError with the code of IMS's failure
 */
export async function announce(
  session: Session,
  { name, file, secretName, arn, dryRun = false, mint = false, imsEndpointUrl }: Announced,
): Promise<boolean> {
  const { terminal, options } = session;
  const isText = options.json !== true;
  if (isText) terminal.print(...credentialLines(file, terminal.columns));
  if (mint) {
    const proof = await proveCredential(session, name, file.credential, imsEndpointUrl);
    if (isText) terminal.print(proof);
  }
  if (isText) {
    const text = `${dryRun ? 'it would be stored' : 'storing it'} in ${secretName}`;
    const place = arn === undefined ? text : `${text}, ${placeOf(arn)}`;
    terminal.print(...wrapLines(place, 0, terminal.columns));
  } else if (dryRun) terminal.printJson({ ...summaryOf(name, file), stored: false });
  return !dryRun;
}

function summaryOf(name: string, { credential, form, unused }: CredentialFile) {
  return { name, read_as: form, credential: credentialJson(credential), not_used: unused };
}

interface Stored extends WaitOptions {
  readonly file: CredentialFile;
  readonly stored: StoredCredential;
}

/** Waits for the token of a stored credential, and reports it. @returns the exit code */
export async function reportToken(
  session: Session,
  { file, stored, wait }: Stored,
): Promise<number> {
  const { terminal, options } = session;
  const { name } = stored;
  const json = { ...summaryOf(name, file), stored: true };
  if (wait === 0) {
    await checkNotOvertaken(session, stored);
    if (options.json === true) terminal.printJson(json);
    else terminal.print('stored; the token follows within seconds');
    return 0;
  }
  const progress = terminal.progress('waiting for the token');
  const expiresAt = await awaitToken(session, stored, file, wait).finally(() => progress.end());
  const paused = expiresAt === undefined;
  const expires_at = expiresAt && formatInstant(expiresAt);
  if (options.json === true) terminal.printJson({ ...json, paused, expires_at });
  else if (paused) {
    terminal.print(
      `stored; ${name} is paused and gets no token until: ${nextCommand(`resume ${name}`, options)}`,
    );
  } else {
    const mark = terminal.style('green', '✓');
    terminal.print(`${mark} the token of ${name} is stored and expires at ${expires_at}`);
  }
  return 0;
}
