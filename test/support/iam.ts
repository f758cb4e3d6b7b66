import type { Template } from 'aws-cdk-lib/assertions';
import type { SecretsManagerOptions } from '../../local/secrets-manager/server.ts';

/** A statement of an identity policy, in the part of the language that this project uses. */
export interface Statement {
  readonly Effect: 'Allow';
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: { readonly 'ForAllValues:StringEquals': Record<string, readonly string[]> };
}

/** What the role of the function may do with Secrets Manager, by the template that is deployed. */
export function secretsManagerStatements(template: Template): readonly Statement[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const statements: Statement[] = policies.flatMap(
    (policy) => policy['Properties'].PolicyDocument.Statement,
  );
  return statements.filter((statement) =>
    actionsOf(statement).some((action) => action.startsWith('secretsmanager:')),
  );
}

/** Decides as IAM does: what no statement allows is denied. */
export function authorizeBy(
  statements: readonly Statement[],
): NonNullable<SecretsManagerOptions['authorize']> {
  return (action, resource, context) =>
    statements.some(
      (statement) =>
        actionsOf(statement).includes(action) &&
        matches(resolve(statement.Resource), resource) &&
        holds(statement, context),
    );
}

export function actionsOf({ Action }: Statement): readonly string[] {
  return typeof Action === 'string' ? [Action] : Action;
}

function holds({ Condition }: Statement, context: Readonly<Record<string, unknown>>): boolean {
  if (Condition === undefined) return true;
  const { 'ForAllValues:StringEquals': equals, ...others } = Condition;
  if (Object.keys(others).length > 0) throw new Error('this condition is not evaluated here');
  return Object.entries(equals).every(([key, allowed]) =>
    [context[key] ?? []].flat().every((value) => allowed.includes(String(value))),
  );
}

const parameters: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'us-east-1',
  'AWS::AccountId': '111122223333',
};

function resolve(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  const { Ref, 'Fn::Join': join } = resource as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
  if (join !== undefined) return join[1].map(resolve).join(join[0]);
  const value = parameters[Ref ?? ''];
  if (value === undefined) throw new Error(`${JSON.stringify(resource)} is not resolved here`);
  return value;
}

/** `*` is any text and `?` any one character, as in the ARNs of a policy. */
function matches(pattern: string, resource: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(resource);
}
