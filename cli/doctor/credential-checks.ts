import { showClientId } from '../../core/field-names.ts';
import { isReplica } from '../../core/ledger.ts';
import { readSettings } from '../../core/token-tags.ts';
import { Account } from '../aws/account.ts';
import type { Secret } from '../aws/secret.ts';
import { CliError } from '../errors.ts';
import { absenceOf, creationFix } from '../rotator/absence.ts';
import { stackTag } from '../rotator/credentials.ts';
import { inPrimaryRegion } from '../rotator/replica.ts';
import { namesOf, whyClientUnknown } from '../rotator/rotator.ts';
import { notCopied, replicatingAgain } from '../rotator/stale-replicas.ts';
import type { Session } from '../session.ts';
import { formatDuration, hour } from '../view/durations.ts';
import { nextAwsCommand, nextCommand, resumeFix } from '../view/next-command.ts';
import { foreignWord } from '../view/shell-word.ts';
import { type Check, check, type Finding, failed, ok, unknown } from './check.ts';
import { afterLeak } from './explain.ts';
import { settingsFinding } from './settings-check.ts';
import type { Described, Subject } from './subject.ts';
import { tokenFinding } from './token-check.ts';
import { valueFinding } from './value-check.ts';

/** Checks that the parts of one credential exist and can be used. */
export function credentialChecks(subject: Subject): readonly Check[] {
  return [
    ...secretChecks(subject),
    check('credential', () => credentialFinding(subject)),
    ...useChecks(subject),
    check('token', () => tokenFinding(subject, subject.value)),
    check('stored value', () => valueFinding(subject)),
  ];
}

/** The same as far as metadata shows it. */
export function describedChecks(described: Described): readonly Check[] {
  return [
    ...secretChecks(described),
    ...useChecks(described),
    check('token', () => tokenFinding(described)),
  ];
}

function secretChecks(described: Described): readonly Check[] {
  return [
    check('token secret', () => secretFinding('token', described)),
    check('client secret', () => secretFinding('client', described)),
  ];
}

function useChecks(described: Described): readonly Check[] {
  const { name, token, session } = described;
  return [
    check('keys enabled', () => keysFinding(described)),
    check('not paused', async () => pauseFinding(await token, name, session)),
    check('settings', () => settingsFinding(described)),
    check('token rotation', () => rotationFinding(described)),
  ];
}

async function secretFinding(kind: 'client' | 'token', subject: Described): Promise<Finding> {
  const { name, rotator, session } = subject;
  const id = namesOf(rotator, name)[kind];
  const why = kind === 'client' ? whyClientUnknown(rotator) : undefined;
  if (why !== undefined) throw why;
  const secret = await subject[kind];
  if (secret !== undefined && isReplica(secret, rotator.region)) {
    const text = `${secret.name} is a replica of a secret in ${secret.primaryRegion} and read-only`;
    const there = inPrimaryRegion(session, rotator, secret, { name, words: 'doctor CREDENTIAL' });
    return failed(text, `use the rotator there: ${there}`);
  }
  const create = secret === undefined ? await creationOf(kind, subject) : '';
  const absence = absenceOf(session, id, secret, create);
  if (absence !== undefined) return failed(absence.text, absence.fix);
  return replicaFinding(secret) ?? strangerFinding(kind, subject, secret) ?? ok(secret?.name ?? id);
}

/**
 * Nobody but CloudFormation can set its tag, so that a secret which is declared and lacks it is not
 * the one that the stack created. AWS does not say whether an import sets the tag.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html
 */
function strangerFinding(
  kind: 'client' | 'token',
  { name, rotator: { declared, clientSecrets } }: Described,
  secret: Secret | undefined,
): Finding | undefined {
  const isImported = kind === 'client' && clientSecrets?.has(name) !== false;
  if (secret === undefined || !declared.has(name) || isImported) return undefined;
  if (secret.tags[stackTag] !== undefined) return undefined;
  return unknown(
    `the stack declares ${secret.name}, which has no tag of CloudFormation: somebody deleted it and ` +
      'created another one in its place, or created it before "cdk import" adopted it',
    'unless it was adopted, what belonged to the first one is gone (its policy, key and replicas, ' +
      'and readers by its ARN): docs/runbook.md, "A secret is gone for good", from step 2',
  );
}

/** How to create a secret that is absent: a deployment creates none that it has created before. */
async function creationOf(
  kind: 'client' | 'token',
  { name, rotator, client, token, session: { options } }: Described,
): Promise<string> {
  const { function: target } = rotator;
  if (target.kind === 'absent' && target.why.fix !== undefined) return target.why.fix;
  const isOtherThere = (await (kind === 'client' ? token : client)) !== undefined;
  const onboard = `deploy the stack, or run: ${nextCommand(`onboard ${name} FILE`, options)}`;
  if (!isOtherThere) return onboard;
  const create = creationFix(namesOf(rotator, name)[kind], options);
  return kind === 'client'
    ? `${create}; then: ${nextCommand(`put-credential ${name} FILE`, options)}`
    : `${create}, with the tags of docs/runbook.md, "A secret is gone for good"; then: ${nextCommand(`renew ${name}`, options)}`;
}

/** A failed replica keeps the last token that it got: no metric shows that it expires. */
function replicaFinding(secret: Secret | undefined): Finding | undefined {
  const text = secret && notCopied(secret);
  return text === undefined ? undefined : failed(text, replicatingAgain);
}

async function credentialFinding(subject: Subject): Promise<Finding> {
  const { credential, client, name, session } = subject;
  try {
    const { clientId, clientSecrets, scopes, imsHost } = await credential;
    const count = clientSecrets.length === 1 ? '1 secret' : `${clientSecrets.length} secrets`;
    return ok(`client ${showClientId(clientId)}, ${count}, ${scopes.length} scopes, ${imsHost}`);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const { code, message } = error;
    const isMissing = code === 'ERR_CREDENTIAL_MISSING';
    if (!isMissing && code !== 'ERR_CREDENTIAL_INVALID') throw error;
    if (isMissing && (await client) === undefined) return unknown('there is no client secret');
    const put = nextCommand(`put-credential ${name} FILE`, session.options);
    return failed(message, await afterLeak(subject, put));
  }
}

async function keysFinding({ client, token, session, rotator }: Described): Promise<Finding> {
  const why = whyClientUnknown(rotator);
  const well = (text: string): Finding =>
    why === undefined
      ? ok(text)
      : unknown(`for the token secret: ${text}; ${why.message}`, why.fix);
  const secrets = await Promise.all([client, token]);
  const keys = [...new Set(secrets.flatMap((secret) => secret?.keyId ?? []))];
  if (keys.length === 0) {
    const isAnyThere = secrets.some((secret) => secret !== undefined);
    return isAnyThere ? well('the AWS managed key') : unknown('there is no secret');
  }
  const account = new Account(session.signal);
  const states = await Promise.all(keys.map((key) => account.keyState(key)));
  const bad = keys.findIndex((_, index) => states[index] !== 'Enabled');
  if (bad === -1) return well(`${keys.join(', ')} ${keys.length === 1 ? 'is' : 'are'} enabled`);
  const enable = `kms enable-key --key-id ${foreignWord(keys[bad] ?? '', 'KEY')}`;
  return failed(
    `${keys[bad]} is ${states[bad]}`,
    `${nextAwsCommand(enable, session.options)} (or cancel-key-deletion first)`,
  );
}

const noTokenSecret = unknown('there is no token secret');

function pauseFinding(token: Secret | undefined, name: string, { options }: Session): Finding {
  if (token === undefined) return noTokenSecret;
  if (!readSettings(token.tags).paused) return ok('no tag pauses it');
  return failed('the credential is paused', resumeFix(name, options));
}

// The steps of a rotation take seconds, and Secrets Manager retries them for a while.
const rotationTime = hour;

/** @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot_rotation.html */
async function rotationFinding({ token, session }: Described): Promise<Finding> {
  const secret = await token;
  if (secret === undefined) return noTokenSecret;
  const { pendingVersionId: pending, currentVersionId } = secret;
  // A rotation that has finished leaves AWSPENDING on the current version.
  if (pending === undefined || pending === currentVersionId) return ok('none in progress');
  const version = await session.secrets.version(secret.arn, pending);
  if (version?.createdAt === undefined) return unknown('one has just finished');
  const age = session.now() - version.createdAt;
  if (age < rotationTime) return unknown(`one started ${formatDuration(age)} ago`);
  // Whoever may write the secret chooses the id, and AWS accepts any characters.
  const drop = `secretsmanager update-secret-version-stage --secret-id ${secret.name} --version-stage AWSPENDING --remove-from-version-id ${foreignWord(pending, 'VERSION')}`;
  return failed(
    `one started and did not finish: AWSPENDING is on ${pending}`,
    nextAwsCommand(drop, session.options),
  );
}
