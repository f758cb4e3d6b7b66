import { type RotationState, readRotationState } from '../../core/client-secret-rotation.ts';
import { showClientId } from '../../core/field-names.ts';
import { answerNoted, isUnfinished } from '../../core/open-answer.ts';
import { revealAll, type Sensitive } from '../../core/sensitive.ts';
import { readSettings, type Tags } from '../../core/token-tags.ts';
import type { Secret } from '../aws/secret.ts';
import { SecretVersions } from '../aws/secret-versions.ts';
import { CliError } from '../errors.ts';
import { replaces } from '../rotator/leak-version.ts';
import { understood } from '../rotator/understood.ts';
import { nextCommand } from '../view/next-command.ts';
import { showVersion } from '../view/version-id.ts';
import { replacingGoodOfOther } from './all-invalidated.ts';
import type { Answer, ClientVersion, UsableVersion } from './answer.ts';
import { untagging } from './overtaken-answer.ts';

/** The client secrets that an answer takes for leaked. */
export interface Leaked {
  readonly clientId: string;
  readonly secrets: readonly Sensitive[];
  /** As far as Adobe lists them. */
  readonly uuids: readonly string[];
  /** The version that holds them. */
  readonly versionId: string | undefined;
}

/** How far the answer to the leak of a client secret has come. */
export interface Progress {
  /** Undefined until the client secret is read. */
  leaked: Leaked | undefined;
  /** The versions of the client secret from which another run goes on with this answer. */
  readonly known: Set<string>;
  /** The uuid of a new client secret that is at Adobe, and not stored. */
  orphan: string | undefined;
  /** The leaked client secret is gone at Adobe. */
  isGone: boolean;
  /** The earlier tokens are useless, too. */
  isDone: boolean;
}

/**
 * The leaked client secrets: all of a version; or those of the version that it has replaced, if an
 * answer had stored it. Whatever was stored before that may not have leaked, or be dead.
 *
 * @param state the rotation tag, by which an answer goes on with its version
 */
export function leakedIn(
  { session: { digest } }: Pick<Answer, 'session'>,
  { id, found }: UsableVersion,
  versions: readonly ClientVersion[],
  state?: RotationState,
): Leaked {
  const { clientId, clientSecrets } = found.credential;
  if (state === undefined || !isUnfinished(id, state)) {
    return { clientId, secrets: clientSecrets, uuids: [], versionId: id };
  }
  const own = new Set(revealAll(clientSecrets));
  const replaced = versions.find((one) => replaces(digest, id, one.id));
  const { credential } = replaced?.found ?? {};
  const held = credential?.clientId === clientId ? credential.clientSecrets : [];
  const secrets = held.filter((secret) => !own.has(secret.reveal()));
  return { clientId, secrets, uuids: [], versionId: replaced?.id };
}

export function newProgress(versionId: string | undefined): Progress {
  const known = new Set(versionId === undefined ? [] : [versionId]);
  return { leaked: undefined, known, orphan: undefined, isGone: false, isDone: false };
}

/**
 * A leak does not wait until a failure is over. Another run would replace what a person has stored.
 *
 * @param described the client secret now
 */
function byHand(answer: Answer, described: Secret | undefined): string {
  const { currentVersionId = '', tags } = described ?? {};
  const isReplaced = isUnfinished(currentVersionId, readRotationState(tags));
  const steps = isReplaced ? afterReplacing(answer, described) : beforeReplacing(answer);
  return steps.length === 0 ? '' : `; if that keeps failing, do not wait: ${inOrder(steps)}`;
}

function beforeReplacing({ tokenOnly, progress: { orphan } }: Answer): readonly string[] {
  const deletion = `delete the client secret ${orphan} in the Adobe Developer Console, which nobody uses yet`;
  return [
    ...(orphan === undefined ? [] : [deletion]),
    'answer the leak by hand: see "When something leaked" in docs/client-secret-rotation.md',
    `${tokenOnly}, and not this command`,
  ];
}

/** Nobody has shown yet that the new one works, and nothing would remove the note. */
function afterReplacing(answer: Answer, described: Secret | undefined): readonly string[] {
  // Only tokens are left then, and another run deletes nothing.
  if (answer.progress.isDone || answer.progress.isGone) return [];
  const steps = afterEnd(answer, described);
  if (steps.length === 0) return [];
  // Before the tokens: with the note, `leaked --token` calls for another run of this command.
  return [...steps.slice(0, -1), untagging(answer), ...steps.slice(-1)];
}

/** The steps that remain, but nothing is deleted that has no name, or before the new client secret is known to work. */
function afterEnd(answer: Answer, described: Secret | undefined): readonly string[] {
  const { session, name, names, tokenOnly, progress } = answer;
  const { leaked, isGone } = progress;
  const versionId = replacedBy(answer, described);
  if (leaked === undefined && versionId === undefined) return [];
  const [first = '', ...others] =
    leaked !== undefined || versionId === undefined
      ? withoutReplacing(answer, leaked)
      : [
          `delete the one in version ${showVersion(versionId)} of ${names.client} in the Adobe Developer Console, if it is still there, and no other`,
          tokenOnly,
        ];
  if (first === '') return [];
  const proof = `once ${nextCommand(`doctor ${name} --mint`, session.options)} shows that the stored client secret works, `;
  return [`${isGone ? '' : proof}${first}`, ...others];
}

/** The version that had leaked, by its id alone. */
function replacedBy(
  { session: { digest } }: Answer,
  { currentVersionId = '', previousVersionId }: Partial<Secret> = {},
): string | undefined {
  if (previousVersionId === undefined) return undefined;
  return replaces(digest, currentVersionId, previousVersionId) ? previousVersionId : undefined;
}

/**
 * The next steps after an answer has stopped; undefined if there are none. Another run would take for
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
      const otherwise = inOrder(withoutReplacing(answer, leaked));
      return `${command}, if the stored credential holds the leaked client secret and no other; otherwise: ${otherwise}`;
    }
    const { session, client } = answer;
    const described = await session.secrets.describeAfterWrite(client.arn);
    const { currentVersionId, tags } = described ?? {};
    if (currentVersionId === undefined || known.has(currentVersionId)) {
      if (isOver(answer, described)) return inOrder(afterEnd(answer, described));
      return fix === undefined ? command : `${command}${byHand(answer, described)}`;
    }
    const steps =
      leaked === undefined
        ? withoutReplacing(answer, leaked)
        : await afterOvertaking(answer, leaked, currentVersionId);
    if (steps === undefined) return command;
    // Nothing completes this answer any more, so that its note would stay.
    const untag = hasOwnNote(answer, currentVersionId, tags) ? [untagging(answer)] : [];
    return inOrder([...steps, ...untag]);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    // The note may say so already, and another run would take the new client secret for leaked.
    if (answer.progress.isDone) return noting(answer);
    return `${command}, unless somebody has stored another credential since`;
  }
}

function noting(answer: Answer): string {
  const look = nextCommand(`doctor ${answer.name}`, answer.session.options);
  return `once ${look} shows neither a rotation nor another answer to a leak, ${untagging(answer)}`;
}

/**
 * True if what is stored is this answer's own, and its note is gone: the answer that said so may be all that was
 * lost. Another run would take the new client secret for leaked.
 */
function isOver({ client }: Answer, described: Secret | undefined): boolean {
  if (described?.currentVersionId === undefined) return false;
  if (readRotationState(described.tags).kind !== 'none') return false;
  const { currentVersionId = '', tags } = client;
  const isResumed = isUnfinished(currentVersionId, readRotationState(tags));
  return isResumed || described.currentVersionId !== currentVersionId;
}

/**
 * True if the note of this answer is still there, or that with which it began. Another operator needs
 * the note of their own answer, which may be stored by now. Going on with theirs is no advice either:
 * once it is complete, another run takes its good client secret for leaked.
 */
function hasOwnNote(
  { client, progress }: Answer,
  currentVersionId: string,
  tags: Tags | undefined,
): boolean {
  const noted = answerNoted(readRotationState(tags));
  if (noted === undefined || noted === currentVersionId) return false;
  return noted === answerNoted(readRotationState(client.tags)) || progress.known.has(noted);
}

/** @returns undefined if another run goes on with the answer */
async function afterOvertaking(
  answer: Answer,
  leaked: Leaked,
  versionId: string,
): Promise<readonly string[] | undefined> {
  const { session, client, token, name, progress } = answer;
  // Also after Ctrl-C.
  const versions = new SecretVersions(AbortSignal.timeout(60_000));
  const text = await versions.read(client.arn, versionId);
  const stored = text && understood(text.reveal(), readSettings(token.tags))?.credential;
  const held = revealAll(stored?.clientSecrets ?? []);
  const ofLeak = new Set(revealAll(leaked.secrets));
  if (!held.some((secret) => ofLeak.has(secret))) {
    return withoutReplacing(answer, leaked, stored?.clientId);
  }
  if (progress.isGone) {
    const put = nextCommand(`put-credential ${name} FILE`, session.options);
    const left = `store the client secret that is left in the Adobe Developer Console, because the leaked one is deleted: ${put}`;
    return [left, ...(progress.isDone ? [] : [answer.tokenOnly])];
  }
  // A secret that somebody has stored beside the leaked one has not leaked.
  const isMixed = held.some((secret) => !ofLeak.has(secret));
  return isMixed ? withoutReplacing(answer, leaked, stored?.clientId) : undefined;
}

/** The version of which its person has said that it leaked. */
function calledLeaked(answer: Answer): string | undefined {
  const { currentVersionId = '', tags } = answer.client;
  const isResumed = isUnfinished(currentVersionId, readRotationState(tags));
  return isResumed ? replacedBy(answer, answer.client) : currentVersionId || undefined;
}

/** The steps of the answer that remain without it. @param clientId of the stored credential, if it is known */
function withoutReplacing(
  answer: Answer,
  leaked: Leaked | undefined,
  clientId = leaked?.clientId,
): readonly string[] {
  const { isGone, isDone } = answer.progress;
  const of = leaked === undefined ? '' : ` of the client ${showClientId(leaked.clientId)}`;
  const { uuids = [], versionId } = leaked ?? { versionId: calledLeaked(answer) };
  const inVersion = versionId === undefined ? '' : ` in version ${showVersion(versionId)}`;
  const named = uuids.length === 0 ? '' : ` ${uuids.join(' ')}`;
  const deletion = `delete the leaked client secret${named}${inVersion}${of} in the Adobe Developer Console, if it is still there`;
  const isOther = leaked !== undefined && clientId !== leaked.clientId;
  return [
    ...(isGone ? [] : [deletion]),
    ...(isDone ? [] : [isOther ? ofSupport(answer, leaked) : answer.tokenOnly]),
  ];
}

function inOrder(steps: readonly string[]): string | undefined {
  return steps.length === 0 ? undefined : steps.join('; then: ');
}

/** The stored credential invalidates no token of another client. */
function ofSupport(answer: Answer, { clientId }: Leaked): string {
  return `have Adobe support invalidate all tokens of the client ${showClientId(clientId)}, which is not the stored one (${replacingGoodOfOther(answer)})`;
}
