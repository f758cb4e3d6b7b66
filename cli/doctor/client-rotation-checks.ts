import { isStuck, readRotationState } from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
import { hasOpenAnswer } from '../../core/open-answer.ts';
import type { Sensitive } from '../../core/sensitive.ts';
import { type Adobe, idsOf, OwnSecrets } from '../adobe/own-secrets.ts';
import type { Secret } from '../aws/secret.ts';
import { SecretVersions } from '../aws/secret-versions.ts';
import { CliError } from '../errors.ts';
import { readClientVersions } from '../leak/answer.ts';
import { completing } from '../rotator/leak-first.ts';
import { whyClientUnknown } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { nextRotation } from '../view/client-secret-line.ts';
import { day, formatDuration } from '../view/durations.ts';
import { nextAwsCommand, nextCommand } from '../view/next-command.ts';
import { foreignWord } from '../view/shell-word.ts';
import { showVersion } from '../view/version-id.ts';
import { type Check, check, type Finding, failed, ok, unknown } from './check.ts';
import { afterLeak } from './explain.ts';
import { listedFinding } from './secrets-at-adobe.ts';
import type { Described, Subject } from './subject.ts';

export interface ConsoleOptions {
  readonly adobe: Adobe;
  /** Mint a token that may list the client secrets. */
  readonly mint: boolean;
}

/** Checks the rotation of the client secret itself, and what the credential has at Adobe. */
export function clientRotationChecks(subject: Subject, options: ConsoleOptions): readonly Check[] {
  return [
    check('client rotation', () => rotationFinding(subject)),
    check('secrets at Adobe', () => atAdobeFinding(subject, options)),
  ];
}

/** The same as far as metadata shows it. */
export function describedRotationCheck(described: Described): Check {
  return check('client rotation', () => rotationFinding(described));
}

const noClientSecret = unknown('there is no client secret');

/** Without the credential, its ids are not checked. */
async function rotationFinding(
  subject: Described & Partial<Pick<Subject, 'credential'>>,
): Promise<Finding> {
  const { name, client, credential, session, rotator } = subject;
  const why = whyClientUnknown(rotator);
  if (why !== undefined) throw why;
  const secret = await client;
  if (secret === undefined) return noClientSecret;
  const now = session.now();
  const rotate = nextCommand(`rotate-client-secret ${name}`, session.options);
  const stuck = stuckFinding(secret, name, session);
  if (stuck !== undefined) return stuck;
  const { rotation, rotatedAt } = secret;
  if (rotation === undefined) return offFinding(secret, subject);
  if (rotation.nextAt !== undefined && now > rotation.nextAt + day) {
    const text = `it was due ${formatDuration(now - rotation.nextAt)} ago`;
    return failed(text, `${rotate}; see the log for why`);
  }
  const begun = await pendingFinding(secret, name, session);
  if (begun !== undefined) return begun;
  try {
    if (credential !== undefined) idsOf(await credential, name, session.options);
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'ERR_CREDENTIAL_INVALID') throw error;
    return failed(`switched on, but ${error.message}`, error.fix ?? 'correct the value');
  }
  const last = rotatedAt === undefined ? '' : `last ${formatDuration(now - rotatedAt)} ago, `;
  return ok(`${last}${nextRotation(rotation, now)}`);
}

/** Secrets Manager refuses to switch a rotation on while one is pending. */
function offFinding(secret: Secret, { name, session, rotator }: Described): Finding {
  const pending = pendingOf(secret);
  const left = pending && `a rotation is left halfway: AWSPENDING is on ${showVersion(pending)}`;
  const drop = pending && dropPending(secret, pending, session);
  if (rotator.rotating?.has(name) !== true) {
    return left === undefined ? ok('switched off') : unknown(`switched off, and ${left}`, drop);
  }
  const on =
    'docs/runbook.md, "Client secret rotation overdue", has the command that switches it on';
  const text = 'switched off, although the stack has it on';
  return left === undefined
    ? failed(text, on)
    : failed(`${text}, and ${left}`, `${drop}; then: ${on}`);
}

/** The version of a rotation that has not finished: one that has leaves AWSPENDING on the current version. */
function pendingOf({ pendingVersionId, currentVersionId }: Secret): string | undefined {
  return pendingVersionId === currentVersionId ? undefined : pendingVersionId;
}

function dropPending({ name }: Secret, pending: string, { options }: Session): string {
  return nextAwsCommand(
    `secretsmanager update-secret-version-stage --secret-id ${name} --version-stage AWSPENDING --remove-from-version-id ${foreignWord(pending, 'VERSION')}`,
    options,
  );
}

/** Secrets Manager begins no other rotation while one is pending. */
async function pendingFinding(
  secret: Secret,
  name: string,
  session: Session,
): Promise<Finding | undefined> {
  const { secrets, now, options } = session;
  const pending = pendingOf(secret);
  if (pending === undefined) return undefined;
  const version = await secrets.version(secret.arn, pending);
  if (version?.createdAt === undefined) return unknown('a rotation has just finished');
  const age = now() - version.createdAt;
  const text = `a rotation began ${formatDuration(age)} ago and is not complete`;
  if (age <= day)
    return unknown(
      text,
      'Secrets Manager tries it again for a while, and the log says how far it is; a day after it began, this says how to end it',
    );
  return failed(
    `${text}: AWSPENDING is on ${showVersion(pending)}`,
    `see the log for why; then: ${dropPending(secret, pending, session)}; then: ${nextCommand(`rotate-client-secret ${name}`, options)}`,
  );
}

/** Something was begun at Adobe, and is not complete. */
function stuckFinding(secret: Secret, name: string, session: Session): Finding | undefined {
  const { options } = session;
  const now = session.now();
  const state = readRotationState(secret.tags);
  if (hasOpenAnswer(secret)) {
    return failed('the answer to a leak is not complete', completing(session, name, secret));
  }
  const tag = secret.tags[tagKeys.rotation] ?? '';
  if (state.kind === 'none' && !['', 'none'].includes(tag)) {
    const none = `secretsmanager tag-resource --secret-id ${secret.name} --tags Key=${tagKeys.rotation},Value=none`;
    return failed(
      `the tag ${tagKeys.rotation} is "${tag}", which says nothing`,
      `if somebody has changed it, it may have noted an answer to a leak that is not complete; if not: ${nextAwsCommand(none, options)}`,
    );
  }
  if (state.kind === 'adding' && isStuck(state, now)) {
    const text = `a client secret was to be added at Adobe ${formatDuration(now - state.since)} ago, and is not in use`;
    const pending = pendingOf(secret);
    // Secrets Manager begins no other rotation while one is pending.
    const drop = pending === undefined ? '' : `${dropPending(secret, pending, session)}; then: `;
    return failed(
      text,
      `see the log; then: ${drop}${nextCommand(`rotate-client-secret ${name}`, options)}`,
    );
  }
  if (state.kind === 'retired' && isStuck(state, now)) {
    const text = `${state.uuid} was retired ${formatDuration(now - state.at)} ago and is still at Adobe`;
    return failed(text, `see why: ${nextCommand(`doctor ${name} --mint`, options)}`);
  }
  return undefined;
}

const giveMint = 'give --mint: it costs another token, which is not stored';

/** Needs a token with rights over client secrets, which is minted only if it is asked for. */
async function atAdobeFinding(subject: Subject, { adobe, mint }: ConsoleOptions): Promise<Finding> {
  const { name, client, token, credential, session } = subject;
  const [secret, tokenSecret, known] = await Promise.all([client, token, credential]);
  if (secret === undefined || tokenSecret === undefined) return noClientSecret;
  const isManaged = secret.rotation !== undefined || secret.tags[tagKeys.rotation] !== undefined;
  // A file of the Console has its ids, whoever manages the secrets.
  const hasIds = known.credentialId !== undefined && known.consoleOrgId !== undefined;
  if (!isManaged && (!mint || !hasIds)) {
    const fix = hasIds ? giveMint : undefined;
    return unknown('not looked at: the rotator does not manage them', fix);
  }
  if (!mint) {
    return unknown('not looked at', giveMint);
  }
  const versions = new SecretVersions(session.signal);
  // Adobe may repeat each of them.
  const secrets: Sensitive[] = [];
  const stored = await readClientVersions({
    ...{ client: secret, token: tokenSecret },
    ...{ versions, secrets },
  });
  try {
    const own = await OwnSecrets.open(session, name, adobe, known, secrets);
    const seen = { listed: await own.list(), stored, position: own.position };
    const finding = listedFinding(seen, secret, subject);
    return isManaged ? finding : asHint(finding);
  } catch (error) {
    const final = ['ERR_TOKEN_REJECTED', 'ERR_CONSOLE_REJECTED', 'ERR_CREDENTIAL_INVALID'];
    if (!(error instanceof CliError) || error.code === 'ERR_INTERRUPTED') throw error;
    const { message, fix = 'see docs/client-secret-rotation.md' } = error;
    // Nobody else needs the way to the Console.
    if (!isManaged) return unknown(message, await afterLeak(subject, fix));
    if (!final.includes(error.code)) throw error;
    return failed(message, await afterLeak(subject, fix));
  }
}

/** No fault where people manage the client secrets, but an answer to a leak has to know. */
function asHint(finding: Finding): Finding {
  return finding.verdict === 'failed' ? unknown(finding.detail, finding.fix) : finding;
}
