import { CliError } from '../errors.ts';
import { notCopied, replicatingAgain, withReasons } from '../rotator/stale-replicas.ts';
import { nextAwsCommand } from '../view/next-command.ts';
import { wrapLines } from '../view/table.ts';
import type { Answer } from './answer.ts';

/**
 * Warns, while earlier tokens are valid, of readers in other Regions that do not get the new one. Their
 * replica may fail for days, and a leak cannot wait for that.
 */
export async function noteReplicas(answer: Answer): Promise<void> {
  const { terminal } = answer.session;
  const effect = 'whoever reads it there keeps an earlier token, which this command invalidates';
  for (const text of await outdated(answer, effect)) {
    terminal.note(...wrapLines(`warning: ${text}`, 0, terminal.noteColumns));
  }
}

/** The advice on them once earlier tokens are invalidated. */
export async function replicaAdvice(answer: Answer): Promise<readonly string[]> {
  return await outdated(answer, 'whoever reads it there gets 401 until it is');
}

async function outdated(
  { session, token: before }: Answer,
  effect: string,
): Promise<readonly string[]> {
  const token = await session.secrets.describe(before.arn).catch((error: unknown) => {
    if (error instanceof CliError && !session.signal.aborted) return error;
    throw error;
  });
  // It must not keep anybody from answering a leak.
  if (token instanceof CliError) {
    const isReplicated = (before.replicaRegions ?? []).length > 0;
    const text = `whether ${before.name} is copied to all Regions is not known (${token.message}): if not, ${effect}`;
    return isReplicated ? [text] : [];
  }
  const failed = token && notCopied(token);
  const late = token?.copyingTo ?? [];
  // AWS copies each new token, and shows an earlier failure no more meanwhile.
  const earlier = before.failedReplicas?.filter(({ region }) => late.includes(region)) ?? [];
  const had =
    earlier.length === 0
      ? ''
      : `; before this command began, that had failed: ${withReasons(earlier)}`;
  const look = nextAwsCommand(
    `secretsmanager describe-secret --secret-id ${before.name}`,
    session.options,
  );
  return [
    ...(failed === undefined ? [] : [`${failed}: ${effect}; ${replicatingAgain}`]),
    ...(late.length === 0
      ? []
      : [`${before.name} is still being copied to ${late.join(', ')}: ${effect}${had}; ${look}`]),
  ];
}
