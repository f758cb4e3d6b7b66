import type { Sensitive } from '../../core/sensitive.ts';
import { isRefusal } from '../aws/ask.ts';
import { CliError } from '../errors.ts';
import { settle } from '../rotator/settle.ts';
import type { Session } from '../session.ts';
import { nextAwsCommand } from '../view/next-command.ts';
import { wrapLines } from '../view/table.ts';
import { showVersion } from '../view/version-id.ts';
import type { Answer } from './answer.ts';

// Waits of 1 s and 2 s lie between them, beside those of the SDK.
const attempts = 3;

/** A value that is to be AWSCURRENT. */
export interface NewValue {
  readonly secret: { readonly arn: string; readonly name: string };
  readonly text: Sensitive;
  readonly versionId: string;
  /** The version that was AWSCURRENT when the value was made; undefined if there was none. */
  readonly from: string | undefined;
  /** Throws if the value has become useless since it was made. */
  readonly check?: (() => Promise<void>) | undefined;
}

/**
 * Stores a value, and moves AWSCURRENT to it by compare-and-set: what somebody else has stored since
 * `from` was read stays current. Nothing else has the value, so that each write is tried again.
 *
 * @throws CliError ERR_CREDENTIAL_CHANGED if `from` is no longer AWSCURRENT
 */
export async function storeCurrent(
  { session, versions }: Pick<Answer, 'session' | 'versions'>,
  { secret: { arn, name }, text, versionId, from, check }: NewValue,
): Promise<void> {
  const dropPending = () => removePending({ session, versions }, { arn, name }, versionId);
  const describe = () => session.secrets.describeAfterWrite(arn);
  const isCurrent = async () => (await describe())?.currentVersionId === versionId;
  await patiently(
    session,
    () => versions.putPending(arn, text, versionId),
    async () => {
      const { pendingVersionId, currentVersionId } = (await describe()) ?? {};
      return pendingVersionId === versionId || currentVersionId === versionId;
    },
  );
  await check?.().catch(async (error: unknown) => {
    await dropPending();
    throw error;
  });
  // The first version of a secret is current at once.
  const move = (await isCurrent())
    ? undefined
    : () => versions.makeCurrent({ arn, to: versionId, from });
  try {
    if (move !== undefined) await patiently(session, move, isCurrent);
  } catch (error) {
    const current = (await describe())?.currentVersionId;
    // A description may lag: then it is not certain that the value is not current.
    const isOfAnother = current !== undefined && current !== from && current !== versionId;
    if (!isRefusal(error, 'InvalidParameterException') || !isOfAnother) throw error;
    await dropPending();
    throw overtaken(name, error);
  }
  await dropPending();
}

/** The value is stored, so that a label which stays is only told of. */
async function removePending(
  { session: { terminal, options }, versions }: Pick<Answer, 'session' | 'versions'>,
  { arn, name }: NewValue['secret'],
  versionId: string,
): Promise<void> {
  await versions.removePending(arn, versionId).catch((error: unknown) => {
    if (!(error instanceof CliError)) throw error;
    // It was taken off already.
    if (isRefusal(error, 'InvalidParameterException')) return;
    const words = `secretsmanager update-secret-version-stage --secret-id ${name} --version-stage AWSPENDING --remove-from-version-id ${versionId}`;
    const text =
      `AWSPENDING stays on version ${showVersion(versionId)} of ${name}, so that a rotation may be refused ` +
      `(${error.summary}); take it off: ${nextAwsCommand(words, options)}`;
    terminal.note(...wrapLines(text, 0, terminal.noteColumns));
  });
}

export function overtaken(name: string, cause?: unknown): CliError {
  return new CliError(
    'ERR_CREDENTIAL_CHANGED',
    `somebody else has stored another value in ${name} in the meantime, which stays`,
    'find out who',
    { cause },
  );
}

/** @throws CliError ERR_CREDENTIAL_CHANGED if another version than ours is AWSCURRENT by now */
export async function assertCurrent(
  { session: { secrets }, client: { arn }, names }: Answer,
  clientVersionId: string,
): Promise<void> {
  const { currentVersionId } = (await secrets.describe(arn)) ?? {};
  if (currentVersionId !== clientVersionId) throw overtaken(names.client);
}

async function patiently(
  { sleep }: Session,
  write: () => Promise<void>,
  isDone: () => Promise<boolean>,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await settle(
      async () => {
        await write();
        return true;
      },
      async () => (await isDone()) || undefined,
    );
    if (outcome.kind === 'done') return;
    const { error } = outcome;
    const isTransient =
      outcome.kind === 'unknown' ||
      (error instanceof CliError && error.code === 'ERR_AWS_UNAVAILABLE');
    if (!isTransient || attempt >= attempts) throw error;
    await sleep(attempt).catch(() => undefined);
  }
}
