import {
  durationRule,
  isProduct,
  products,
  scopesTagProblem,
  tagKeys,
} from '../../core/contract.ts';
import { parseDuration } from '../../core/instant.ts';
import { splitScopes, type Tags } from '../../core/token-tags.ts';
import { nextAwsCommand } from '../view/next-command.ts';
import { someOf } from '../view/some-of.ts';
import { type Finding, failed, ok, unknown } from './check.ts';
import type { Described } from './subject.ts';

/** Checks the tags that hold settings: one that the function does not understand has no effect. */
export async function settingsFinding({ token, session }: Described): Promise<Finding> {
  const secret = await token;
  if (secret === undefined) return unknown('there is no token secret');
  const problems = problemsOf(secret.tags);
  const keys = [...problems.keys()].map((key) => tagKeys[key]);
  if (keys.length > 0) {
    const text = [...problems].map(([key, problem]) => `the tag ${tagKeys[key]} ${problem}`);
    const words = `secretsmanager untag-resource --secret-id ${secret.name} --tag-keys ${keys.join(' ')}`;
    return failed(
      text.join('; '),
      `correct it where it comes from; for the default: ${nextAwsCommand(words, session.options)}`,
    );
  }
  const own: readonly string[] = Object.values(tagKeys);
  const strange = Object.keys(secret.tags).filter(
    (key) => key.startsWith('ims-token-rotator:') && !own.includes(key),
  );
  if (strange.length > 0) {
    return unknown(`${someOf(strange, 5, ' and ')}: this release knows no such tag`);
  }
  const set = settings.filter((key) => secret.tags[tagKeys[key]] !== undefined);
  return ok(
    set.length === 0
      ? 'the defaults'
      : set.map((key) => `${tagKeys[key]}=${secret.tags[tagKeys[key]]}`).join(', '),
  );
}

const settings = ['product', 'scopes', 'renewBefore'] as const;

function problemsOf(tags: Tags): ReadonlyMap<(typeof settings)[number], string> {
  const problems = new Map<(typeof settings)[number], string>();
  const [product, scopes, renewBefore] = settings.map((key) => tags[tagKeys[key]]);
  if (product !== undefined && !isProduct(product)) {
    problems.set('product', `is "${product}", and not one of ${products.join(', ')}`);
  }
  const list = splitScopes(scopes ?? '');
  const scopesProblem = list.length === 0 ? undefined : scopesTagProblem(list);
  if (scopesProblem !== undefined) problems.set('scopes', scopesProblem);
  if (renewBefore !== undefined && parseDuration(renewBefore) === undefined) {
    problems.set('renewBefore', `is "${renewBefore}", and not ${durationRule}`);
  }
  return problems;
}
