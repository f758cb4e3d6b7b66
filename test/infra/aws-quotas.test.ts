import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { beforeAll, describe, expect, it } from 'vitest';
import { ImsTokenRotator } from '../../infra/index.ts';

const arn = (service: string, rest: string): string =>
  `arn:aws-us-gov:${service}:ap-southeast-2:111122223333:${rest}`;

const attribute = 'x'.repeat(120);

const pseudo: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws-us-gov',
  'AWS::Region': 'ap-southeast-2',
  'AWS::AccountId': '111122223333',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** The values that CloudFormation would send, with names and ARNs at their longest. */
function resolve(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolve);
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, 'Fn::GetAtt': getAtt, 'Fn::Join': join } = value as Record<string, unknown>;
  if (typeof Ref === 'string') return pseudo[Ref] ?? arn('secretsmanager', `secret:${attribute}`);
  if (getAtt !== undefined) return arn('lambda', attribute);
  if (Array.isArray(join)) return (resolve(join[1]) as string[]).join(String(join[0]));
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, resolve(entry)]));
}

function propertiesOf(template: Template, type: string): readonly Record<string, unknown>[] {
  return Object.values(template.findResources(type)).map(
    (resource) => resolve(resource['Properties']) as Record<string, unknown>,
  );
}

const longName = (index: number): string => `credential-${index}-`.padEnd(63, 'x');

const shortName = (index: number): string => `credential-${index}`;

const secretArn = (index: number): string =>
  arn('secretsmanager', `secret:teams/marketing/adobe-credential-${index}-AbCdEf`);

const keyArn = (index: number): string =>
  arn('kms', `key/1234abcd-12ab-34cd-56ef-${String(index).padStart(12, '0')}`);

/** The stack with as much of everything as the construct accepts, for names of a length. */
function largest(nameOf: (index: number) => string) {
  const stack = new Stack(new App(), 'x'.repeat(128));
  const rotator = new ImsTokenRotator(stack, 'Rotator', {
    nativeRotation: true,
    shards: 10,
    shardStems: ['customer-'],
    tracing: true,
    alarms: { emails: ['ops@example.com'] },
  });
  const added = { imported: 0, created: 0 };
  const rejected: string[] = [];
  for (let index = 0; index < 100; index += 1) {
    const key = index < 25 ? Key.fromKeyArn(stack, `Key${index}`, keyArn(index)) : undefined;
    const isImported = index < 10;
    const secret = Secret.fromSecretCompleteArn(stack, `Secret${index}`, secretArn(index));
    try {
      rotator.addCredential(nameOf(index), {
        encryptionKey: key,
        clientSecret: isImported ? secret : undefined,
        clientSecretRotation: !isImported,
      });
      added[isImported ? 'imported' : 'created'] += 1;
    } catch (error) {
      rejected.push((error as Error).message);
      break;
    }
  }
  return { template: Template.fromStack(stack), ...added, rejected };
}

describe.each([
  { names: 'short names', nameOf: shortName, created: 90 },
  { names: 'the longest names', nameOf: longName, created: 15 },
])('the largest stack with $names', ({ nameOf, created: least }) => {
  let template: Template;
  let added: ReturnType<typeof largest>;

  beforeAll(() => {
    added = largest(nameOf);
    template = added.template;
  });

  it('has room for 10 imported client secrets and for many others', () => {
    expect(added.imported).toBe(10);
    expect(added.created).toBeGreaterThanOrEqual(least);
    for (const message of added.rejected) expect(message).toContain('has no room for');
  });

  it('has fewer than 500 resources, the limit of CloudFormation', () => {
    expect(Object.keys(template.toJSON()['Resources']).length).toBeLessThan(500);
  });

  it('has event patterns of at most 2,048 characters', () => {
    const patterns = propertiesOf(template, 'AWS::Events::Rule').map(
      ({ EventPattern }) => JSON.stringify(EventPattern).length,
    );
    expect(patterns.length).toBeGreaterThan(1);
    expect(Math.max(...patterns)).toBeLessThanOrEqual(2048);
  });

  it('has event patterns that together match every imported client secret', () => {
    const patterns = propertiesOf(template, 'AWS::Events::Rule').flatMap(({ EventPattern }) => {
      const { resources = [] } = EventPattern as { readonly resources?: readonly string[] };
      return resources;
    });
    const imported = Array.from({ length: added.imported }, (_, index) => secretArn(index));
    expect(patterns.toSorted()).toEqual(imported);
  });

  it('has policies within the size limits of a document and of a role', () => {
    const policies = propertiesOf(template, 'AWS::IAM::Policy').map(
      ({ PolicyDocument, Roles }) => ({
        role: JSON.stringify(Roles),
        size: JSON.stringify(PolicyDocument).length,
      }),
    );
    expect(new Set(policies.map(({ role }) => role)).size).toBe(1);
    for (const { size } of policies) expect(size).toBeLessThanOrEqual(6144);
    expect(policies.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(10_240);
  });

  it('has managed policies within the size limit of a document, and few of them', () => {
    const policies = propertiesOf(template, 'AWS::IAM::ManagedPolicy');
    const sizes = policies.map(({ PolicyDocument }) => JSON.stringify(PolicyDocument).length);
    expect(sizes).not.toEqual([]);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(6144);
    // A role may have 10, unless the account asked for more.
    expect(sizes.length).toBeLessThanOrEqual(5);
  });

  it('has an environment of at most 4 KB', () => {
    const [properties] = propertiesOf(template, 'AWS::Lambda::Function');
    const environment = JSON.stringify(properties?.['Environment']);
    expect(environment.length).toBeLessThanOrEqual(4096);
  });

  it('has permissions that fit the function’s resource policy of 20 KB', () => {
    const permissions = propertiesOf(template, 'AWS::Lambda::Permission');
    expect(JSON.stringify(permissions).length).toBeLessThan(20_480 / 2);
  });
});

it('the 101st credential is rejected, with advice to onboard it at run time', () => {
  const rotator = new ImsTokenRotator(new Stack(new App(), 'Many'), 'Rotator');
  for (let index = 0; index < 100; index += 1) rotator.addCredential(`credential-${index}`);
  expect(() => rotator.addCredential('one-more')).toThrow(
    "a rotator's stack can have at most 100 credentials; onboard more at run time, without a " +
      'deployment: the same rotator serves any two secrets named ' +
      'ims-token-rotator/Many/<credential>/client and ims-token-rotator/Many/<credential>/token',
  );
});

it('more keys than the role’s policies have room for are rejected', () => {
  const stack = new Stack(new App(), 'Keys');
  const rotator = new ImsTokenRotator(stack, 'Rotator');
  const add = (index: number) =>
    rotator.addCredential(`credential-${index}`, {
      encryptionKey: Key.fromKeyArn(stack, `Key${index}`, keyArn(index)),
    });
  for (let index = 0; index < 25; index += 1) add(index);
  expect(() => add(25)).toThrow(
    'the policies of one role have room for 25 keys; let credentials share keys',
  );
});
