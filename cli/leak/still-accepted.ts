import type { RotationState } from '../../core/client-secret-rotation.ts';
import { showClientId } from '../../core/field-names.ts';
import { CliError } from '../errors.ts';
import { nextCommand } from '../view/next-command.ts';
import { someOf } from '../view/some-of.ts';
import { showVersion } from '../view/version-id.ts';
import { type Answer, type ClientVersion, currentOf, readClientVersions } from './answer.ts';
import { mayBeInUse } from './delete-by-hand.ts';
import { type EarlierSecret, readEarlierSecrets } from './earlier-secrets.ts';
import { isAccepted } from './is-accepted.ts';
import { notedByPrograms, placeInWords } from './noted-uuid.ts';
import { lookingAt, notUnderstood } from './unreadable.ts';

// Adobe allows two client secrets, so that most of the earlier ones are dead.
const mostTried = 5;

/** The work that earlier client secrets leave to people. */
export interface EarlierAdvice {
  readonly advice: readonly string[];
  /** The clients whose client secrets may have been stored before. */
  readonly clientIds: readonly string[];
}

/**
 * A person who has stored another client secret in the place of a leaked one may have forgotten to delete
 * that, or may have stored it again.
 */
export async function stillAccepted(answer: Answer, state: RotationState): Promise<EarlierAdvice> {
  const versions = await readClientVersions(answer);
  const { replaced, kept, unread } = await readEarlierSecrets(answer, versions);
  const told: string[] = [];
  let rejected = 0;
  for (const one of replaced.slice(0, mostTried)) {
    const deletion = deleting(answer, one, versions);
    const advice = retired(answer, one, deletion, state) ?? (await ask(answer, one, deletion));
    if (advice.length === 0) rejected += 1;
    told.push(...advice);
  }
  if (rejected > 0) {
    const which = rejected === 1 ? '1 earlier client secret' : `${rejected} earlier client secrets`;
    answer.steps.tell('ask about earlier client secrets', `IMS rejects ${which}`);
  }
  const { id, found } = currentOf(answer, versions);
  const { credential, entries } = found;
  const again = kept.map((one) => {
    const deletion = entries.length === 1 ? undefined : deleting(answer, one, versions);
    return storedAgain(answer, one, id, deletion);
  });
  const clients = new Set([...replaced, ...kept].map((one) => one.credential.clientId));
  // A version that cannot be read may be of any client, and most likely of this one.
  if (unread.length > 0 || clients.size === 0) clients.add(credential.clientId);
  const clientIds = [...clients];
  return {
    advice: [
      ...told,
      ...notAsked(answer, replaced.slice(mostTried)),
      ...notUnderstood(answer, clientIds, unread),
      ...again,
    ],
    clientIds,
  };
}

async function ask(
  answer: Answer,
  earlier: EarlierSecret,
  deletion: string,
): Promise<readonly string[]> {
  const { session, names, tokenOnly } = answer;
  const { versionId, isOwn, credential, secret } = earlier;
  const version = `version ${showVersion(versionId)} of ${names.client}`;
  const where = isOwn
    ? version
    : `${version}, and of the client ${showClientId(credential.clientId)}`;
  try {
    if (!(await isAccepted(answer, credential, secret))) return [];
  } catch (error) {
    if (!(error instanceof CliError) || session.signal.aborted) throw error;
    return [
      `Whether IMS still accepts the client secret in ${where} is not known: ${error.message}. To ask again: ${tokenOnly}; if that does not help, and it may have leaked, ${deletion}`,
    ];
  }
  const whose = isOwn ? '' : `, of the client ${showClientId(credential.clientId)}`;
  return [
    `IMS still accepts an earlier client secret${whose}. If it has leaked, ${deletion}; then: ${tokenOnly}`,
  ];
}

/** Undefined for another one. A question to IMS would be a use, which keeps a retired client secret at Adobe. */
function retired(
  { names, tokenOnly }: Answer,
  { versionId, isOwn, uuid }: EarlierSecret,
  deletion: string,
  state: RotationState,
): readonly string[] | undefined {
  if (state.kind !== 'retired' || !isOwn || (uuid ?? state.uuid) !== state.uuid) return undefined;
  return [
    `IMS was not asked about the client secret in version ${showVersion(versionId)} of ${names.client}, which may be the retired one: the function deletes that at Adobe once nobody has used it for a day, and a question would be a use. If it has leaked, ${deletion}; then: ${tokenOnly}`,
  ];
}

/** The uuid is a note, so that the place says what is meant. */
function deleting(answer: Answer, one: EarlierSecret, versions: readonly ClientVersion[]): string {
  const { uuid } = one;
  const isNamed =
    uuid !== undefined &&
    notedByPrograms(versions, versions).has(uuid) &&
    !mayBeInUse([uuid], undefined, versions);
  const which = placeInWords(placeOf(answer, one), isNamed ? [uuid] : []);
  return `delete ${which} in the Adobe Developer Console, if it is still there, and no other`;
}

function placeOf({ names }: Answer, { versionId, position }: EarlierSecret): string {
  const which = position === undefined ? 'the one' : `client secret ${position} of those`;
  return `${which} in version ${showVersion(versionId)} of ${names.client}`;
}

/** A bound is no reason to be silent. */
function notAsked(answer: Answer, left: readonly EarlierSecret[]): readonly string[] {
  if (left.length === 0) return [];
  const ids = new Set(left.map(({ versionId }) => `version ${showVersion(versionId)}`));
  const clients = new Set(left.map(({ credential }) => credential.clientId));
  const where = `${someOf([...ids], 5, ' and ')} of ${answer.names.client}`;
  const count = left.length === 1 ? '1 more client secret' : `${left.length} more client secrets`;
  return [`IMS was not asked about ${count}, in ${where}: ${lookingAt([...clients])}`];
}

/**
 * Whoever has stored a leaked client secret again has not replaced it.
 *
 * @param stored the id of AWSCURRENT
 * @param deletion undefined if it is the only one that is stored
 */
function storedAgain(
  { name, names, session, answering, tokenOnly }: Answer,
  { versionId }: EarlierSecret,
  stored: string,
  deletion: string | undefined,
): string {
  const put = nextCommand(`put-credential ${name} FILE`, session.options);
  const cure =
    deletion === undefined
      ? answering(stored)
      : `store the others without it: ${put}; then ${deletion}; then: ${tokenOnly}`;
  return `A client secret in version ${showVersion(versionId)} of ${names.client} is in the current value, too, so that it was not replaced. If it has leaked: ${cure}`;
}
