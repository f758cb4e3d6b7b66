import type { Problem } from '../../core/problems.ts';
import type { Secret } from '../aws/secret.ts';
import type { CommonOptions } from '../common-options.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import { nextAwsCommand } from '../view/next-command.ts';
import { isScheduledForDeletion, restoreCommand } from './absence.ts';
import { settle } from './settle.ts';

/**
 * Schedules the deletion of both secrets or, if one fails, of neither: half a credential would raise
 * alarms.
 *
 * @throws CliError which names each secret that is not as it was
 */
export async function deletePair(
  session: Session,
  doomed: readonly Secret[],
  days: number,
): Promise<void> {
  const { secrets, options } = session;
  const deleted: Secret[] = [];
  const changed: Problem[] = [];
  for (const secret of doomed) {
    const outcome = await settle<'answered' | 'found'>(
      async () => {
        await secrets.delete(secret.arn, days);
        return 'answered';
      },
      async () => (isGone(await secrets.describeAfterWrite(secret.arn)) ? 'found' : undefined),
    );
    if (outcome.kind === 'done') {
      if (outcome.result === 'answered') deleted.push(secret);
      // Restoring it could undo what somebody else does at the same time.
      else changed.push(goneUnanswered(secret, options));
      continue;
    }
    if (outcome.kind === 'unknown') changed.push(unknown(secret, options));
    throw told(outcome.error, [...changed, ...(await restoreAll(session, deleted))]);
  }
}

function isGone(secret: Secret | undefined): boolean {
  return secret === undefined || isScheduledForDeletion(secret);
}

/** Restores what this run has deleted. @returns what it could not restore */
async function restoreAll(
  { secrets, options }: Session,
  deleted: readonly Secret[],
): Promise<readonly Problem[]> {
  const left = await Promise.all(
    deleted.map(async (secret) => {
      const outcome = await settle(
        async () => {
          await secrets.restore(secret.arn);
          return true;
        },
        async () => !isGone(await secrets.describeAfterWrite(secret.arn)) || undefined,
      );
      if (outcome.kind === 'done') return [];
      return [outcome.kind === 'failed' ? gone(secret, options) : unknown(secret, options)];
    }),
  );
  return left.flat();
}

function gone({ name }: Secret, options: CommonOptions): Problem {
  const message = `is scheduled for deletion; restore it: ${restoreCommand(name, options)}`;
  return { field: name, message };
}

function goneUnanswered({ name }: Secret, options: CommonOptions): Problem {
  const message =
    'is scheduled for deletion, by this command, whose answer was lost, or by somebody else at the ' +
    `same time; if nobody else did, restore it: ${restoreCommand(name, options)}`;
  return { field: name, message };
}

function unknown({ name }: Secret, options: CommonOptions): Problem {
  const look = nextAwsCommand(`secretsmanager describe-secret --secret-id ${name}`, options);
  return { field: name, message: `may be scheduled for deletion; look: ${look}` };
}

function told(error: unknown, changed: readonly Problem[]): unknown {
  if (changed.length === 0 || !(error instanceof CliError)) return error;
  const { code, summary, fix, problems } = error;
  return new CliError(code, `${summary}; not everything could be undone`, fix, {
    problems: [...problems, ...changed],
    cause: error,
  });
}
