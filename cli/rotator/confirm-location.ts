import input from '@inquirer/input';
import { defaultPrefix } from '../../core/contract.ts';
import type { CommonOptions } from '../common-options.ts';
import { type CliError, interrupted, usageError } from '../errors.ts';
import type { Session } from '../session.ts';
import { nextAwsCommand } from '../view/next-command.ts';
import { foreignWord } from '../view/shell-word.ts';
import { someOf } from '../view/some-of.ts';
import { isImported, type Rotator } from './rotator.ts';
import { ownersOf, userInWords, whyUnseen } from './sharers.ts';

/**
 * Asks before a command changes a secret outside the rotator's standard prefix: only the function's
 * environment says that it is there, and whoever can deploy a function can say so. `--prefix` is the
 * same answer in advance, for the secrets under it.
 *
 * @param byHand true if the AWS CLI does the same for a client secret that is imported
 * @throws CliError ERR_USAGE without a terminal, ERR_INTERRUPTED after another answer than yes
 */
export async function confirmLocation(
  session: Session,
  rotator: Rotator,
  secretId: string,
  { byHand = false } = {},
): Promise<void> {
  const { options } = session;
  const said = options.prefix ?? defaultPrefix(rotator.name);
  if (secretId.startsWith(`${said}/`)) return;
  const text = claimOf(rotator, secretId);
  const others = byHand ? byHandOf(secretId, options) : '';
  const fix = secretId.startsWith(`${rotator.prefix}/`)
    ? `give --prefix ${rotator.prefix}`
    : `use a terminal${others}`;
  await confirmClaim(session, text, usageError(text, `if that is right, ${fix}`));
}

/**
 * Has a person confirm what only they can know.
 *
 * @param refusal thrown without a terminal
 * @throws CliError the refusal, or ERR_INTERRUPTED after another answer than yes
 */
export async function confirmClaim(
  { terminal, signal }: Session,
  text: string,
  refusal: CliError,
): Promise<void> {
  if (!terminal.canAsk) throw refusal;
  terminal.note(text);
  const context = { output: process.stderr, signal };
  const answer = await input({ message: 'Is that right? Type yes to go on' }, context).catch(
    () => '',
  );
  if (answer.trim() !== 'yes') throw interrupted('nothing was changed');
}

/** The function's claim to a secret, for the person who is asked. */
function claimOf(rotator: Rotator, secretId: string): string {
  const { name, function: target } = rotator;
  const who = target.kind === 'deployed' ? `the function ${target.name}` : 'nothing but its name';
  if (!isImported({ client: secretId })) {
    return `${who} says that ${secretId} belongs to the rotator ${name}, whose standard prefix is ${defaultPrefix(name)}`;
  }
  const owners = ownersOf(rotator, secretId).map((owner) => userInWords(rotator, owner));
  const unseen = whyUnseen(rotator);
  const whose =
    owners.length > 0
      ? `which is the client secret of ${someOf(owners, 10, ' and ')}`
      : `which no rotator that is known here has as its own${unseen === undefined ? '' : ` (${unseen})`}`;
  return `${who} says that the rotator ${name} uses ${secretId}, ${whose}`;
}

function byHandOf(secretId: string, options: CommonOptions): string {
  const put = `secretsmanager put-secret-value --secret-string file://FILE --secret-id ${foreignWord(secretId, 'SECRET')}`;
  return `, or: ${nextAwsCommand(put, options)}`;
}
