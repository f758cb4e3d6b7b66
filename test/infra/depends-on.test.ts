import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { expect, it } from 'vitest';
import { ImsTokenRotator } from '../../infra/index.ts';
import { fullRotator, stackWithEnv } from './full-rotator.ts';

interface Resource {
  readonly Properties?: unknown;
  readonly DependsOn?: string | readonly string[];
}

/** The logical ids that a value refers to by Ref, Fn::GetAtt or Fn::Sub. */
function referencesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref') return [inner];
    if (key === 'Fn::GetAtt') return [[inner].flat()[0].split('.')[0]];
    const text: unknown = key === 'Fn::Sub' ? [inner].flat()[0] : '';
    const names = [...String(text).matchAll(/\$\{([^.!}]+)/g)].map(([, name = '']) => name);
    return [...names, ...referencesIn(inner)];
  });
}

/** What cfn-lint reports as W3005: CloudFormation waits for what a resource refers to anyway. */
function redundantIn(template: Template): readonly string[] {
  const resources: Readonly<Record<string, Resource>> = template.toJSON()['Resources'];
  return Object.entries(resources).flatMap(([id, { Properties, DependsOn = [] }]) => {
    const references = referencesIn(Properties);
    return [DependsOn]
      .flat()
      .filter((other) => references.includes(other))
      .map((other) => `${id} depends on ${other}`);
  });
}

it('finds a DependsOn that repeats a reference', () => {
  const Properties = {
    A: [{ 'Fn::Sub': ['x-$', '{One.Arn}'].join('') }],
    B: { 'Fn::GetAtt': ['Two', 'Arn'] },
  };
  const Resources = { X: { Type: 'A::B::C', Properties, DependsOn: ['One', 'Two', 'Three'] } };
  const others = { One: { Type: 'A::B::C' }, Two: { Type: 'A::B::C' }, Three: { Type: 'A::B::C' } };
  expect(redundantIn(Template.fromJSON({ Resources: { ...others, ...Resources } }))).toEqual([
    'X depends on One',
    'X depends on Two',
  ]);
});

it.each<[string, (stack: Stack) => void]>([
  [
    'a rotator without settings',
    (stack) => new ImsTokenRotator(stack, 'Rotator').addCredential('a'),
  ],
  ['a rotator with every resource', (stack) => fullRotator(stack)],
])('%s has no DependsOn that repeats a reference', (_, define) => {
  const stack = stackWithEnv();
  define(stack);
  expect(redundantIn(Template.fromStack(stack))).toEqual([]);
});

it('waits for all rights of the function before the first tick, and before a rotation', () => {
  const stack = stackWithEnv();
  fullRotator(stack);
  const template = Template.fromStack(stack);
  const policies = Object.keys(template.findResources('AWS::IAM::Policy'));
  expect(policies.length).toBeGreaterThan(5);
  for (const type of ['AWS::Scheduler::Schedule', 'AWS::SecretsManager::RotationSchedule']) {
    for (const { DependsOn } of Object.values(template.findResources(type))) {
      expect(DependsOn).toEqual(expect.arrayContaining(policies));
    }
  }
});

it('creates the function after the policy of its role, and after the secrets of its credentials', () => {
  const stack = new Stack();
  const rotator = new ImsTokenRotator(stack, 'Rotator', { rotatorName: 'prod' });
  const { clientSecret, tokenSecret } = rotator.addCredential('fusion');
  const idOf = (secret: unknown): string =>
    stack.getLogicalId((secret as Secret).node.defaultChild as never);
  const template = Template.fromStack(stack);
  const [definition] = Object.values(template.findResources('AWS::Lambda::Function'));
  expect(new Set(definition?.['DependsOn'])).toEqual(
    new Set([
      idOf(clientSecret),
      idOf(tokenSecret),
      expect.stringMatching(/^RotatorFunctionPermissionsRoleDefaultPolicy/),
    ]),
  );
});
