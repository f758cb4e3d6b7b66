import { randomUUID } from 'node:crypto';
import type { SecretNames } from '../../core/secret-name.ts';
import type { Sensitive } from '../../core/sensitive.ts';
import { isRefusal } from '../aws/ask.ts';
import type { Secret } from '../aws/secret.ts';
import type { NewSecret } from '../aws/secrets.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import { nextAwsCommand, nextCommand } from '../view/next-command.ts';
import { restoreCommand } from './absence.ts';
import { type Settled, settle } from './settle.ts';

export interface NewPair {
  readonly credential: string;
  readonly names: SecretNames;
  /** The settings, for the token secret. */
  readonly tags: Readonly<Record<string, string>>;
  readonly keyId?: string | undefined;
  readonly document: Sensitive;
  /** A token secret that an earlier run has left. */
  readonly resumed?: Secret | undefined;
}

/** The client secret, and its first version. */
export interface CreatedClient {
  readonly arn: string;
  readonly versionId: string;
}

/** Days for which a token secret whose client secret was refused can be restored. */
const recoveryDays = 7;

/** How the description of a token secret begins that `onboard` created. */
export function tokenDescription(credential: string): string {
  return `Adobe IMS access token of the credential "${credential}", created by onboard `;
}

/**
 * Creates the token secret, then the client secret with the credential. If the second is refused,
 * the first is scheduled for deletion. Touches nothing that this run has not created.
 *
 * @throws CliError
 */
export async function createPair(session: Session, pair: NewPair): Promise<CreatedClient> {
  const { secrets } = session;
  const { credential, names, keyId } = pair;
  // Distinguishes this run's secrets from those that somebody else creates at the same time.
  const run = randomUUID();
  const create = async (secret: Omit<NewSecret, 'keyId' | 'versionId'>): Promise<Settled<string>> =>
    await settle(
      async () => await secrets.create({ ...secret, keyId, versionId: run }),
      async () => {
        const found = await secrets.describeAfterWrite(secret.name);
        return found?.description === secret.description ? found.arn : undefined;
      },
    );
  const token =
    pair.resumed === undefined
      ? await create({
          name: names.token,
          description: `${tokenDescription(credential)}${run}`,
          tags: pair.tags,
        })
      : ({ kind: 'done', result: pair.resumed.arn } as const);
  if (token.kind !== 'done') throw explained(session, token, names.token);
  const client = await create({
    name: names.client,
    description: `Adobe OAuth Server-to-Server credential "${credential}", created by onboard ${run}`,
    tags: {},
    secretString: pair.document,
  });
  if (client.kind === 'done') return { arn: client.result, versionId: run };
  throw await undone(session, pair, token.result, client);
}

type Failure = Exclude<Settled<string>, { readonly kind: 'done' }>;

function explained({ options }: Session, { kind, error }: Failure, secretName: string): unknown {
  const describe = `secretsmanager describe-secret --secret-id ${secretName}`;
  if (kind === 'unknown') {
    return new CliError(
      error.code,
      error.summary,
      `look: ${nextAwsCommand(describe, options)}; then run the same command again`,
      { cause: error },
    );
  }
  if (!isRefusal(error, 'ResourceExistsException')) return error;
  return new CliError(
    'ERR_CREDENTIAL_EXISTS',
    `somebody else has just created ${secretName}; nothing of theirs was changed`,
    `see what there is: ${nextCommand('status', options)}`,
  );
}

/**
 * Schedules the deletion of the token secret that this run created, unless there may be a client
 * secret. @returns the error to throw
 */
async function undone(
  session: Session,
  { names, resumed }: NewPair,
  arn: string,
  client: Failure,
): Promise<unknown> {
  const { secrets, options } = session;
  const error = explained(session, client, names.client);
  if (!(error instanceof CliError)) return error;
  const told = (text: string, next?: string): CliError =>
    new CliError(
      error.code,
      `${error.summary}; ${text}`,
      [error.fix, next].filter(Boolean).join('; '),
      { cause: error },
    );
  const again = 'then run the same command again';
  const stays = `${names.token} stays, and is empty`;
  if (client.kind === 'unknown') return told(stays);
  if (resumed !== undefined) return told(stays, again);
  try {
    // With the client secret of somebody else, the token secret is of use.
    if ((await secrets.describeAfterWrite(names.client)) !== undefined) {
      return told(`${names.token} stays, for the ${names.client} that exists`, again);
    }
    const deletion = await settle(
      async () => {
        await secrets.delete(arn, recoveryDays);
        return true;
      },
      async () => {
        const found = await secrets.describeAfterWrite(arn);
        return found === undefined || found.deletedAt !== undefined || undefined;
      },
    );
    if (deletion.kind === 'unknown') {
      return told(
        `nothing was stored, and it is unknown whether ${names.token} is scheduled for deletion`,
        `${again}, which uses it`,
      );
    }
    if (deletion.kind === 'failed') throw deletion.error;
    return told(
      `nothing was stored, and ${names.token} is scheduled for deletion`,
      `${restoreCommand(names.token, options)}, ${again}, which uses it after 2 minutes`,
    );
  } catch {
    const words = `secretsmanager delete-secret --recovery-window-in-days ${recoveryDays} --secret-id ${arn}`;
    return told(
      `nothing was stored, but ${names.token} could not be deleted`,
      `${again}, which uses it (or: ${nextAwsCommand(words, options)})`,
    );
  }
}
