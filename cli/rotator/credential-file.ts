import { stat } from 'node:fs/promises';
import input from '@inquirer/input';
import password from '@inquirer/password';
import { longestSecretValue } from '../../core/contract.ts';
import {
  type ScopeSettings,
  type UnderstoodCredential,
  understandCredential,
} from '../../core/credential.ts';
import { isPastedSecret, readersWarning } from '../../core/credential-path.ts';
import { RotatorError } from '../../core/errors.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { decodeText } from '../../core/text.ts';
import { CliError, usageError } from '../errors.ts';
import { readFileWithin, readWithin } from '../read-file.ts';
import type { Session } from '../session.ts';
import { wrapLines } from '../view/table.ts';

/** A valid credential and the text to store. */
export interface CredentialFile extends UnderstoodCredential {
  readonly document: Sensitive;
}

export interface FileOptions {
  /** The name of one of several credentials in the file. */
  readonly credential?: string | undefined;
  /** Store the text of the file instead of the documented form. */
  readonly asIs?: boolean | undefined;
}

/**
 * Reads a credential from a file, from stdin (`-`), or by asking for it, and checks it as the
 * function will.
 *
 * @throws CliError ERR_CREDENTIAL_INVALID, which lists every problem by field and shows no value
 */
export async function readCredential(
  session: Session,
  file: string | undefined,
  settings: ScopeSettings,
  { credential: choice, asIs = false }: FileOptions,
): Promise<CredentialFile> {
  if (asIs && choice !== undefined) {
    throw usageError('--as-is stores the whole file, from which the function cannot choose');
  }
  const text = file === undefined ? await ask(session, settings) : await readText(session, file);
  if (asIs && text.includes('\u{FFFD}')) {
    throw usageError(
      `${sourceOf(file)} holds U+FFFD, or is not all UTF-8 or UTF-16, so that --as-is would store other characters`,
      'convert it to UTF-8, or leave out --as-is',
    );
  }
  try {
    const understood = understandCredential(text, settings, choice);
    return { ...understood, document: asIs ? new Sensitive(text) : understood.normalised };
  } catch (error) {
    if (!(error instanceof RotatorError)) throw error;
    const { code, problems } = error;
    throw new CliError(
      code,
      `${sourceOf(file)} is not a valid credential`,
      'see the accepted forms in docs/reference.md, "Credential forms"',
      { problems },
    );
  }
}

function sourceOf(file: string | undefined): string {
  if (file === undefined) return 'the input';
  return file === '-' ? 'stdin' : file;
}

function tooLarge(size: number): CliError {
  return usageError(
    `the credential has ${size} bytes; a secret holds at most ${longestSecretValue}`,
  );
}

async function readText(session: Session, file: string): Promise<string> {
  const bytes = await readBytes(session, file);
  if (bytes.length > longestSecretValue) throw tooLarge(bytes.length);
  return decodeText(bytes);
}

async function readBytes(session: Session, file: string): Promise<Buffer> {
  if (file === '') throw usageError('FILE is empty', 'give a FILE, or - for stdin');
  if (file === '-')
    return await readWithin(session.terminal.stdin, longestSecretValue, session.signal);
  try {
    const found = await stat(file);
    if (found.size > longestSecretValue) throw tooLarge(found.size);
    const warning = readersWarning(file, found, process.getuid?.());
    if (warning !== undefined) {
      const { terminal } = session;
      const lines = wrapLines(`warning: ${warning}`, 0, terminal.noteColumns);
      terminal.note(...lines.map((line) => terminal.styleNote('yellow', line)));
    }
    return await readFileWithin(file, longestSecretValue, session.signal);
  } catch (error) {
    if (error instanceof CliError || session.signal.aborted) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw isPastedSecret(file)
      ? usageError(
          `cannot read FILE, which looks like a secret and so is not shown: ${code}`,
          'store the credential in a file, or give - for stdin; a secret given as an argument is in the history of the shell',
        )
      : usageError(`cannot read ${file}: ${code}`);
  }
}

async function ask({ terminal, signal }: Session, settings: ScopeSettings): Promise<string> {
  if (!terminal.canAsk) {
    throw usageError('no FILE given, and no terminal to ask on', 'give a FILE, or - for stdin');
  }
  // Questions are not results: stdout may be a pipe.
  const context = { output: process.stderr, signal };
  const required = (text: string): boolean | string => text.trim() !== '' || 'is required';
  const client_id = await input({ message: 'Client ID', validate: required }, context);
  const client_secret = await password(
    // By default, Ctrl-T shows it.
    { message: 'Client secret (not shown)', validate: required, toggleMask: false },
    context,
  );
  const known = settings.product ?? settings.scopes?.join(',');
  const scope = await input(
    {
      message: 'Scopes from the Developer Console',
      validate: known === undefined ? required : () => true,
    },
    context,
  );
  return JSON.stringify({ client_id, client_secret, scope: scope || undefined });
}
