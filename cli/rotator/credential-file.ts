import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import input from '@inquirer/input';
import password from '@inquirer/password';
import {
  type ClientCredential,
  parseCredential,
  type ScopeSettings,
} from '../../core/credential.ts';
import { RotatorError } from '../../core/errors.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { CliError, interrupted, usageError } from '../errors.ts';
import type { Session } from '../session.ts';
import { wrapLines } from '../view/table.ts';

/** A credential that was understood, and the text to store. */
export interface CredentialFile {
  readonly document: Sensitive;
  readonly credential: ClientCredential;
}

const largest = 65_536;

/**
 * Reads a credential from a file, from stdin (`-`), or from a person, and checks it as the function
 * will.
 *
 * @throws CliError ERR_CREDENTIAL_INVALID, which lists every problem by field and shows no value
 */
export async function readCredential(
  session: Session,
  file: string | undefined,
  settings: ScopeSettings,
): Promise<CredentialFile> {
  const document =
    file === undefined ? await ask(session, settings) : await readDocument(session, file);
  const size = Buffer.byteLength(document);
  if (size > largest) throw tooLarge(size);
  try {
    return { document: new Sensitive(document), credential: parseCredential(document, settings) };
  } catch (error) {
    if (!(error instanceof RotatorError)) throw error;
    const fix = 'README.md, "What the client secret may hold", has the forms that are accepted';
    throw new CliError(error.code, error.message.replace("the client secret's value", 'this'), fix);
  }
}

/** What was understood of a credential, without its secrets. */
export function describeCredential({ credential }: CredentialFile) {
  const { clientId, clientSecrets, scopes, orgId, imsHost } = credential;
  return {
    client_id: clientId,
    client_secrets: clientSecrets.map(masked),
    scopes: [...scopes],
    ...(orgId === undefined ? {} : { org_id: orgId }),
    ims_host: imsHost,
  };
}

export function showCredential({ terminal }: Session, file: CredentialFile): void {
  for (const [field, value] of Object.entries(describeCredential(file))) {
    const [first = '', ...rest] = wrapLines([value].flat().join(', '), 18, terminal.columns);
    terminal.print([`  ${field.padEnd(16)}${first.trimStart()}`, ...rest].join('\n'));
  }
}

function tooLarge(size: number): CliError {
  return usageError(`a secret holds ${largest} bytes, and this is ${size}`);
}

async function readDocument(session: Session, file: string): Promise<string> {
  if (file === '-') return await readBounded(session.terminal.stdin, session.signal);
  try {
    const { mode, size } = await stat(file);
    if (size > largest) throw tooLarge(size);
    if ((mode & 0o077) !== 0) {
      const text = `warning: others on this machine may read ${file}; chmod 600 it, or delete it afterwards`;
      const lines = wrapLines(text, 0, session.terminal.noteColumns);
      session.terminal.note(session.terminal.styleNote('yellow', lines.join('\n')));
    }
    return await readBounded(createReadStream(file, { end: largest }), session.signal);
  } catch (error) {
    if (error instanceof CliError || session.signal.aborted) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw usageError(`cannot read ${file}: ${code}`);
  }
}

/** As text, up to somewhat more than a secret holds. A pipe may never be opened by its other end. */
async function readBounded(stream: Readable, signal: AbortSignal): Promise<string> {
  const read = async (): Promise<string> => {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of stream) {
      chunks.push(Buffer.from(chunk));
      length += chunk.length;
      if (length > largest) break;
    }
    return Buffer.concat(chunks).toString('utf8');
  };
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(interrupted());
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([read(), aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function ask({ terminal, signal }: Session, settings: ScopeSettings): Promise<string> {
  if (!terminal.canAsk) {
    throw usageError('no FILE is given, and there is nobody to ask', 'give a FILE, or - for stdin');
  }
  // Questions are not results: stdout may be a pipe.
  const context = { output: process.stderr, signal };
  const required = (text: string): boolean | string => text.trim() !== '' || 'is needed';
  const client_id = await input({ message: 'Client ID', validate: required }, context);
  const client_secret = await password(
    { message: 'Client secret (is not shown)', validate: required },
    context,
  );
  const known = settings.product ?? settings.scopes?.join(',');
  const scope = await input(
    {
      message: 'Scopes, as the Developer Console shows them',
      ...(known === undefined ? { validate: required } : { default: '' }),
    },
    context,
  );
  return JSON.stringify({ client_id, client_secret, ...(scope === '' ? {} : { scope }) });
}

/** Adobe's secrets begin alike, so that this part gives nothing away. */
function masked(secret: Sensitive): string {
  const { length } = secret.reveal();
  return `${secret.reveal().startsWith('p8e-') ? 'p8e-' : ''}… (${length} characters)`;
}
