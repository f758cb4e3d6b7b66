import { Stack } from 'aws-cdk-lib';
import {
  type IGrantable,
  type IPrincipal,
  type PrincipalPolicyFragment,
  UnknownPrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';
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

/** Refuses a grant to everybody in AWS. */
export function refuseEverybody(scope: IConstruct, { grantPrincipal }: IGrantable): void {
  // A role of another Region has a name there alone.
  const stack = Stack.of(Construct.isConstruct(grantPrincipal) ? grantPrincipal : scope);
  const names = [grantPrincipal.principalAccount ?? [], ...principalNames(grantPrincipal)].flat();
  const wildcard = textsOf(stack, names).find((name) => /[*?]/.test(name));
  const conditions: Conditions = stack.resolve(conditionsOf(grantPrincipal));
  checkService(scope, grantPrincipal, conditions);
  const provider = sharedProvider(stack, grantPrincipal);
  if ((wildcard ?? provider) === undefined || isLimited(conditions)) return;
  if (wildcard === undefined) {
    refuse(
      scope,
      'EverybodyReads',
      `the reader is whoever ${provider} knows, with a role in any account, so that everybody could ` +
        'read the token; grant it to the role that these identities assume',
    );
  }
  refuse(
    scope,
    'EverybodyReads',
    'the reader is a wildcard, so that everybody in AWS could read the token; name an account, or ' +
      'say whose callers you mean: new OrganizationPrincipal("o-…"), or ' +
      'new AnyPrincipal().withConditions({ StringEquals: { "aws:PrincipalOrgID": "o-…" } })',
  );
}

/** A service acts for everybody who uses it, so that they could have it read the token. */
function checkService(scope: IConstruct, principal: IPrincipal, conditions: Conditions): void {
  const services = [fragmentOf(principal)?.principalJson['Service'] ?? []].flat();
  if (services.length === 0 || isLimited(conditions, fixedSources)) return;
  refuse(
    scope,
    'EverybodyReads',
    'the reader is a service of AWS on behalf of any account, so that everybody could have it read ' +
      'the token; grant it to the role that the service assumes, or say for whom it may read: ' +
      'withConditions({ StringEquals: { "aws:SourceAccount": "111122223333" } })',
  );
}

/** An identity provider that all accounts can trust; one of an account's own has an ARN. */
function sharedProvider(stack: Stack, principal: IPrincipal): string | undefined {
  const names: unknown[] = stack.resolve([fragmentOf(principal)?.principalJson['Federated'] ?? []]);
  const written = names.flat().filter((name) => typeof name === 'string');
  return written.find((name) => !name.includes(':'));
}

/** As in the template: a token may stand for a wildcard. */
function textsOf(stack: Stack, names: readonly string[]): readonly string[] {
  const resolved: unknown[] = stack.resolve(names);
  return resolved.flat().map(textOf);
}

/** A policy variable is written with `!` in Fn::Sub; without a value, there is no condition. */
const wild = /[*?]|\$\{!|AWS::NoValue/;

/** With a fixed text for what a reference stands for; a function may make what stands in it. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  const [separator, parts] = (value as { 'Fn::Join'?: [string, unknown] })['Fn::Join'] ?? [];
  if (Array.isArray(parts)) return parts.map(textOf).join(separator);
  return wild.test(JSON.stringify(value)) ? '*' : 'token';
}

/** The same for the policy variables that say whose the secret is, which no caller chooses. */
function withoutOwner(text: string): string {
  return text.replaceAll(/\$\{aws:Resource(Account|OrgID)\}/gi, 'owner');
}

function isLimited(conditions: Conditions, fixedByKey = fixedParts): boolean {
  return Object.entries(conditions)
    .filter(([name]) => operator.test(name))
    .flatMap(([name, keys]) => Object.entries(keys).map((entry) => [name, ...entry] as const))
    .some(([name, key, values]) => {
      const fixed = fixedByKey.get(key.toLowerCase());
      const list = [values].flat().map((value) => withoutOwner(textOf(value)));
      const spans = (value: string): boolean =>
        !arnOperator.test(name) && wildcardRegion.test(value);
      return list.length > 0 && list.every((value) => fixed?.test(value) && !spans(value));
    });
}
