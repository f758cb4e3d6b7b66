import { App, Aws, CfnMapping, CfnParameter, Fn, Lazy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import {
  AnyPrincipal,
  ArnPrincipal,
  FederatedPrincipal,
  type IPrincipal,
  ManagedPolicy,
  Policy,
  PrincipalWithConditions,
  Role,
  ServicePrincipal,
  SessionTagsPrincipal,
  WebIdentityPrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { ImsTokenRotator } from '../../infra/index.ts';

const account = '111122223333';
const env = { account, region: 'eu-west-1' };
const organization = 'aws:PrincipalOrgID';
const arn = 'aws:PrincipalArn';
const role = 'arn:aws:iam::444455556666:role/reader';
const google = 'accounts.google.com';
const overTls = { Bool: { 'aws:SecureTransport': 'true' } };
const assumedBy = new ServicePrincipal('lambda.amazonaws.com');

/** A policy variable, which IAM replaces. */
const variable = (name: string): string => `\${${name}}`;
const lazily = (text: string): string => Lazy.string({ produce: () => text });
const chosen = (one: string, other: string): string =>
  Fn.conditionIf('Here', one, other).toString();
const mapped = (stack: Stack): string =>
  new CfnMapping(stack, 'Map', { mapping: { eu: { reader: role } } }).findInMap('eu', 'reader');

const parameter = (stack: Stack, text?: string, ...allowedValues: readonly string[]): string =>
  new CfnParameter(stack, 'Reader', {
    ...(text === undefined ? {} : { default: text }),
    ...(allowedValues.length === 0 ? {} : { allowedValues: [...allowedValues] }),
  }).valueAsString;

/** Everybody with a value of the organization's id, or of another key. */
const everybodyOf = (value: unknown, key = organization): IPrincipal =>
  new AnyPrincipal().withConditions({ StringLike: { [key]: value } });

type PrincipalOf = (stack: Stack) => IPrincipal;
type Rows = readonly (readonly [title: string, principalOf: PrincipalOf])[];

/** A stack whose token has a reader, and which is not synthesised yet. */
function stackWith(principalOf: PrincipalOf): Stack {
  const stack = new Stack(new App(), 'Apps', { env });
  const rotator = new ImsTokenRotator(stack, 'R', { encryptionKey: new Key(stack, 'Key') });
  rotator.addCredential('fusion').grantRead(principalOf(stack));
  return stack;
}

const synthesised = (principalOf: PrincipalOf): Template =>
  Template.fromStack(stackWith(principalOf));

const asName = (name: string | ((stack: Stack) => string)): PrincipalOf => {
  return (stack) => new ArnPrincipal(typeof name === 'string' ? name : name(stack));
};

describe('a reader behind a token', () => {
  it.each<Rows[number]>([
    ['a join', asName(Fn.join('', ['*']))],
    ['a join without a value', asName(Fn.join('', [Aws.NO_VALUE, '*']))],
    ['an ARN of anybody', asName(Fn.join(':', ['arn:aws:iam:', '', lazily('*'), 'role/reader']))],
    ['a separator', asName(Fn.join('*', ['arn:aws:iam::', Fn.importValue('Account')]))],
    ['a substitution', asName(Fn.sub('*'))],
    ['a substitution in parts', asName(Fn.sub(`arn:aws:iam::${lazily('*')}:root`))],
    ['a condition of the template', asName(chosen('*', role))],
    ['a text produced late', asName(lazily('*'))],
    ['a parameter whose default is everybody', asName((stack) => parameter(stack, '*'))],
    ['a parameter that may be everybody', asName((stack) => parameter(stack, role, role, '*'))],
    [
      'a part that a parameter gives',
      asName((stack) => `arn:aws:iam::${parameter(stack, '*')}:role/reader`),
    ],
    ['one value of a key', () => everybodyOf(['o-1', lazily('o-*')])],
    ['no value', () => everybodyOf(Aws.NO_VALUE)],
    ['more texts than are looked at', asName(Fn.join('', Array(40).fill(chosen('a', 'b'))))],
    ['an empty list', () => everybodyOf(Lazy.list({ produce: () => [] }))],
    ['a policy variable', () => everybodyOf(lazily(variable(organization)))],
    ['a variable in two parts', () => everybodyOf(Fn.join('', ['$', lazily(`{${organization}}`)]))],
    ['a variable of a condition', () => everybodyOf(chosen(variable(organization), 'o-1'))],
    ['a substituted variable', () => everybodyOf(Fn.sub(variable(`!${organization}`)))],
    [
      'a variable as a value',
      () => everybodyOf(Fn.sub(variable('X'), { X: variable(organization) })),
    ],
    [
      'a list with a variable',
      () => everybodyOf(Fn.split('|', lazily(`o-1|${variable('aws:x')}`))),
    ],
  ])('is rejected as a wildcard: %s', (_, principalOf) => {
    expect(() => synthesised(principalOf)).toThrow('the reader is a wildcard');
  });

  it.each<Rows[number]>([
    ['a text produced late', () => new FederatedPrincipal(lazily(google), {})],
    ['a substitution', () => new FederatedPrincipal(Fn.sub(google), {})],
    ['a condition', () => new FederatedPrincipal(chosen(google, 'arn:aws:iam::1:x'), {})],
    ['a join', () => new WebIdentityPrincipal(`cognito-identity.${Aws.URL_SUFFIX}`)],
  ])('is rejected as a provider that all accounts can trust: %s', (_, principalOf) => {
    expect(() => synthesised(principalOf)).toThrow('knows, with a role in any account');
  });

  it('is rejected as a service on behalf of whoever uses it', () => {
    const own = chosen(variable('aws:SourceAccount'), account);
    const conditions = { StringEquals: { 'aws:SourceAccount': own } };
    const service = new ServicePrincipal('appflow.amazonaws.com', { conditions });
    expect(() => synthesised(() => service)).toThrow('the reader is a service of AWS');
  });

  it.each<Rows[number]>([
    ['a reference', asName(Fn.importValue('Reader'))],
    ['a value of a mapping', asName(mapped)],
    ['a parameter', asName((stack) => parameter(stack))],
    ['a parameter without a default of use', asName((stack) => parameter(stack, ''))],
    ['a parameter whose default is a role', asName((stack) => parameter(stack, role))],
    ['a parameter that may be a role', asName((stack) => parameter(stack, undefined, role))],
    ['one of two references', asName(chosen(Fn.importValue('Reader'), role))],
    ['an account', asName(Fn.sub(`arn:aws:iam::${variable('AWS::AccountId')}:root`))],
    ['a provider', () => new FederatedPrincipal(Fn.importValue('Provider'), {})],
    ['a provider in parts', () => new FederatedPrincipal(`${Fn.importValue('Idps')}/idp`, {})],
    ['an organization', () => everybodyOf(Fn.importValue('Organization'))],
    ['organizations', () => everybodyOf(Fn.split(',', Fn.importValue('Organizations')))],
    ['the secret’s organization', () => everybodyOf(Fn.sub(variable('!aws:ResourceOrgID')))],
    ['a key produced late', () => everybodyOf('o-1', lazily(organization))],
    [
      'roles of an account',
      () => everybodyOf(`arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/reader-*`, arn),
    ],
  ])('is accepted: %s', (_, principalOf) => {
    synthesised(principalOf).resourceCountIs('AWS::SecretsManager::ResourcePolicy', 1);
  });

  it('is rejected where it is granted if no token matters', () => {
    const partition = new ArnPrincipal(`arn:${Aws.PARTITION}:iam::*:role/reader`);
    expect(() => stackWith(() => partition)).toThrow('the reader is a wildcard');
    expect(() => stackWith(() => new AnyPrincipal())).toThrow('the reader is a wildcard');
    expect(() => stackWith(() => assumedBy)).toThrow('the reader is a service of AWS');
  });
});

describe('a reader that changes after the grant', () => {
  it('stands in the template as it is at synthesis', () => {
    const accounts: string[] = [];
    const late = Lazy.list({ produce: () => accounts });
    const stack = stackWith(() => everybodyOf(late, 'aws:PrincipalAccount'));
    accounts.push('444455556666', '555566667777');
    Template.fromStack(stack).hasResourceProperties('AWS::SecretsManager::ResourcePolicy', {
      ResourcePolicy: {
        Statement: [
          Match.objectLike({ Condition: { StringLike: { 'aws:PrincipalAccount': accounts } } }),
        ],
      },
    });
  });

  it('is rejected if it becomes a wildcard', () => {
    let reader = 'o-1';
    const stack = stackWith(() => everybodyOf(Lazy.uncachedString({ produce: () => reader })));
    reader = '*';
    expect(() => Template.fromStack(stack)).toThrow('[Apps/R/Credentials/fusion] the reader is a');
  });
});

describe('a reader that no policy of the secret names', () => {
  const isAccepted = (principalOf: PrincipalOf): void => {
    const stack = new Stack(new App(), 'Apps', { env });
    new ImsTokenRotator(stack, 'R').addCredential('fusion').grantRead(principalOf(stack));
    Template.fromStack(stack).resourceCountIs('AWS::SecretsManager::ResourcePolicy', 0);
  };

  it.each<readonly [string, (elsewhere: Role) => IPrincipal]>([
    ['itself', (elsewhere) => elsewhere],
    ['with conditions', (elsewhere) => new PrincipalWithConditions(elsewhere, overTls)],
    ['with session tags', (elsewhere) => new SessionTagsPrincipal(elsewhere)],
  ])('is accepted as a role of another Region %s', (_, principalOf) => {
    isAccepted(({ node }) => {
      const us = new Stack(node.root, 'Us', { env: { account, region: 'us-east-1' } });
      return principalOf(new Role(us, 'Role', { assumedBy }));
    });
  });

  it('is accepted as a policy, which has no name in the policies of others', () => {
    isAccepted((stack) => {
      const roles = [new Role(stack, 'Role', { assumedBy })];
      return new ManagedPolicy(stack, 'Policy', { roles }).grantPrincipal;
    });
    isAccepted((stack) => {
      const roles = [new Role(stack, 'Role', { assumedBy })];
      return new Policy(stack, 'Policy', { roles }).grantPrincipal;
    });
  });
});
