import { hasOpenAnswer, leakedVersion } from '../../core/open-answer.ts';
import type { Secret } from '../aws/secret.ts';
import type { LeakedOptions } from '../commands/leaked.ts';
import type { Session } from '../session.ts';
import { nextCommand } from '../view/next-command.ts';

/** Seconds. */
export const standardCache = 600;

/** The version that counts as leaked unless a person names one: the stored one, or that of an open answer. */
export function leakedNow({ digest }: Pick<Session, 'digest'>, client: Secret): string | undefined {
  return hasOpenAnswer(client) ? leakedVersion(digest, client) : client.currentVersionId;
}

/**
 * The command, as it was given: without its options another run would not wait for the same consumers.
 *
 * @param option says what has leaked; by default, the stored client secret
 */
export function commandFor(
  { options }: Session,
  name: string,
  { cache, now }: Pick<LeakedOptions, 'cache' | 'now'>,
  option = '',
): string {
  const words = [
    `leaked ${name}${option}`,
    ...(cache === standardCache ? [] : [`--cache ${cache}`]),
    ...(now === true ? ['--now'] : []),
  ];
  return nextCommand(words.join(' '), options);
}
