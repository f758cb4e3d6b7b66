import {
  durationRule,
  isProduct,
  products,
  scopesTagProblem,
  tagKeys,
} from '../../core/contract.ts';
import { parseDuration } from '../../core/instant.ts';
import type { Problem } from '../../core/problems.ts';
import { splitScopes } from '../../core/token-tags.ts';
import { interrupted, usageError } from '../errors.ts';
import { checkFree } from '../rotator/check-free.ts';
import { checkPrefix } from '../rotator/check-prefix.ts';
import { confirmLocation } from '../rotator/confirm-location.ts';
import { confirmOwn, type OwnOptions } from '../rotator/confirm-own.ts';
import { createPair } from '../rotator/create-pair.ts';
import { type FileOptions, readCredential } from '../rotator/credential-file.ts';
import { findRotator } from '../rotator/find-rotator.ts';
import { checkOwnPlace } from '../rotator/overlaps.ts';
import {
  announce,
  reportToken,
  type TrialOptions,
  type WaitOptions,
} from '../rotator/report-token.ts';
import { checkDeployed, checkName, namesOf } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';

export interface OnboardOptions extends WaitOptions, TrialOptions, FileOptions, OwnOptions {
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
  path: string | undefined,
  options: OnboardOptions,
): Promise<number> {
  const settings = settingsOf(options);
  const tags = tagsOf(settings, options);
  checkName(name);
  const rotator = await findRotator(session);
  const names = namesOf(rotator, name);
  checkDeployed(rotator);
  checkPrefix(session, rotator);
  checkOwnPlace(session, rotator);
  await confirmOwn(session, rotator, names.client, options);
  await confirmLocation(session, rotator, names.client, { byHand: true });
  const { wait, key: keyId } = options;
  const wanted = { credential: name, names, tags, keyId };
  const left = await checkFree(session, wanted);
  const file = await readCredential(session, path, settings, options);
  const beside = rotator.function.kind === 'deployed' ? rotator.function.arn : undefined;
  const announced = { ...options, name, file, secretName: names.client, arn: beside };
  if (!(await announce(session, announced))) return 0;
  if (session.signal.aborted) throw interrupted('nothing was stored');
  // While a person was asked, somebody may have changed what an earlier run has left.
  const resumed = left && (await checkFree(session, wanted));
  const { document } = file;
  const { arn, versionId } = await createPair(session, { ...wanted, document, resumed });
  const stored = { name, tokenSecret: names.token, clientArn: arn, versionId, replaced: undefined };
  return await reportToken(session, { file, stored, wait });
}

/** As synthesis says of `encryptionKey`. */
const aliasProblem =
  "is an alias, which IAM does not resolve, and whoever may move it chooses the key; give the key's ARN";

interface Settings {
  readonly product: string | undefined;
  readonly scopes: readonly string[] | undefined;
}

function settingsOf({ product, scopes, renewBefore, key }: OnboardOptions): Settings {
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
    problems.push({ field: '--scopes', message: scopesProblem });
  }
  if (renewBefore !== undefined && parseDuration(renewBefore) === undefined) {
    problems.push({ field: '--renew-before', message: `must be ${durationRule}` });
  }
  if (key?.trim() === '') problems.push({ field: '--key', message: 'is empty' });
  if (key !== undefined && /(^|:)alias\//.test(key.trim())) {
    problems.push({ field: '--key', message: aliasProblem });
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
