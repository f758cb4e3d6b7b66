import { randomUUID } from 'node:crypto';
import { readRotationState } from '../../core/client-secret-rotation.ts';
import { hasOpenAnswer } from '../../core/open-answer.ts';
import { readSettings } from '../../core/token-tags.ts';
import { idsOf } from '../adobe/own-secrets.ts';
import type { Secret } from '../aws/secret.ts';
import { CliError, interrupted } from '../errors.ts';
import { assertPresent, creationFix } from '../rotator/absence.ts';
import { changesWarnings } from '../rotator/changes-warnings.ts';
import { checkPrefix } from '../rotator/check-prefix.ts';
import { confirmClient } from '../rotator/confirm-client.ts';
import { confirmLocation } from '../rotator/confirm-location.ts';
import { confirmOwn, type OwnOptions } from '../rotator/confirm-own.ts';
import {
  type CredentialFile,
  type FileOptions,
  readCredential,
} from '../rotator/credential-file.ts';
import { findRotator } from '../rotator/find-rotator.ts';
import { completing } from '../rotator/leak-first.ts';
import { lostFieldsWarning, readStored } from '../rotator/lost-fields.ts';
import { checkOwner, overlapWarning } from '../rotator/overlaps.ts';
import { copyWarning, policyWarning } from '../rotator/policy-warning.ts';
import { assertNoReplica } from '../rotator/replica.ts';
import {
  announce,
  reportToken,
  type TrialOptions,
  type WaitOptions,
} from '../rotator/report-token.ts';
import { checkDeployed, checkName, namesOf, whyClientUnknown } from '../rotator/rotator.ts';
import { settled } from '../rotator/settle.ts';
import { sharedWarning } from '../rotator/sharers.ts';
import type { Session } from '../session.ts';
import { nextCommand } from '../view/next-command.ts';
import { showVersion } from '../view/version-id.ts';

export interface PutOptions extends WaitOptions, TrialOptions, FileOptions, OwnOptions {
  readonly yes?: boolean | undefined;
}

/** Stores a credential in its existing client secret, and waits for its token. */
export async function putCredential(
  session: Session,
  name: string,
  path: string | undefined,
  options: PutOptions,
): Promise<number> {
  const { secrets } = session;
  checkName(name);
  const rotator = await findRotator(session);
  const names = namesOf(rotator, name);
  checkDeployed(rotator);
  checkPrefix(session, rotator);
  checkOwner(session, rotator);
  const [client, token] = await Promise.all([
    secrets.describe(names.client),
    secrets.describe(names.token),
  ]);
  const isNew = client === undefined && token === undefined;
  const unknown = whyClientUnknown(rotator);
  const unsure = (secretName: string): string =>
    secretName === names.client && unknown !== undefined
      ? `the stack may import another one, into which nothing would go: ${unknown.fix}; if you know that it does not: `
      : '';
  const fixFor = (secretName: string): string =>
    isNew
      ? `onboard it: ${nextCommand(`onboard ${name} FILE`, session.options)}`
      : `${unsure(secretName)}${creationFix(secretName, session.options)}; then try again`;
  if (!isNew) await confirmOwn(session, rotator, names.client, options);
  assertPresent(session, names.client, client, fixFor(names.client));
  assertPresent(session, names.token, token, fixFor(names.token));
  assertNoReplica(session, rotator, client, {
    ...{ name, words: 'put-credential CREDENTIAL FILE' },
    otherwise: `have its owner store it in ${client.primaryRegion}`,
  });
  await confirmLocation(session, rotator, names.client, { byHand: true });
  // Whoever created the secret, perhaps before its owner could, may read what is stored in it.
  for (const warning of [
    await policyWarning(session, client),
    copyWarning(session, client, rotator),
    leakWarning(session, client, name),
    overlapWarning(rotator),
    await sharedWarning(session, rotator, name, client),
  ]) {
    if (warning !== undefined) session.terminal.note(`warning: ${warning}`);
  }
  const settings = readSettings(token.tags);
  const file = await readCredential(session, path, settings, options);
  const before = await readStored(session, client);
  for (const warning of [
    leakedAgainWarning(client, file),
    rotationWarning(session, client, file, name),
    lostFieldsWarning(client, before, file.document),
    ...changesWarnings(client, before, settings, file),
  ]) {
    if (warning !== undefined) session.terminal.note(`warning: ${warning}`);
  }
  await confirmClient(session, {
    ...{ name, secretName: names.client, stored: before, settings },
    credential: file.credential,
    ...{ yes: options.yes, dryRun: options.dryRun },
  });
  const announced = { ...options, name, file, secretName: names.client, arn: client.arn };
  if (!(await announce(session, announced))) return 0;
  if (session.signal.aborted) throw interrupted('nothing was stored');
  const { arn: clientArn, currentVersionId: replaced } = client;
  const versionId = await store(session, client, file, name);
  const stored = { name, tokenSecret: names.token, clientArn, versionId, replaced };
  return await reportToken(session, { file, stored, wait: options.wait });
}

function leakWarning(session: Session, client: Secret, name: string): string | undefined {
  if (!hasOpenAnswer(client)) return undefined;
  return `an answer to a leak is not complete, so that what has leaked may still work; unless it told you to store this credential, complete it first (once another one is stored, people have to do the rest): ${completing(session, name, client)}`;
}

/** The note of an answer names the client secret that it replaces. */
function leakedAgainWarning(client: Secret, { entries }: CredentialFile): string | undefined {
  const state = readRotationState(client.tags);
  if (state.kind !== 'retired' || !hasOpenAnswer(client)) return undefined;
  if (!entries.some(({ uuid }) => uuid === state.uuid)) return undefined;
  return `the file has ${state.uuid}, which is the client secret that has leaked`;
}

/** The function can renew a token without these ids, but not rotate the client secret. */
function rotationWarning(
  session: Session,
  { rotation }: Secret,
  { credential }: CredentialFile,
  name: string,
): string | undefined {
  if (rotation === undefined) return undefined;
  try {
    idsOf(credential, name, session.options);
    return undefined;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return `the next rotation of the client secret will fail: ${error.message}; ${error.fix}`;
  }
}

/**
 * Stores the credential, unless somebody else has stored one since the secret was described. The
 * rights of an operator allow no compare-and-set, so that what is overwritten at the last moment is
 * found afterwards.
 *
 * @returns the id of the new version
 * @throws CliError ERR_CREDENTIAL_CHANGED, or ERR_CREDENTIAL_NOT_FOUND if it was deleted
 */
async function store(
  session: Session,
  { arn, name: secretName, currentVersionId: replaced }: Secret,
  { document }: CredentialFile,
  name: string,
): Promise<string> {
  const { secrets, terminal, options } = session;
  const before = await secrets.describe(arn);
  assertPresent(session, secretName, before, creationFix(secretName, options));
  if (before.currentVersionId !== replaced) {
    throw new CliError(
      'ERR_CREDENTIAL_CHANGED',
      `somebody else has stored a credential for ${name} in the meantime; nothing was stored`,
      `find out who; if yours is the right one: ${nextCommand(`put-credential ${name} FILE`, options)}`,
    );
  }
  const versionId = randomUUID();
  const describe = () => secrets.describeAfterWrite(arn);
  await settled(
    async () => {
      await secrets.put(arn, document, versionId);
      return true;
    },
    async () => {
      const { currentVersionId, previousVersionId } = (await describe()) ?? {};
      return [currentVersionId, previousVersionId].includes(versionId) ? true : undefined;
    },
  );
  const after = await describe().catch(() => 'unknown' as const);
  if (after === 'unknown') {
    terminal.note(
      'warning: could not check whether this replaced a credential that somebody else had just stored',
    );
  } else if (after?.currentVersionId === versionId && after.previousVersionId !== replaced) {
    const theirs = `the version ${showVersion(after.previousVersionId ?? '')}, which is AWSPREVIOUS now`;
    terminal.note(
      `warning: this replaced a credential that somebody else had just stored, ${theirs}`,
    );
  }
  return versionId;
}
