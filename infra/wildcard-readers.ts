import {
  type IGrantable,
  type IPrincipal,
  type PrincipalPolicyFragment,
  UnknownPrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import {
  asInTemplate,
  holdsToken,
  possibleTexts,
  unknownText,
  withoutTokens,
} from './possible-texts.ts';
import { refuse } from './refuse.ts';

export type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * The condition keys that say whom a caller belongs to, or which network it calls from, and how
 * much of a value has to be without wildcards: anybody can have an organization, or a role of a
 * certain name in an account of their own. It has no policy variables either, since everybody
 * belongs to `${aws:PrincipalAccount}`. `guard/secrets.guard` has the same rules.
 */
const fixedParts: ReadonlyMap<string, RegExp> = new Map(
  Object.entries({
    'aws:PrincipalOrgID': /^[^*?$]+$/,
    'aws:PrincipalOrgPaths': /^[^*?$/]+(\/|$)/,
    'aws:PrincipalAccount': /^[^*?$]+$/,
    'aws:PrincipalArn': /^(arn:[^*?$:]+:[^*?$:]+::[^*?$:]+:|[^*?$]+$)/,
    'aws:SourceVpc': /^[^*?$]+$/,
    'aws:SourceVpce': /^[^*?$]+$/,
  }).map(([key, fixed]) => [key.toLowerCase(), fixed]),
);

/** The same for whom a service of AWS acts. */
const fixedSources: typeof fixedParts = new Map([
  ...fixedParts,
  ...Object.entries({
    'aws:SourceAccount': /^[^*?$]+$/,
    'aws:SourceArn': /^(arn:[^*?$:]+:[^*?$:]+:[^$:]*:[^*?$:]+:|[^*?$]+$)/,
    'aws:SourceOrgID': /^[^*?$]+$/,
    'aws:SourceOrgPaths': /^[^*?$/]+(\/|$)/,
  }).map(([key, fixed]) => [key.toLowerCase(), fixed] as const),
]);

/** A wildcard of these ends at a colon. With others, one in place of a Region spans the account, too. */
const arnOperator = /Arn(Equals|Like)$/;
const wildcardRegion = /^arn:[^:]+:[^:]+:[^:]*[*?]/;

/** The operators that hold only if the key is there and has one of the values. */
const operator = /^(ForAnyValue:)?(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like))$/;

/** How the error names a grant. */
export interface Access {
  /** The grantee. */
  readonly who: string;
  /** A verb with its object. */
  readonly what: string;
  /** Ends the advice to add a condition. */
  readonly hint?: string;
}

/** A principal's part of a statement in a policy. */
interface Grantee {
  readonly account: string | undefined;
  readonly principalJson: Readonly<Record<string, unknown>>;
  readonly conditions: Conditions;
}

/** The names that a principal has in a policy, whatever their kind. */
export function principalNames(principal: IPrincipal): readonly string[] {
  return Object.values(fragmentOf(principal)?.principalJson ?? {}).flat();
}

export function conditionsOf(principal: IPrincipal): Conditions {
  // CDK types them loosely; each operator has an object of keys.
  return (fragmentOf(principal)?.conditions ?? {}) as Conditions;
}

/** Not only of CDK's own classes: an app may have some of its own, or CDK twice. */
function fragmentOf(principal: IPrincipal): PrincipalPolicyFragment | undefined {
  return principal instanceof UnknownPrincipal ? undefined : principal.policyFragment;
}

/** Refuses a grant to everybody in AWS: at once, or at synthesis where only a token says so. */
export function refuseEverybody(
  scope: IConstruct,
  { grantPrincipal }: IGrantable,
  access: Access,
  conditions = conditionsOf(grantPrincipal),
): void {
  const grantee: Grantee = {
    account: grantPrincipal.principalAccount,
    principalJson: fragmentOf(grantPrincipal)?.principalJson ?? {},
    conditions,
  };
  const known = holdsToken(grantee.conditions) ? undefined : withoutTokens(scope, grantee);
  const problem = known && problemOf(known, access);
  if (problem !== undefined) refuse(scope, 'Everybody', problem);
  if (!holdsToken(grantee)) return;
  scope.node.addValidation({
    validate: () => [problemOf(asInTemplate(scope, grantee), access) ?? []].flat(),
  });
}

function problemOf(grantee: Grantee, { who, what, hint = '' }: Access): string | undefined {
  const { account, principalJson, conditions } = grantee;
  // A service acts for everybody who uses it, so that they could have it act on the token.
  if (principalJson['Service'] !== undefined && !isLimited(conditions, fixedSources)) {
    return (
      `the ${who} is a service of AWS on behalf of any account, so that everybody could have it ` +
      `${what}; grant it to the role that the service assumes, or say on whose behalf: ` +
      `withConditions({ StringEquals: { "aws:SourceAccount": "111122223333" } })${hint}`
    );
  }
  if (isLimited(conditions)) return undefined;
  const names = possibleTexts([account ?? [], ...Object.values(principalJson)]);
  if (names.some((name) => /[*?]/.test(name))) {
    return (
      `the ${who} is a wildcard, so that everybody in AWS could ${what}; name an account, or ` +
      'say whose callers you mean: new OrganizationPrincipal("o-…"), or ' +
      `new AnyPrincipal().withConditions({ StringEquals: { "aws:PrincipalOrgID": "o-…" } })${hint}`
    );
  }
  const provider = possibleTexts(principalJson['Federated'] ?? []).find(isShared);
  if (provider === undefined) return undefined;
  return (
    `the ${who} is whoever ${provider} knows, with a role in any account, so that everybody could ` +
    `${what}; grant it to the role that these identities assume, with a condition on their ` +
    'audience and subject'
  );
}

/** An identity provider that all accounts can trust; one of an account's own has an ARN. */
export function isShared(provider: string): boolean {
  return !provider.startsWith(unknownText) && !provider.includes(':');
}

/** With a fixed text for the policy variables that say whose the secret is, which no caller chooses. */
function withoutOwner(text: string): string {
  return text.replaceAll(/\$\{aws:Resource(Account|OrgID)\}/gi, 'owner');
}

/** True if a condition fixes who may call. */
export function isLimited(
  conditions: Conditions,
  fixedByKey: Pick<typeof fixedParts, 'get'> = fixedParts,
): boolean {
  return Object.entries(conditions)
    .filter(([name]) => operator.test(name))
    .flatMap(([name, keys]) => Object.entries(keys).map((entry) => [name, ...entry] as const))
    .some(([name, key, values]) => {
      const fixed = fixedByKey.get(key.toLowerCase());
      const list = possibleTexts(values).map(withoutOwner);
      const spans = (value: string): boolean =>
        !arnOperator.test(name) && wildcardRegion.test(value);
      return list.length > 0 && list.every((value) => fixed?.test(value) && !spans(value));
    });
}
