import type { Template } from 'aws-cdk-lib/assertions';
import type { SecretsManagerOptions } from '../../emulators/secrets-manager/emulator.ts';

type Values = string | readonly string[];

/** A policy statement, in the part of the language that this project uses. */
export interface Statement {
  readonly Effect: 'Allow';
  readonly Action: Values;
  readonly Resource: unknown;
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

type Context = Readonly<Record<string, unknown>>;

/** Every statement of the policies of the function's role in the template. */
export function roleStatements(template: Template): readonly Statement[] {
  const policies = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) =>
    Object.values(template.findResources(type)),
  );
  return policies.flatMap((policy) => policy['Properties'].PolicyDocument.Statement);
}

/** The statements about the given services. */
export function statementsOf(
  statements: readonly Statement[],
  ...services: readonly string[]
): readonly Statement[] {
  return statements.filter((statement) =>
    actionsOf(statement).some((action) => services.includes(action.split(':')[0] ?? '')),
  );
}

export function secretsManagerStatements(template: Template): readonly Statement[] {
  return statementsOf(roleStatements(template), 'secretsmanager');
}

/** Decides as IAM does: anything that no statement allows is denied. */
export function isAllowed(
  statements: readonly Statement[],
  action: string,
  resource: string,
  context: Context,
): boolean {
  return statements.some(
    (statement) =>
      actionsOf(statement).includes(action) &&
      [statement.Resource].flat().some((pattern) => matches(resolve(pattern), resource)) &&
      holds(statement, context),
  );
}

/** The statements with the ARNs of resources in place of their logical ids. */
export function withArns(
  statements: readonly Statement[],
  arns: ReadonlyMap<string, string>,
): readonly Statement[] {
  const arnOf = (value: unknown): unknown =>
    arns.get((value as { readonly Ref?: string }).Ref ?? '') ?? value;
  return statements.map((statement) => ({
    ...statement,
    Resource: [statement.Resource].flat().map(arnOf),
  }));
}

export function authorizeBy(
  statements: readonly Statement[],
): NonNullable<SecretsManagerOptions['authorize']> {
  return (action, resource, context) => isAllowed(statements, action, resource, context);
}

export function actionsOf({ Action }: Statement): readonly string[] {
  return typeof Action === 'string' ? [Action] : Action;
}

function holds({ Condition = {} }: Statement, context: Context): boolean {
  return Object.entries(Condition).every(([operator, conditions]) =>
    Object.entries(conditions).every(([key, expected]) => {
      const allowed = [expected].flat().map(resolve);
      const present = context[key];
      if (operator === 'StringEquals') return allowed.includes(String(present));
      if (operator === 'StringLike')
        return allowed.some((pattern) => matches(pattern, String(present)));
      // Booleans are compared as the text that they have in a policy.
      if (operator === 'StringEqualsIfExists' || operator === 'BoolIfExists')
        return present === undefined || allowed.includes(String(present));
      if (operator !== 'ForAllValues:StringEquals')
        throw new Error(`${operator} is not evaluated here`);
      return [present ?? []].flat().every((value) => allowed.includes(String(value)));
    }),
  );
}

const parameters: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'us-east-1',
  'AWS::AccountId': '111122223333',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** The text of an intrinsic function, if the embedded world has a value for it. */
export function resolve(value: unknown): string {
  if (typeof value === 'string') return value;
  const intrinsic = value as {
    readonly Ref?: string;
    readonly 'Fn::Join'?: [string, unknown[]];
    readonly 'Fn::GetAtt'?: [string, string];
  };
  const { Ref, 'Fn::Join': join, 'Fn::GetAtt': attribute } = intrinsic;
  if (join !== undefined) return join[1].map(resolve).join(join[0]);
  if (attribute?.[1] === 'Arn') return keyArn(attribute[0]);
  const parameter = parameters[Ref ?? ''];
  if (parameter === undefined) throw new Error(`${JSON.stringify(value)} is not resolved here`);
  return parameter;
}

/** The ARN of a key of the template, by its logical id. */
export function keyArn(logicalId: string): string {
  return `arn:aws:kms:us-east-1:111122223333:key/${logicalId}`;
}

/** `*` matches any text and `?` any character, as in a policy's ARNs. */
function matches(pattern: string, resource: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(resource);
}
