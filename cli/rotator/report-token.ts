import { formatInstant } from '../../core/instant.ts';
import type { Session } from '../session.ts';
import { credentialJson, credentialLines } from '../view/credential-summary.ts';
import { awaitToken, checkNotOvertaken } from './await-token.ts';
import type { CredentialFile } from './credential-file.ts';
import type { StoredCredential } from './stored-credential.ts';

export interface WaitOptions {
  /** Seconds to wait for the token at most; 0 does not wait. */
  readonly wait: number;
}

/** Shows a credential that is about to be stored. */
export function announce(
  { terminal, options }: Session,
  { credential }: CredentialFile,
  secretName: string,
): void {
  if (options.json === true) return;
  const lines = credentialLines(credential, terminal.columns);
  terminal.print(...lines, `storing it in ${secretName}`);
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
  const json = { name, credential: credentialJson(file.credential), stored: true };
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
    terminal.print(`stored; ${name} is paused and gets no token until: resume ${name}`);
  } else {
    const mark = terminal.style('green', '✓');
    terminal.print(`${mark} the token of ${name} is stored and expires at ${expires_at}`);
  }
  return 0;
}
