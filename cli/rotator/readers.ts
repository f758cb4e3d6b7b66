import { Account } from '../aws/account.ts';
import type { Secret } from '../aws/secret.ts';
import { lastReads, type SecretRead } from '../aws/secret-reads.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import type { Rotator } from './rotator.ts';

/** A principal that has read a secret. */
export interface Reader extends SecretRead {
  /** The rotator's own function, or the principal of this command. */
  readonly is?: 'function' | 'caller' | undefined;
}

/** Who has read a secret, according to CloudTrail; the rotator's own reads come last. */
export async function readersOf(
  { signal }: Session,
  { function: target }: Rotator,
  secret: Secret,
): Promise<readonly Reader[] | CliError> {
  try {
    const reads = await lastReads(secret, signal);
    return ownLast(reads.map((read) => ({ ...read, is: ownerOf(read, target) })));
  } catch (error) {
    if (error instanceof CliError && !signal.aborted) return error;
    throw error;
  }
}

/** The same, where whoever runs this command may have read the secret with another one. */
export async function otherReadersOf(
  session: Session,
  rotator: Rotator,
  secret: Secret,
): Promise<readonly Reader[] | CliError> {
  const readers = await readersOf(session, rotator, secret);
  if (readers instanceof CliError) return readers;
  const caller = await new Account(session.signal).caller().catch((error: unknown) => {
    if (error instanceof CliError && !session.signal.aborted) return undefined;
    throw error;
  });
  return ownLast(
    readers.map((reader) =>
      reader.is === undefined && reader.principal === caller?.arn
        ? { ...reader, is: 'caller' }
        : reader,
    ),
  );
}

/**
 * Lambda names its session of the role after the function. Whoever assumes another role may name
 * theirs so, too.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
 */
function ownerOf({ principal }: SecretRead, target: Rotator['function']): Reader['is'] {
  if (target.kind !== 'deployed') return undefined;
  const [, partition, account, role] =
    /^arn:([^:]+):iam::(\d+):role\/(?:.*\/)?([^/]+)$/.exec(target.role ?? '') ?? [];
  const session = `arn:${partition}:sts::${account}:assumed-role/${role}/${target.name}`;
  return role !== undefined && principal === session ? 'function' : undefined;
}

function ownLast(readers: readonly Reader[]): readonly Reader[] {
  return readers.toSorted(
    (one, other) => Number(one.is !== undefined) - Number(other.is !== undefined),
  );
}
