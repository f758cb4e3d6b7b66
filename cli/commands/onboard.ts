import {
  durationRule,
  isProduct,
  products,
  scopesTagProblem,
  scopesTagRule,
  tagKeys,
} from '../../core/contract.ts';
import { parseDuration } from '../../core/instant.ts';
import type { Problem } from '../../core/problems.ts';
import type { SecretNames } from '../../core/secret-name.ts';
import { splitScopes } from '../../core/token-tags.ts';
import { isRefusal } from '../aws/ask.ts';
import type { NewSecret, Secret } from '../aws/secrets.ts';
import { CliError, interrupted, usageError } from '../errors.ts';
import { isScheduledForDeletion, restoreCommand } from '../rotator/absence.ts';
import { readCredential } from '../rotator/credential-file.ts';
import { findRotator } from '../rotator/find-rotator.ts';
import { announce, reportToken, type WaitOptions } from '../rotator/report-token.ts';
import { namesOf, type Rotator } from '../rotator/rotator.ts';
import { undo } from '../rotator/undo.ts';
import type { Session } from '../session.ts';

export interface OnboardOptions extends WaitOptions {
  readonly product?: string | undefined;
  /** Separated by commas or spaces. */
  readonly scopes?: string | undefined;
  /** An ISO 8601 duration. */
  readonly renewBefore?: string | undefined;
  /** A customer managed key. */
  readonly key?: string | undefined;
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
  checkPrefix(session, rotator);
  await checkFree(session, name, names);
  const credential = await readCredential(session, file, settings);
  announce(session, credential, names.client);
  const { secrets } = session;
  if (session.signal.aborted) throw interrupted('nothing was stored');
  let report = (): Promise<number> => Promise.resolve(1);
  const touched: string[] = [];
  const create = async (secret: Omit<NewSecret, 'keyId'>) => {
    touched.push(secret.name);
    return await secrets.create({ ...secret, keyId: options.key });
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
    report = () => reportToken(session, { rotator, file: credential, stored, wait: options.wait });
  } catch (error) {
    // Nobody had these names a moment ago, so they are ours, unless AWS says that the last exists.
    const ours = isRefusal(error, 'ResourceExistsException') ? touched.slice(0, -1) : touched;
    await undo(error, ours, {
      work: (secretName) => secrets.delete(secretName, 0),
      byHand: (secretName) =>
        `aws secretsmanager delete-secret --force-delete-without-recovery --secret-id ${secretName}`,
    });
  }
  return await report();
}

/** Creates nothing under an assumed prefix. @throws CliError ERR_AWS_DENIED */
function checkPrefix({ options }: Session, { function: target, prefix }: Rotator): void {
  if (target.kind !== 'hidden' || options.prefix !== undefined) return;
  const { code, message, fix } = target.why;
  throw new CliError(
    code,
    `${message}, so the prefix of the secrets is unknown`,
    `${fix}; or give --prefix, which is ${prefix} by default`,
  );
}

interface Settings {
  readonly product: string | undefined;
  readonly scopes: readonly string[] | undefined;
}

function settingsOf({ product, scopes, renewBefore }: OnboardOptions): Settings {
  const problems: Problem[] = [];
  const list = scopes === undefined ? undefined : splitScopes(scopes);
  const scopesProblem = list && scopesTagProblem(list);
  if (product !== undefined && list !== undefined) {
    problems.push({ field: '--product', message: 'has no effect with --scopes: give one' });
  }
  if (product !== undefined && !isProduct(product)) {
    problems.push({ field: '--product', message: `must be one of ${products.join(', ')}` });
  }
  if (scopesProblem !== undefined) {
    problems.push({ field: '--scopes', message: `${scopesProblem}; ${scopesTagRule}` });
  }
  if (renewBefore !== undefined && parseDuration(renewBefore) === undefined) {
    problems.push({ field: '--renew-before', message: `must be ${durationRule}` });
  }
  if (problems.length > 0) throw usageError('invalid options', undefined, { problems });
  return { product, scopes: list };
}

function tagsOf({ product, scopes }: Settings, { renewBefore }: OnboardOptions) {
  const tags = {
    [tagKeys.product]: product,
    [tagKeys.scopes]: scopes?.join(' '),
    [tagKeys.renewBefore]: renewBefore,
  };
  return Object.fromEntries(
    Object.entries(tags).filter((tag): tag is [string, string] => tag[1] !== undefined),
  );
}

function namesIn(secrets: readonly Secret[]): string {
  return secrets.map(({ name }) => name).join(' and ');
}

/** @throws CliError ERR_CREDENTIAL_EXISTS */
async function checkFree({ secrets }: Session, name: string, names: SecretNames): Promise<void> {
  const found = await Promise.all([secrets.describe(names.client), secrets.describe(names.token)]);
  const existing = found.flatMap((secret) => secret ?? []);
  if (existing.length === 0) return;
  const deleted = existing.filter(isScheduledForDeletion);
  if (deleted.length > 0) {
    throw new CliError(
      'ERR_CREDENTIAL_EXISTS',
      `${namesIn(deleted)} ${deleted.length > 1 ? 'are' : 'is'} scheduled for deletion`,
      `restore with ${restoreCommand('NAME')}, or choose another name`,
    );
  }
  const put = `ims-token-rotator put-credential ${name} FILE`;
  const missing = existing[0]?.name === names.token ? names.client : names.token;
  throw new CliError(
    'ERR_CREDENTIAL_EXISTS',
    `${namesIn(existing)} ${existing.length > 1 ? 'exist' : 'exists'} already`,
    existing.length > 1
      ? `store a new credential: ${put}`
      : `create the other secret (aws secretsmanager create-secret --name ${missing}), then run: ${put}`,
  );
}
