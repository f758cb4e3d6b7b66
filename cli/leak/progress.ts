import type { RotationState } from '../../core/client-secret-rotation.ts';
import { understandCredential } from '../../core/credential.ts';
import { RotatorError } from '../../core/errors.ts';
import { showClientId } from '../../core/field-names.ts';
import { epochSeconds } from '../../core/instant.ts';
import { isUnfinished } from '../../core/open-answer.ts';
import { revealAll, type Sensitive } from '../../core/sensitive.ts';
import { readSettings } from '../../core/token-tags.ts';
import { SecretVersions } from '../aws/secret-versions.ts';
import { CliError } from '../errors.ts';
import type { Answer, ClientVersion, UsableVersion } from './answer.ts';

/** What an answer calls leaked. */
export interface Leaked {
  readonly clientId: string;
  readonly secrets: readonly Sensitive[];
  /** As far as Adobe lists them. */
  readonly uuids: readonly string[];
}

/** How far the answer to the leak of a client secret has come. */
export interface Progress {
  /** Undefined until the client secret is read. */
  leaked: Leaked | undefined;
  /** The versions of the client secret from which another run goes on with this answer. */
  readonly known: Set<string>;
  /** The leaked client secret is gone at Adobe. */
  isGone: boolean;
  /** The earlier tokens are useless, too. */
  isDone: boolean;
}

/**
 * What has leaked: all secrets of a version; or those before it, if an answer had stored that.
 *
 * @param state the rotation tag, by which an answer goes on with its version
 */
export function leakedIn(
  { id, found, createdAt = epochSeconds(0) }: UsableVersion,
  versions: readonly ClientVersion[],
  state?: RotationState,
): Leaked {
  const { clientId, clientSecrets } = found.credential;
  if (state === undefined || !isUnfinished(id, state)) {
    return { clientId, secrets: clientSecrets, uuids: [] };
  }
  const own = new Set(revealAll(clientSecrets));
  const secrets = versions
    .filter((one) => (one.createdAt ?? 0) <= createdAt)
    .flatMap((one) => one.found?.credential ?? [])
    .filter((one) => one.clientId === clientId)
    .flatMap((one) => one.clientSecrets.filter((secret) => !own.has(secret.reveal())));
  return { clientId, secrets, uuids: [] };
}

export function newProgress(versionId: string | undefined): Progress {
  const known = new Set(versionId === undefined ? [] : [versionId]);
  return { leaked: undefined, known, isGone: false, isDone: false };
}

/**
 * What to do after an answer has stopped; undefined if nothing is left. Another run would take for
 * leaked whatever is stored by then, and delete the good client secret of a colleague.
 *
 * @param command goes on with the answer
 * @param fix what the failure calls for first
 */
export async function goOn(
  answer: Answer,
  command: string,
  fix: string | undefined,
): Promise<string | undefined> {
  const { leaked, known } = answer.progress;
  try {
    // Whoever follows the advice stores another credential.
    if (fix?.includes('put-credential') === true) {
      const otherwise = withoutReplacing(answer, leaked);
      return `${command}, if the stored credential holds the leaked client secret; otherwise: ${otherwise}`;
    }
    if (leaked === undefined) return command;
    const { session, client } = answer;
    const { currentVersionId } = (await session.secrets.describeAfterWrite(client.arn)) ?? {};
    if (currentVersionId === undefined || known.has(currentVersionId)) return command;
    return await afterOvertaking(answer, command, leaked, currentVersionId);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return `${command}, unless somebody has stored another credential since`;
  }
}

async function afterOvertaking(
  answer: Answer,
  command: string,
  leaked: Leaked,
  versionId: string,
): Promise<string | undefined> {
  const { client, token, name, progress } = answer;
  // Also after Ctrl-C.
  const versions = new SecretVersions(AbortSignal.timeout(60_000));
  const text = await versions.read(client.arn, versionId);
  const stored = text && understood(text.reveal(), token.tags);
  const held = new Set(revealAll(stored?.clientSecrets ?? []));
  const isLeaked = revealAll(leaked.secrets).some((secret) => held.has(secret));
  if (!isLeaked) return withoutReplacing(answer, leaked, stored?.clientId);
  if (!progress.isGone) return command;
  const left = `store the client secret that is left in the Adobe Developer Console, because the leaked one is deleted: ims-token-rotator put-credential ${name} FILE`;
  return progress.isDone ? left : `${left}; then: ${tokenOnly(answer)}`;
}

/** What is left of the answer to do without it. @param clientId of the stored credential, if it is known */
function withoutReplacing(
  answer: Answer,
  leaked: Leaked | undefined,
  clientId = leaked?.clientId,
): string | undefined {
  const { isGone, isDone } = answer.progress;
  const of = leaked === undefined ? '' : ` of the client ${showClientId(leaked.clientId)}`;
  const which = ['', ...(leaked?.uuids ?? [])].join(' ');
  const deletion = `delete the leaked client secret${which}${of} in the Adobe Developer Console`;
  const isOther = leaked !== undefined && clientId !== leaked.clientId;
  const steps = [
    ...(isGone ? [] : [deletion]),
    ...(isDone ? [] : [isOther ? ofSupport(leaked) : tokenOnly(answer)]),
  ];
  return steps.length === 0 ? undefined : steps.join('; then: ');
}

function tokenOnly({ name, session: { options } }: Answer): string {
  const { function: chosen } = options;
  const choice = chosen === undefined ? '' : ` --function ${chosen}`;
  return `ims-token-rotator leaked ${name} --token${choice}`;
}

/** The stored credential invalidates no token of another client. */
function ofSupport({ clientId }: Leaked): string {
  return `have Adobe support invalidate all tokens of the client ${showClientId(clientId)}, which is not the stored one`;
}

function understood(text: string, tags: Answer['token']['tags']) {
  try {
    return understandCredential(text, readSettings(tags)).credential;
  } catch (error) {
    if (error instanceof RotatorError) return undefined;
    throw error;
  }
}
