import * as v from 'valibot';
import { showNames } from '../../core/field-names.ts';
import { parseInstant } from '../../core/instant.ts';
import { CliError, usageError } from '../errors.ts';
import { noteAssumedPrefix } from '../rotator/check-prefix.ts';
import { findRotator } from '../rotator/find-rotator.ts';
import { checkName, namesOf } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { formatDuration } from '../view/durations.ts';
import { nextCommand } from '../view/next-command.ts';
import { quoted } from '../view/shell-word.ts';
import { wrapLines } from '../view/table.ts';

export interface TokenOptions {
  readonly field?: string | undefined;
  readonly header?: boolean | undefined;
  readonly env?: boolean | undefined;
  readonly show?: boolean | undefined;
}

// A line break would add headers of its own to those that `--header` hands to another program.
const document = v.looseObject({
  access_token: v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/)),
});
type Document = v.InferOutput<typeof document>;

// The other fields are not secret.
const secretField = 'access_token';

/** The variables that `--env` sets, and the field of each. */
const variables = {
  IMS_ACCESS_TOKEN: 'access_token',
  IMS_CLIENT_ID: 'client_id',
  IMS_ORG_ID: 'org_id',
  IMS_TOKEN_EXPIRES_AT: 'expires_at',
} as const;

/** Prints the token for use in a shell; to a terminal only with `show`. */
export async function token(
  session: Session,
  name: string,
  options: TokenOptions,
): Promise<number> {
  const { terminal, options: common } = session;
  const { field = secretField, header = false, env = false, show = false } = options;
  const forms = [options.field !== undefined, header, env, common.json === true];
  if (forms.filter(Boolean).length > 1) {
    throw usageError('--field, --header, --env and --json exclude each other: give one');
  }
  const secret = field === secretField;
  if (secret && terminal.isInteractive && !show) {
    throw usageError(
      'this would print the token to the terminal',
      'use it in a command, $(…), or give --show',
    );
  }
  const stored = await readUsable(session, name, secret).catch((error: unknown) => {
    // `eval` is content with nothing, and the shell would go on with what another run has set.
    if (env) terminal.printExact(`unset ${Object.keys(variables).join(' ')}; false`);
    throw error;
  });
  if (common.json === true) terminal.printJson(stored);
  else if (env) terminal.printExact(...exportLines(stored));
  else if (header) terminal.printExact(`Authorization: Bearer ${stored[secretField]}`);
  else terminal.printExact(fieldOf(stored, field));
  return 0;
}

/** @param secret the token itself is wanted: the other fields of an expired one are still of interest */
async function readUsable(session: Session, name: string, secret: boolean): Promise<Document> {
  const stored = await readDocument(session, name);
  if (secret) checkNotExpired(session, stored, name);
  return stored;
}

async function readDocument(session: Session, name: string): Promise<Document> {
  const secretId = await tokenSecret(session, name);
  const stored = await session.secrets.read(secretId);
  if (stored === undefined) {
    throw new CliError(
      'ERR_TOKEN_NOT_READY',
      `there is no token in ${secretId}`,
      `see why: ${nextCommand(`doctor ${name}`, session.options)}`,
    );
  }
  const parsed = v.safeParse(document, parseJson(stored.value.reveal()));
  if (parsed.success) return parsed.output;
  throw new CliError(
    'ERR_TOKEN_NOT_READY',
    `the value of ${secretId} is not a token`,
    `replace it: ${nextCommand(`renew ${name} --force`, session.options)}`,
  );
}

/**
 * The name of the token's secret. A prefix that nobody has stated is assumed only where functions
 * cannot be listed, and said so: whoever may create secrets there could plant a token.
 *
 * @throws CliError ERR_FUNCTION_NOT_FOUND
 */
async function tokenSecret(session: Session, name: string): Promise<string> {
  checkName(name);
  const { options } = session;
  // Does not list the account's functions, of which there may be thousands.
  if (options.prefix !== undefined) {
    return namesOf({ prefix: options.prefix, clientSecrets: undefined }, name).token;
  }
  const rotator = await findRotator(session);
  const { token: secretId } = namesOf(rotator, name);
  if (rotator.function.kind === 'absent') {
    const { code, summary } = rotator.function.why;
    const fix = 'correct --rotator, --region or --profile, or say where its secrets are: --prefix';
    throw new CliError(code, summary, fix);
  }
  noteAssumedPrefix(session, rotator, `reading ${secretId}`);
  return secretId;
}

function checkNotExpired(session: Session, stored: Document, name: string): void {
  const now = session.now();
  const expiresAt = parseInstant(String(stored['expires_at'] ?? ''));
  if (expiresAt === undefined) {
    const { terminal } = session;
    const text = `warning: the stored token of ${name} has no expires_at in RFC 3339: it may have expired`;
    terminal.note(...wrapLines(text, 0, terminal.noteColumns));
    return;
  }
  if (expiresAt > now) return;
  throw new CliError(
    'ERR_TOKEN_EXPIRED',
    `the token of ${name} expired ${formatDuration(now - expiresAt)} ago`,
    `see why: ${nextCommand(`doctor ${name}`, session.options)}`,
  );
}

function fieldOf(stored: Document, field: string): string {
  const value = Object.hasOwn(stored, field) ? stored[field] : undefined;
  if (typeof value === 'string') return value;
  if (value !== undefined) return JSON.stringify(value);
  throw usageError(
    `the token has no field ${field}`,
    `choose one of ${showNames(Object.keys(stored))}`,
  );
}

function exportLines(stored: Document): readonly string[] {
  return Object.entries(variables).map(([variable, field]) =>
    typeof stored[field] === 'string'
      ? `export ${variable}=${quoted(fieldOf(stored, field))}`
      : `unset ${variable}`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
