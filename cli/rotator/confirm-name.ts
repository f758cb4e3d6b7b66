import input from '@inquirer/input';
import { interrupted, usageError } from '../errors.ts';
import type { Session } from '../session.ts';

/**
 * Has a person type the credential's name before something that cannot be undone in a moment.
 *
 * @param undone what has not happened if they do not, for example `nothing was deleted`
 * @throws CliError ERR_USAGE without a terminal, ERR_INTERRUPTED after another answer
 */
export async function confirmName(
  { terminal, signal }: Session,
  name: string,
  undone: string,
): Promise<void> {
  if (!terminal.canAsk) {
    throw usageError('no terminal to ask for confirmation on', 'if you are sure, give --yes');
  }
  const context = { output: process.stderr, signal };
  const typed = await input({ message: `Type ${name} to continue` }, context).catch(() => '');
  if (typed.trim() !== name) throw interrupted(undone);
}
