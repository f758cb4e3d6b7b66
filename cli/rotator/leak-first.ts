import { hasOpenAnswer } from '../../core/open-answer.ts';
import type { Secret } from '../aws/secret.ts';
import type { Session } from '../session.ts';
import { nextCommand } from '../view/next-command.ts';

/** An answer to a leak that is open comes before another credential. */
export function leakFirst(
  { options }: Pick<Session, 'options'>,
  name: string,
  client: Secret | undefined,
): string | undefined {
  const isOpen = client !== undefined && hasOpenAnswer(client);
  return isOpen ? nextCommand(`leaked ${name}`, options) : undefined;
}
