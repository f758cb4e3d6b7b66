import { formatRotationState } from '../../core/client-secret-rotation.ts';
import type { AddedSecret } from '../../core/console-secrets.ts';
import { tagKeys } from '../../core/contract.ts';
import type { UnderstoodCredential } from '../../core/credential.ts';
import { formatInstant } from '../../core/instant.ts';
import { Sensitive } from '../../core/sensitive.ts';
import type { OwnSecrets } from '../adobe/own-secrets.ts';
import type { Secret } from '../aws/secret.ts';
import { CliError } from '../errors.ts';
import { newLeakVersion } from '../rotator/leak-version.ts';
import { settle } from '../rotator/settle.ts';
import type { Session } from '../session.ts';
import { wrapLines } from '../view/table.ts';
import type { Answer } from './answer.ts';

// Waits of 1 s and 2 s lie between them, beside those of the SDK.
const attempts = 3;

export interface Replacement {
  readonly own: OwnSecrets;
  readonly found: UnderstoodCredential;
  /** The uuid of the leaked secret. */
  readonly inUse: string | undefined;
  /** The tag of the client secret as it was read. */
  readonly noted: string | undefined;
  /** That is about a secret which Adobe has not listed, but may still be about to add. */
  readonly isOpen: boolean;
}

/** Adds a client secret at Adobe, and stores it as the only one. @returns the new version's id */
export async function replaceStored(
  answer: Answer,
  { own, found, inUse, noted, isOpen }: Replacement,
): Promise<string> {
  const { steps, names, client } = answer;
  const versionId = newLeakVersion();
  const added = await steps.run('add a client secret at Adobe', async () => {
    const secret = await add(answer, own, versionId, { noted, isOpen });
    return [`added a client secret at Adobe: ${secret.uuid}`, secret];
  });
  steps.state = `the new client secret ${added.uuid} is at Adobe, but not stored`;
  await steps.finish('store the new client secret', async () => {
    await store(answer, replaced(found, added), versionId, added.uuid);
    return [`stored it in ${names.client}, without the leaked one`, undefined];
  });
  steps.state = 'the new client secret is stored; the leaked one still works';
  await markRetired(answer, inUse, client.arn);
  return versionId;
}

/**
 * The tag is written first: a later run knows by it that a secret which nobody stored is ours. So what
 * somebody else has noted in the meantime must stay.
 */
async function add(
  { session, client: { arn } }: Answer,
  own: OwnSecrets,
  versionId: string,
  { noted, isOpen }: Pick<Replacement, 'noted' | 'isOpen'>,
): Promise<AddedSecret> {
  const { secrets, now } = session;
  if ((await readNote(secrets.describe(arn))) !== noted) {
    throw new CliError(
      'ERR_CREDENTIAL_CHANGED',
      'a rotation of the client secret, or another answer to a leak, has begun in the meantime',
      'wait until it is over',
    );
  }
  const adding = { kind: 'adding', since: now(), versionId } as const;
  const note = formatRotationState(adding);
  await secrets.setTag(arn, tagKeys.rotation, note);
  try {
    return await own.add();
  } catch (error) {
    // After a refusal there is nothing of this run to look for. Without an answer there may be.
    if (error instanceof CliError && error.code === 'ERR_CONSOLE_REJECTED') {
      const before = isOpen ? noted : undefined;
      await undoNote(session, arn, note, before).catch(() => undefined);
    }
    throw error;
  }
}

async function undoNote(
  { secrets }: Session,
  arn: string,
  note: string,
  before = formatRotationState({ kind: 'none' }),
): Promise<void> {
  if ((await readNote(secrets.describeAfterWrite(arn))) !== note) return;
  await secrets.setTag(arn, tagKeys.rotation, before);
}

async function readNote(described: Promise<Secret | undefined>): Promise<string | undefined> {
  return (await described)?.tags[tagKeys.rotation];
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

/** Nothing else has the value, so that it is tried again. */
async function store(
  { session: { secrets, sleep }, client: { arn } }: Answer,
  document: Sensitive,
  versionId: string,
  uuid: string,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await settle(
      async () => {
        await secrets.put(arn, document, versionId);
        return versionId;
      },
      async () => {
        const { currentVersionId } = (await secrets.describeAfterWrite(arn)) ?? {};
        return currentVersionId === versionId ? versionId : undefined;
      },
    );
    if (outcome.kind === 'done') return;
    const { error } = outcome;
    if (!(error instanceof CliError)) throw error;
    const isTransient = outcome.kind === 'unknown' || error.code === 'ERR_AWS_UNAVAILABLE';
    if (!isTransient || attempt >= attempts) throw notStored(error, uuid);
    await sleep(attempt).catch(() => undefined);
  }
}

function notStored({ code, message, fix }: CliError, uuid: string): CliError {
  const text = `${message}; the value of ${uuid} was shown once, so the next run deletes it and adds another`;
  return new CliError(code, text, fix);
}

/** If this fails, the version's id and the tag before it still say the same. */
async function markRetired(
  { session: { secrets, now, terminal } }: Answer,
  uuid: string | undefined,
  arn: string,
): Promise<void> {
  if (uuid === undefined) return;
  const state = formatRotationState({ kind: 'retired', uuid, at: now() });
  await secrets.setTag(arn, tagKeys.rotation, state).catch((error: unknown) => {
    if (!(error instanceof CliError)) throw error;
    const text = `warning: the tag ${tagKeys.rotation} could not be written: ${error.message}`;
    terminal.note(...wrapLines(text, 0, terminal.noteColumns));
  });
}
