import { Reference, Tokenization } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { asInTemplate, possibleTexts } from './possible-texts.ts';
import {
  type Access,
  type Conditions,
  isLimited,
  isShared,
  principalNames,
} from './wildcard-readers.ts';

/** The resource of a role of the app, which may have CDK twice. */
interface OwnRole extends IConstruct {
  readonly assumeRolePolicyDocument: unknown;
}

/** A statement of a trust policy. */
interface Trust {
  readonly Effect?: unknown;
  readonly Action?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: Conditions;
}

/**
 * The conditions on an identity, by the name of its provider. `amr` says only that it signed in, which
 * everybody can.
 */
const fixedIdentities = {
  get: (key: string): RegExp | undefined =>
    /^[^:]*\.[^:]*:(?!amr$)/.test(key) ? /^[^*?$]+$/ : undefined,
};

/** They let nobody assume a role by themselves. */
const besideAssuming = new Set(['sts:setsourceidentity', 'sts:tagsession']);

/** Refuses a grant to a role of the app that everybody could assume, by the trust it has at synthesis. */
export function refuseOpenRole(
  scope: IConstruct,
  { grantPrincipal }: IGrantable,
  access: Access,
): void {
  const roles = principalNames(grantPrincipal).flatMap(rolesIn);
  if (roles.length === 0) return;
  scope.node.addValidation({
    validate: () =>
      roles.flatMap((role) => {
        const problem = trustsOf(role).map(problemOf).find(Boolean);
        return problem === undefined ? [] : [sentence(role, access, problem)];
      }),
  });
}

/** The roles of the app whose name or ARN is in a text. */
function rolesIn(text: string): readonly OwnRole[] {
  return Tokenization.reverseString(text)
    .tokens.filter(Reference.isReference)
    .map(({ target }) => target)
    .filter((target): target is OwnRole => 'assumeRolePolicyDocument' in target);
}

function trustsOf(role: OwnRole): readonly Trust[] {
  const trust: unknown = asInTemplate(role, role.assumeRolePolicyDocument);
  const isPolicy = typeof trust === 'object' && trust !== null && 'Statement' in trust;
  return isPolicy ? ([trust.Statement].flat() as Trust[]) : [];
}

interface Problem {
  readonly who: string;
  readonly remedy: string;
}

function problemOf({ Effect, Action, Principal, Condition = {} }: Trust): Problem | undefined {
  const actions = possibleTexts(Action).map((action) => action.toLowerCase());
  if (Effect !== 'Allow' || actions.every((action) => besideAssuming.has(action))) return undefined;
  if (isLimited(Condition)) return undefined;
  const { AWS = [], Federated = [] } = asNames(Principal);
  if (possibleTexts(AWS).some((name) => /[*?]/.test(name))) {
    const remedy = 'name an account, or an organization: new OrganizationPrincipal("o-…")';
    return { who: 'everybody in AWS', remedy };
  }
  const provider = possibleTexts(Federated).find(isShared);
  if (provider === undefined) return undefined;
  if (admitsGuests(Condition)) {
    const remedy = `have "${provider}:amr" be "authenticated"`;
    return { who: `everybody, as a guest of ${provider},`, remedy };
  }
  if (isLimited(Condition, fixedIdentities)) return undefined;
  const remedy =
    'let these identities in with a condition on their audience and subject, for example ' +
    `{ StringEquals: { "${provider}:aud": "…", "${provider}:sub": "…" } }`;
  return { who: `whoever ${provider} knows`, remedy };
}

/** True for the role that Cognito gives those who did not sign in. */
function admitsGuests(conditions: Conditions): boolean {
  return Object.entries(conditions)
    .filter(([name]) => !name.includes('Not'))
    .flatMap(([, keys]) => Object.entries(keys))
    .some(([key, values]) => {
      return key.endsWith(':amr') && possibleTexts(values).includes('unauthenticated');
    });
}

function asNames(principal: unknown): { readonly AWS?: unknown; readonly Federated?: unknown } {
  if (typeof principal === 'string') return { AWS: principal };
  return typeof principal === 'object' && principal !== null ? principal : {};
}

function sentence({ node }: OwnRole, { who, what }: Access, problem: Problem): string {
  return (
    `the ${who} is the role ${node.path.replace(/\/Resource$/, '')}, which ${problem.who} could ` +
    `assume, and then ${what}; in its trust policy, ${problem.remedy}`
  );
}
