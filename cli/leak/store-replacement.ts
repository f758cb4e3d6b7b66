import { formatRotationState, mostClientSecrets } from '../../core/client-secret-rotation.ts';
import { type AddedSecret, isUndone } from '../../core/console-secrets.ts';
import { tagKeys } from '../../core/contract.ts';
import type { UnderstoodCredential } from '../../core/credential.ts';
import { formatInstant } from '../../core/instant.ts';
import { replaces } from '../../core/open-answer.ts';
import { Sensitive } from '../../core/sensitive.ts';
import type { OwnSecrets } from '../adobe/own-secrets.ts';
import { CliError } from '../errors.ts';
import { newLeakVersion } from '../rotator/leak-version.ts';
import type { Session } from '../session.ts';
import { wrapLines } from '../view/table.ts';
import { type Answer, readClientVersions, type UsableVersion } from './answer.ts';
import { overtaken, storeCurrent } from './store-current.ts';

export interface Replacement {
  readonly own: OwnSecrets;
  /** The version that holds the leaked secret. */
  readonly current: UsableVersion;
  /** The uuid of the leaked secret, if it is certain. */
  readonly inUse: string | undefined;
  /** The tag of the client secret as it was read. */
  readonly noted: string | undefined;
  /** It still holds: the secret that it names was not deleted to make room. */
  readonly isStillNoted: boolean;
  /** It is of an earlier answer to this leak. */
  readonly isOfLeak: boolean;
}

/** Adds a client secret at Adobe, and stores it as the only one. @returns the new version's id */
export async function replaceStored(
  answer: Answer,
  { own, current, inUse, noted, isStillNoted, isOfLeak }: Replacement,
): Promise<string> {
  const { steps, names, client } = answer;
  const versionId = newLeakVersion(answer.session.digest, current.id);
  const since = answer.session.now();
  const leakedId = current.id;
  const note = formatRotationState({ kind: 'adding', since, versionId, leakedId });
  // A leak that was known stays so, but the version that was to answer it holds a secret that is gone.
  const instead = isOfLeak ? note : undefined;
  const before = isStillNoted ? noted : instead;
  const added = await steps.run('add a client secret at Adobe', async () => {
    await checkUnchanged(answer, { noted, current: current.id });
    const secret = await add(answer, own, { note, before, current: current.id });
    return [`added a client secret at Adobe: ${secret.uuid}`, secret];
  });
  steps.state = `the new client secret ${added.uuid} is at Adobe, but not stored`;
  await steps.finish('store the new client secret', async () => {
    const secret = { arn: client.arn, name: names.client };
    const text = replaced(current.found, added);
    try {
      const check = async () => {
        await checkListed(answer, own, added.uuid);
        await keepNote(answer, note);
      };
      await storeCurrent(answer, { secret, text, versionId, from: current.id, check });
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      if (error.code !== 'ERR_CREDENTIAL_CHANGED') throw notStored(error, added.uuid);
      if (await isStored(answer, added)) {
        steps.state = `the new client secret ${added.uuid} is at Adobe, and somebody else has stored it; the leaked one still works`;
        throw error;
      }
      await own.remove(added.uuid);
      await undoNote(answer.session, client.arn, { note, before, leakedId });
      steps.state = `the new client secret ${added.uuid} was deleted at Adobe again`;
      throw error;
    }
    return [`stored it in ${names.client}, without the leaked one`, undefined];
  });
  steps.state = 'the new client secret is stored; the leaked one still works';
  await markRetired(answer, inUse, { note, versionId, leakedId });
  return versionId;
}

/** A rotation that began at the same time may have taken it for one that was left over. */
async function checkListed(answer: Answer, own: OwnSecrets, uuid: string): Promise<void> {
  // Adobe's list may lag.
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    const listed = await own.listAfterWrite().catch((error: unknown) => {
      if (error instanceof CliError) return undefined;
      throw error;
    });
    if (listed === undefined || listed.some((one) => one.uuid === uuid)) return;
    await answer.session.sleep(attempt).catch(() => undefined);
  }
  throw new CliError(
    'ERR_CREDENTIAL_CHANGED',
    `somebody else has deleted the new client secret ${uuid} at Adobe`,
    waitForOthers(answer, 'a rotation, or another answer to the leak,'),
    { isFixWhole: true },
  );
}

/** The Developer Console shows people what was added, so that they may have stored it themselves. */
async function isStored(answer: Answer, { secret, uuid }: AddedSecret): Promise<boolean> {
  const versions = await readClientVersions(answer);
  const current = versions.find(({ labels }) => labels.includes('AWSCURRENT'));
  if (current?.found === undefined) return true;
  const { entries } = current.found;
  return entries.some((one) => one.uuid === uuid || one.secret.reveal() === secret.reveal());
}

/** The client secret as this run read it. */
interface Basis {
  /** Its rotation tag. */
  readonly noted: string | undefined;
  /** The id of AWSCURRENT. */
  readonly current: string;
  /** The id of AWSPENDING; not looked at if it is absent. */
  readonly pending?: string | undefined;
}

/** @throws CliError ERR_CREDENTIAL_CHANGED if somebody else has changed it since */
export async function checkUnchanged(answer: Answer, basis: Basis): Promise<void> {
  const {
    session: { secrets },
    names,
    client: { arn },
  } = answer;
  const { currentVersionId, pendingVersionId, tags } = (await secrets.describe(arn)) ?? {};
  if (currentVersionId !== basis.current) throw overtaken(names.client);
  const isPending = !('pending' in basis) || pendingVersionId === basis.pending;
  if (isPending && tags?.[tagKeys.rotation] === basis.noted) return;
  throw new CliError(
    'ERR_CREDENTIAL_CHANGED',
    'a rotation of the client secret, or another answer to a leak, has begun in the meantime',
    waitForOthers(answer, 'it'),
    { isFixWhole: true },
  );
}

/** After another answer to this leak has succeeded, going on would replace what that has stored. */
function waitForOthers({ steps }: Answer, what: string): string {
  return `wait until ${what} is over; then go on, unless another answer to this leak has succeeded, or somebody has stored another client secret: ${steps.command}`;
}

interface Noted {
  /** The tag while the secret is being added. */
  readonly note: string;
  /** The tag after Adobe has refused; `none` by default. */
  readonly before: string | undefined;
  /** The version that is to be replaced. */
  readonly current: string;
}

/**
 * The tag is written first: a later run knows by it that a secret which nobody stored is ours.
 */
async function add(
  answer: Answer,
  own: OwnSecrets,
  { note, before, current }: Noted,
): Promise<AddedSecret> {
  const {
    session,
    steps,
    client: { arn },
  } = answer;
  await session.secrets.setTag(arn, tagKeys.rotation, note);
  try {
    return await own.add();
  } catch (error) {
    // After a refusal there is nothing of this run to look for. Without an answer there may be.
    if (error instanceof CliError && isUndone(error.code)) {
      await undoNote(session, arn, { note, before, leakedId: current }).catch(() => undefined);
      // There was room a moment ago.
      const listed = await own.listAfterWrite().catch(() => []);
      if (listed.length >= mostClientSecrets) throw await addedByOthers(answer, error, current);
    } else {
      steps.state = 'Adobe may have added a client secret, which is not stored';
    }
    throw error;
  }
}

/** @param current the version that was to be replaced */
async function addedByOthers(answer: Answer, cause: CliError, current: string): Promise<CliError> {
  const { session, client, names } = answer;
  const described = await session.secrets.describeAfterWrite(client.arn);
  if (described?.currentVersionId !== current) return overtaken(names.client);
  const text = 'somebody else has added a client secret at Adobe in the meantime';
  const fix = waitForOthers(answer, 'a rotation, or another answer to the leak,');
  return new CliError('ERR_CREDENTIAL_CHANGED', text, fix, { cause, isFixWhole: true });
}

interface Undone extends Pick<Noted, 'note' | 'before'> {
  readonly leakedId: string;
}

async function undoNote(
  { secrets, digest, now }: Session,
  arn: string,
  { note, before = formatRotationState({ kind: 'none' }), leakedId }: Undone,
): Promise<void> {
  const { currentVersionId = '', tags } = (await secrets.describeAfterWrite(arn)) ?? {};
  if (tags?.[tagKeys.rotation] !== note) return;
  // Another answer has succeeded, over whose note this one was written: it may not be complete.
  const isAnswered = replaces(digest, currentVersionId, leakedId);
  const theirs = { kind: 'adding', since: now(), versionId: currentVersionId, leakedId } as const;
  await secrets.setTag(arn, tagKeys.rotation, isAnswered ? formatRotationState(theirs) : before);
}

/** Another answer may have written over it, and been refused. */
async function keepNote(
  { session: { secrets }, client: { arn } }: Pick<Answer, 'session' | 'client'>,
  note: string,
): Promise<void> {
  const { tags } = (await secrets.describe(arn)) ?? {};
  if (tags?.[tagKeys.rotation] !== note) await secrets.setTag(arn, tagKeys.rotation, note);
}

interface Stored extends Pick<Undone, 'note' | 'leakedId'> {
  readonly versionId: string;
}

/** The value with the new secret alone, and everything else as it was. */
function replaced(
  { normalised }: UnderstoodCredential,
  { secret, uuid, createdAt }: AddedSecret,
): Sensitive {
  const document: object = JSON.parse(normalised.reveal());
  const entry = { client_secret: secret.reveal(), uuid, created_at: formatInstant(createdAt) };
  return new Sensitive(`${JSON.stringify({ ...document, client_secrets: [entry] }, null, 2)}\n`);
}

function notStored({ code, message, fix }: CliError, uuid: string): CliError {
  const text = `${message}; the value of ${uuid} was shown once and is lost, unless that is stored: if another run calls for room, delete it in the Adobe Developer Console`;
  return new CliError(code, text, fix);
}

/**
 * If this fails, the version's id and the tag before it still say the same, unless another answer has written over
 * that and been refused.
 *
 * @param uuid undefined if it is not certain which secret has leaked, so that the note stays as it was
 */
async function markRetired(
  answer: Answer,
  uuid: string | undefined,
  { note, versionId, leakedId }: Stored,
): Promise<void> {
  const { secrets, now, terminal } = answer.session;
  const mark = async (): Promise<void> => {
    if (uuid === undefined) return await keepNote(answer, note);
    const state = formatRotationState({ kind: 'retired', uuid, at: now(), versionId, leakedId });
    await secrets.setTag(answer.client.arn, tagKeys.rotation, state);
  };
  await mark().catch((error: unknown) => {
    if (!(error instanceof CliError)) throw error;
    const text = `warning: the tag ${tagKeys.rotation} could not be written: ${error.message}`;
    terminal.note(...wrapLines(text, 0, terminal.noteColumns));
  });
}
