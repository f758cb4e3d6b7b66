import { formatInstant } from '../../core/instant.ts';
import { answersLeak, hasOpenAnswer } from '../../core/open-answer.ts';
import type { Secret } from '../aws/secret.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';

/** Says that the stored client secret has replaced a leaked one: the command may be repeated by mistake. */
export async function earlierAnswer(
  { secrets, signal }: Pick<Session, 'secrets' | 'signal'>,
  client: Secret,
): Promise<string | undefined> {
  const { arn, name, currentVersionId: id } = client;
  if (id === undefined || !answersLeak(id) || hasOpenAnswer(client)) return undefined;
  const version = await secrets.version(arn, id).catch((error: unknown) => {
    if (error instanceof CliError && !signal.aborted) return undefined;
    throw error;
  });
  const { createdAt } = version ?? {};
  const when = createdAt === undefined ? '' : ` at ${formatInstant(createdAt)}`;
  return `what is stored in ${name} has replaced a leaked client secret${when}; go on only if it has leaked, too`;
}
