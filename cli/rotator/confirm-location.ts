import input from '@inquirer/input';
import { defaultPrefix } from '../../core/contract.ts';
import type { CommonOptions } from '../common-options.ts';
import { interrupted, usageError } from '../errors.ts';
import type { Session } from '../session.ts';
import { nextAwsCommand } from '../view/next-command.ts';
import { shellWord } from '../view/shell-word.ts';
import type { Rotator } from './rotator.ts';

/**
 * Asks before a command changes a secret outside the rotator's standard prefix: only the function's
 * environment says that it is there, and whoever can deploy a function can say so. `--prefix` is the
 * same answer in advance, for the secrets under it.
 *
 * @throws CliError ERR_USAGE without a terminal, ERR_INTERRUPTED after another answer than yes
 */
export async function confirmLocation(
  { terminal, options, signal }: Session,
  { name, prefix, function: target }: Rotator,
  secretId: string,
): Promise<void> {
  const said = options.prefix ?? defaultPrefix(name);
  if (secretId.startsWith(`${said}/`)) return;
  const who = target.kind === 'deployed' ? `the function ${target.name}` : 'nothing but its name';
  const text = `${who} says that ${secretId} belongs to the rotator ${name}, whose standard prefix is ${defaultPrefix(name)}`;
  if (!terminal.canAsk) throw usageError(text, adviceOf(secretId, prefix, options));
  terminal.note(text);
  const context = { output: process.stderr, signal };
  const answer = await input({ message: 'Is that right? Type yes to go on' }, context).catch(
    () => '',
  );
  if (answer.trim() !== 'yes') throw interrupted('nothing was changed');
}

/** A secret outside the prefix is confirmed by a person, or stored without this command. */
function adviceOf(secretId: string, prefix: string, options: CommonOptions): string {
  const put = `secretsmanager put-secret-value --secret-id ${shellWord(secretId)}`;
  return secretId.startsWith(`${prefix}/`)
    ? `if that is right, give --prefix ${prefix}`
    : `if that is right, use a terminal, or: ${nextAwsCommand(put, options)}`;
}
