import { isProduct, products } from '../../core/contract.ts';
import { parseDuration } from '../../core/instant.ts';
import type { SecretNames } from '../../core/secret-name.ts';
import { isRefusal } from '../aws/ask.ts';
import type { NewSecret } from '../aws/secrets.ts';
import { CliError, interrupted, usageError } from '../errors.ts';
import { readCredential } from '../rotator/credential-file.ts';
import { findRotator, namesOf, type Rotator } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { announce, reportToken, type WaitOptions } from './put-credential.ts';
import { undo } from './undo.ts';

export interface OnboardOptions extends WaitOptions {
  readonly product?: string;
  /** With commas or spaces. */
  readonly scopes?: string;
  /** An ISO 8601 duration. */
  readonly renewBefore?: string;
  /** A customer managed key. */
  readonly key?: string;
}

/** Creates the two secrets of a credential, stores it, and waits for its token. */
export async function onboard(
  session: Session,
  name: string,
  file: string | undefined,
  options: OnboardOptions,
): Promise<number> {
  const settings = settingsOf(options);
  const rotator = await findRotator(session);
  const names = namesOf(rotator, name);
  checkPlace(session, rotator);
  await checkFree(session, name, names);
  const credential = await readCredential(session, file, settings);
  announce(session, credential, names.client);
  const { secrets } = session;
  const common = options.key === undefined ? {} : { keyId: options.key };
  if (session.signal.aborted) throw interrupted('nothing was stored');
  let report = (): Promise<number> => Promise.resolve(1);
  const touched: string[] = [];
  const create = async (secret: Omit<NewSecret, 'keyId'>) => {
    touched.push(secret.name);
    return await secrets.create({ ...common, ...secret });
  };
  try {
    await create({
      name: names.token,
      description: `Adobe IMS access token of the credential "${name}"`,
      tags: tagsOf(settings, options),
    });
    const { arn, versionId } = await create({
      name: names.client,
      description: `Adobe OAuth Server-to-Server credential "${name}"`,
      tags: {},
      secretString: credential.document,
    });
    const stored = { name, tokenSecret: names.token, clientArn: arn, versionId };
    report = () => reportToken(session, { rotator, credential, stored, wait: options.wait });
  } catch (error) {
    // They are ours: nobody had these names a moment ago, unless AWS has just said so of the last.
    const ours = isRefusal(error, 'ResourceExistsException') ? touched.slice(0, -1) : touched;
    await undo(error, ours, {
      work: (secretName) => secrets.delete(secretName, 0),
      byHand: (secretName) =>
        `aws secretsmanager delete-secret --force-delete-without-recovery --secret-id ${secretName}`,
    });
  }
  return await report();
}

/** Nothing is created in a place that is only guessed. @throws CliError ERR_AWS_DENIED */
function checkPlace({ options }: Session, { function: target, prefix }: Rotator): void {
  if (typeof target === 'string' || target.code !== 'ERR_AWS_DENIED') return;
  if (options.prefix !== undefined) return;
  throw new CliError(
    target.code,
    `${target.message}, so nobody can tell where its secrets have to be`,
    `${target.fix}; or say where: --prefix, which is ${prefix} unless it was set`,
  );
}

interface Settings {
  readonly product?: string;
  readonly scopes?: readonly string[];
}

function settingsOf({ product, scopes, renewBefore }: OnboardOptions): Settings {
  const problems: string[] = [];
  if (product !== undefined && scopes !== undefined) {
    problems.push('give --product or --scopes: the scopes would win');
  }
  if (product !== undefined && !isProduct(product)) {
    problems.push(`--product must be one of ${products.join(', ')}`);
  }
  const list = scopes?.split(/[\s,]+/).filter((scope) => scope !== '') ?? [];
  const text = list.join(' ');
  // What a tag's value may be.
  if (scopes !== undefined && !/^[A-Za-z0-9 +=._:/@-]{1,256}$/.test(text)) {
    problems.push('--scopes must be scopes of at most 256 characters together');
  }
  if (renewBefore !== undefined && parseDuration(renewBefore) === undefined) {
    problems.push('--renew-before must be an ISO 8601 duration, such as PT8H');
  }
  if (problems.length > 0) throw usageError(problems.join('; '));
  return {
    ...(product === undefined ? {} : { product }),
    ...(scopes === undefined ? {} : { scopes: list }),
  };
}

function tagsOf({ product, scopes }: Settings, { renewBefore }: OnboardOptions) {
  return {
    ...(product === undefined ? {} : { 'ims-token-rotator:product': product }),
    ...(scopes === undefined ? {} : { 'ims-token-rotator:scopes': scopes.join(' ') }),
    ...(renewBefore === undefined ? {} : { 'ims-token-rotator:renew-before': renewBefore }),
  };
}

function createOther({ client, token }: SecretNames, there: readonly { name: string }[]): string {
  const missing = there.some(({ name }) => name === token) ? client : token;
  return `aws secretsmanager create-secret --name ${missing}`;
}

async function checkFree({ secrets }: Session, name: string, names: SecretNames): Promise<void> {
  const found = await Promise.all([secrets.describe(names.client), secrets.describe(names.token)]);
  const there = found.flatMap((secret) => (secret === undefined ? [] : [secret]));
  const leaving = there.filter(({ deletedAt }) => deletedAt !== undefined);
  if (leaving.length > 0) {
    throw new CliError(
      'ERR_CREDENTIAL_EXISTS',
      `${leaving.map((secret) => secret.name).join(' and ')} ${leaving.length > 1 ? 'are' : 'is'} scheduled for deletion`,
      'bring it back with aws secretsmanager restore-secret --secret-id NAME, or take another name',
    );
  }
  if (there.length > 0) {
    throw new CliError(
      'ERR_CREDENTIAL_EXISTS',
      `there is ${there.map((secret) => secret.name).join(' and ')} already`,
      there.length === 2
        ? `store a new credential: ims-token-rotator put-credential ${name} FILE`
        : `create the other one, then ims-token-rotator put-credential ${name} FILE: ${createOther(names, there)}`,
    );
  }
}
