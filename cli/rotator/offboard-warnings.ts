import { type EpochSeconds, formatInstant } from '../../core/instant.ts';
import { hasOpenAnswer } from '../../core/open-answer.ts';
import type { SecretNames } from '../../core/secret-name.ts';
import { decodeVersionId } from '../../core/version-id.ts';
import type { Secret } from '../aws/secret.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import { readerLines } from '../view/reader-lines.ts';
import { deploymentInWords } from './abandoned.ts';
import { stackTag } from './credentials.ts';
import { otherReadersOf, type Reader } from './readers.ts';
import { isImported, type Rotator, unreadableFunctions } from './rotator.ts';

/** Nothing else shows the answer once the client secret is gone. `leaked` answers for an imported one. */
export function openAnswers(doomed: readonly Secret[], names: SecretNames): readonly string[] {
  const first = isImported(names) ? '' : 'complete it first, or ';
  return doomed
    .filter(hasOpenAnswer)
    .map(
      ({ name }) =>
        `The answer to a leak of ${name} is not complete, so that what has leaked may still work at Adobe: ` +
        `${first}delete the one that has leaked, which an earlier version holds, and no other, in the Adobe Developer Console.`,
    );
}

/** Functions of other teams must not prevent a deletion. */
export function unseenUsers(rotator: Rotator, doomed: readonly Secret[]): readonly string[] {
  const unseen = unreadableFunctions(rotator.unreadable);
  const client = doomed.find(({ name }) => name.endsWith('/client'));
  if (unseen === undefined || client === undefined) return [];
  return [
    `It is not known whether others use ${client.name}: ${unseen}. If one of them is a rotator that ` +
      'uses this client secret, its tokens can no longer be renewed.',
  ];
}

/** Where no function works for them: it may be the last to be deployed. */
export function newSecrets(
  { function: target }: Rotator,
  doomed: readonly Secret[],
  now: EpochSeconds,
): readonly string[] {
  if (target.kind !== 'absent') return [];
  const deployment = deploymentInWords(doomed, now);
  return deployment === undefined ? [] : [`Its youngest secret was ${deployment}.`];
}

/** A deletion in AWS ends nothing at Adobe. */
export function stillValid(doomed: readonly Secret[], now: EpochSeconds): readonly string[] {
  const client = doomed.find(({ name }) => name.endsWith('/client'));
  const token = doomed.find(({ name }) => name.endsWith('/token'));
  const expiresAt = decodeVersionId(token?.currentVersionId ?? '', now)?.expiresAt;
  return [
    ...(client?.currentVersionId === undefined
      ? []
      : [
          'The client secret still works at Adobe until somebody deletes it in the Adobe Developer Console.',
        ]),
    ...(token?.currentVersionId === undefined || (expiresAt ?? now + 1) <= now
      ? []
      : [
          `The token still works until it expires${expiresAt === undefined ? '' : `, at ${formatInstant(expiresAt)}`}.`,
        ]),
  ];
}

/** Who uses a secret, as far as its reads tell. */
export interface Use {
  readonly secret: Secret;
  readonly what: 'token' | 'client secret';
  readonly readers: readonly Reader[] | CliError;
}

/** The uses of secrets. The rotator's function reads a client secret at each renewal, which is no use of others. */
export async function usesOf(
  session: Session,
  rotator: Rotator,
  doomed: readonly Secret[],
): Promise<readonly Use[]> {
  const uses: Use[] = [];
  // One after another: CloudTrail allows two calls a second.
  for (const secret of doomed) {
    const what = secret.name.endsWith('/token') ? 'token' : 'client secret';
    const all = await otherReadersOf(session, rotator, secret);
    const isOwn = ({ is }: Reader): boolean => is === 'function' && what === 'client secret';
    const readers = all instanceof CliError ? all : all.filter((reader) => !isOwn(reader));
    uses.push({ secret, what, readers });
  }
  return uses;
}

/** Warns of the stack that declares the secrets, and of who uses them, before they are deleted. */
export function warningsOf(uses: readonly Use[], now: EpochSeconds): readonly string[] {
  const stack = uses.map(({ secret }) => secret.tags[stackTag]).find(Boolean);
  const declared =
    stack === undefined
      ? []
      : [
          `The stack ${stack} created them: remove the credential from it first, or its next ` +
            'deployment fails and the rotator reports it as failing.',
        ];
  const read = uses.flatMap(({ secret: { readOn }, what, readers }) => [
    readOn === undefined
      ? `The ${what} was never read.`
      : `The ${what} was last read on ${formatInstant(readOn).slice(0, 10)}.`,
    ...readerLines(what, readers, now),
  ]);
  return [...declared, ...read];
}
