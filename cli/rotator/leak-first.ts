import { hasOpenAnswer, leakedVersion } from '../../core/open-answer.ts';
import type { Secret } from '../aws/secret.ts';
import { leakedNow } from '../leak/commands.ts';
import type { Session } from '../session.ts';
import { nextCommand } from '../view/next-command.ts';
import { ofVersion } from '../view/version-id.ts';

/** An answer to a leak that is open comes before another credential. */
export function leakFirst(
  session: Pick<Session, 'options' | 'digest'>,
  name: string,
  client: Secret | undefined,
): string | undefined {
  const isOpen = client !== undefined && hasOpenAnswer(client);
  return isOpen ? completing(session, name, client) : undefined;
}

/** The command that completes the answer to a leak which is open. */
export function completing(
  { options, digest }: Pick<Session, 'options' | 'digest'>,
  name: string,
  client: Secret,
): string {
  return nextCommand(`leaked ${name}${ofVersion(leakedVersion(digest, client))}`, options);
}

/** The command for whoever finds that the stored client secret has leaked. */
export function answeringStored(
  { options, digest }: Pick<Session, 'options' | 'digest'>,
  name: string,
  client: Secret,
): string {
  return nextCommand(`leaked ${name}${ofVersion(leakedNow({ digest }, client))}`, options);
}
