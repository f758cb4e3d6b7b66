import { type EpochSeconds, formatInstant } from '../../core/instant.ts';
import { answersLeak, hasOpenAnswer } from '../../core/open-answer.ts';
import type { Secret } from '../aws/secret.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';

/** When what is stored was stored, as far as it is known. */
export async function storedSince(
  { secrets, signal }: Pick<Session, 'secrets' | 'signal'>,
  { arn, currentVersionId: id }: Secret,
): Promise<EpochSeconds | undefined> {
  if (id === undefined) return undefined;
  const version = await secrets.version(arn, id).catch((error: unknown) => {
    if (error instanceof CliError && !signal.aborted) return undefined;
    throw error;
  });
  return version?.createdAt;
}

/**
 * Says that the stored client secret has replaced a leaked one: the command may be repeated by mistake.
 *
 * @param leakedId the version that has leaked, if the command names it
 */
export function earlierAnswer(
  client: Secret,
  storedAt: EpochSeconds | undefined,
  leakedId: string | undefined,
): string | undefined {
  const { name, currentVersionId: id } = client;
  if (id === undefined || !answersLeak(id) || hasOpenAnswer(client)) return undefined;
  if (leakedId !== undefined && leakedId !== id) return undefined;
  const when = storedAt === undefined ? '' : ` at ${formatInstant(storedAt)}`;
  return `what is stored in ${name} has replaced a leaked client secret${when}; go on only if it has leaked, too`;
}
