import type { ClientCredential } from '../../core/credential.ts';
import { parseCredential } from '../../core/credential.ts';
import { RotatorError } from '../../core/errors.ts';
import { isReplica } from '../../core/ledger.ts';
import { readSettings } from '../../core/token-tags.ts';
import { Account } from '../aws/account.ts';
import type { Secret } from '../aws/secrets.ts';
import { CliError } from '../errors.ts';
import { namesOf, type Rotator } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { formatDuration } from '../view/durations.ts';
import { type Check, check, type Finding, failed, ok, unknown } from './check.ts';
import { tokenFinding } from './token-finding.ts';

/** What the checks of a credential have in common: each is looked at once. */
export interface Subject {
  readonly session: Session;
  readonly rotator: Rotator;
  readonly name: string;
  readonly client: Promise<Secret | undefined>;
  readonly token: Promise<Secret | undefined>;
  /** @throws CliError ERR_CREDENTIAL_MISSING or ERR_CREDENTIAL_INVALID, or why it could not be read */
  readonly credential: Promise<ClientCredential>;
}

/** Begins to look at a credential. */
export function subjectOf(session: Session, rotator: Rotator, name: string): Subject {
  const names = namesOf(rotator, name);
  const client = session.secrets.describe(names.client);
  const token = session.secrets.describe(names.token);
  const credential = readCredential(session, names.client, token);
  for (const look of [client, token, credential]) look.catch(() => undefined);
  return { session, rotator, name, client, token, credential };
}

async function readCredential(
  { secrets }: Session,
  secretId: string,
  token: Promise<Secret | undefined>,
): Promise<ClientCredential> {
  const value = await secrets.read(secretId);
  if (value === undefined) throw new CliError('ERR_CREDENTIAL_MISSING', 'there is none');
  // Without the right to describe, the scopes have to be in the value.
  const tags = await token.then((secret) => secret?.tags ?? {}).catch(() => ({}));
  try {
    return parseCredential(value.reveal(), readSettings(tags));
  } catch (error) {
    if (!(error instanceof RotatorError)) throw error;
    throw new CliError(error.code, error.message);
  }
}

/** Whether the parts of one credential are there and can be used. */
export function credentialChecks(subject: Subject): readonly Check[] {
  const { name, rotator, client, token } = subject;
  const names = namesOf(rotator, name);
  return [
    check('token secret', async () => secretFinding(names.token, await token, subject)),
    check('client secret', async () => secretFinding(names.client, await client, subject)),
    check('credential', () => credentialFinding(subject)),
    check('keys enabled', () => keysFinding(subject)),
    check('not paused', async () => pauseFinding(await token, name)),
    check('rotation', () => rotationFinding(subject)),
    check('token', () => tokenFinding(subject)),
  ];
}

function secretFinding(
  id: string,
  secret: Secret | undefined,
  { name, rotator }: Subject,
): Finding {
  if (secret === undefined && id.endsWith('/client') && !rotator.isKnown) {
    return unknown(`there is no secret ${id}; it may live elsewhere, as only the function knows`);
  }
  if (secret === undefined) {
    const fix = `deploy the stack, or: ims-token-rotator onboard ${name} FILE`;
    return failed(`there is no secret ${id}`, fix);
  }
  if (isReplica(secret, rotator.region)) {
    const text = `${secret.name} is a replica of one in ${secret.primaryRegion}, and cannot be written`;
    return failed(text, `use the rotator there: --region ${secret.primaryRegion}`);
  }
  if (secret.deletedAt === undefined) return ok(secret.name);
  const fix = `aws secretsmanager restore-secret --secret-id ${secret.name}`;
  return failed(`${secret.name} is scheduled for deletion`, fix);
}

async function credentialFinding({ credential, name, rotator }: Subject): Promise<Finding> {
  try {
    const { clientId, clientSecrets, scopes, imsHost } = await credential;
    const count = clientSecrets.length === 1 ? '1 secret' : `${clientSecrets.length} secrets`;
    return ok(`client ${clientId}, ${count}, ${scopes.length} scopes, ${imsHost}`);
  } catch (error) {
    if (!(error instanceof CliError && error.code.startsWith('ERR_CREDENTIAL_'))) throw error;
    if (error.code === 'ERR_CREDENTIAL_MISSING' && !rotator.isKnown) throw error;
    return failed(error.message, `ims-token-rotator put-credential ${name} FILE`);
  }
}

async function keysFinding({ client, token, session }: Subject): Promise<Finding> {
  const secrets = await Promise.all([client, token]);
  const keys = [...new Set(secrets.flatMap((secret) => secret?.keyId ?? []))];
  if (keys.length === 0) {
    const there = secrets.some((secret) => secret !== undefined);
    return there ? ok('the AWS managed key') : unknown('there is no secret');
  }
  const account = new Account(session.signal);
  const states = await Promise.all(keys.map((key) => account.keyState(key)));
  const bad = keys.findIndex((_, index) => states[index] !== 'Enabled');
  if (bad === -1) return ok(`${keys.join(', ')} ${keys.length === 1 ? 'is' : 'are'} enabled`);
  return failed(
    `${keys[bad]} is ${states[bad]}`,
    `aws kms enable-key --key-id ${keys[bad]} (or cancel-key-deletion first)`,
  );
}

function pauseFinding(token: Secret | undefined, name: string): Finding {
  if (token === undefined) return unknown('there is no token secret');
  if (!readSettings(token.tags).paused) return ok('renewed as its token ends');
  return failed('somebody has paused it', `ims-token-rotator resume ${name}`);
}

// Its steps take seconds, and Secrets Manager tries them again for a while.
const rotationTime = 3_600;

/** @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot_rotation.html */
async function rotationFinding({ token, session }: Subject): Promise<Finding> {
  const secret = await token;
  if (secret === undefined) return unknown('there is no token secret');
  if (secret.pending === undefined) return ok('none is under way');
  const version = await session.secrets.version(secret.arn, secret.pending);
  if (version?.createdAt === undefined) return unknown('one has just ended');
  const age = session.now() - version.createdAt;
  if (age < rotationTime) return unknown(`one was begun ${formatDuration(age)} ago`);
  return failed(
    `one was begun and did not end: AWSPENDING is on ${secret.pending}`,
    `aws secretsmanager update-secret-version-stage --secret-id ${secret.name} --version-stage AWSPENDING --remove-from-version-id ${secret.pending}`,
  );
}
