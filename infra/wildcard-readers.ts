import { Token } from 'aws-cdk-lib';
import { type IGrantable, type IPrincipal, PrincipalBase } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { refuse } from './refuse.ts';

export type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * The condition keys that say whom a caller belongs to, or which network it calls from, and how
 * much of a value has to be without wildcards: anybody can have an organization, or a role of a
 * certain name in an account of their own.
 */
const fixedParts: ReadonlyMap<string, RegExp> = new Map(
  Object.entries({
    'aws:PrincipalOrgID': /^[^*?]+$/,
    'aws:PrincipalOrgPaths': /^[^*?/]+(\/|$)/,
    'aws:PrincipalAccount': /^[^*?]+$/,
    'aws:PrincipalArn': /^(arn:[^*?:]+:[^*?:]+::[^*?:]+:|[^*?]+$)/,
    'aws:SourceVpc': /^[^*?]+$/,
    'aws:SourceVpce': /^[^*?]+$/,
  }).map(([key, fixed]) => [key.toLowerCase(), fixed]),
);

/** The operators that hold only if the key is there and has one of the values. */
const operator = /^(ForAnyValue:)?(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like))$/;

/** The names that a principal has in a policy, whatever their kind. */
export function principalNames(principal: IPrincipal): readonly string[] {
  if (!(principal instanceof PrincipalBase)) return [];
  const fragment: Readonly<Record<string, readonly string[]>> =
    principal.policyFragment.principalJson;
  return Object.values(fragment).flat();
}

export function conditionsOf(principal: IPrincipal): Conditions {
  // CDK types them loosely; each operator has an object of keys.
  return principal instanceof PrincipalBase
    ? (principal.policyFragment.conditions as Conditions)
    : {};
}

/** Refuses a grant to everybody in AWS. */
export function refuseEverybody(scope: IConstruct, { grantPrincipal }: IGrantable): void {
  const names = [grantPrincipal.principalAccount, ...principalNames(grantPrincipal)];
  const wildcard = names.find((name) => name !== undefined && /[*?]/.test(withoutTokens(name)));
  if (wildcard === undefined || isLimited(conditionsOf(grantPrincipal))) return;
  refuse(
    scope,
    'EverybodyReads',
    'the reader is a wildcard, so that everybody in AWS could read the token; name an account, or ' +
      'say whose callers you mean: new OrganizationPrincipal("o-…"), or ' +
      'new AnyPrincipal().withConditions({ StringEquals: { "aws:PrincipalOrgID": "o-…" } })',
  );
}

/** A token's text is no part of the name that it stands for. */
function withoutTokens(name: string): string {
  return Token.isUnresolved(name) ? name.replaceAll(/\$\{Token\[[^\]]*\]\}/g, '') : name;
}

function isLimited(conditions: Conditions): boolean {
  return Object.entries(conditions)
    .filter(([name]) => operator.test(name))
    .flatMap(([, keys]) => Object.entries(keys))
    .some(([key, values]) => {
      const fixed = fixedParts.get(key.toLowerCase());
      return [values].flat().every((value) => typeof value === 'string' && fixed?.test(value));
    });
}
