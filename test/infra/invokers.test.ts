import { App, Fn, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  AccountPrincipal,
  AnyPrincipal,
  ArnPrincipal,
  type IPrincipal,
  OrganizationPrincipal,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { ImsTokenRotator } from '../../infra/index.ts';

const account = '111122223333';
const service = new ServicePrincipal('events.amazonaws.com');

function grant(grantee: IPrincipal): Template {
  const env = { account, region: 'eu-west-1' };
  const stack = new Stack(new App(), 'Apps', { env });
  new ImsTokenRotator(stack, 'Rotator').grantInvoke(grantee);
  return Template.fromStack(stack);
}

describe('grantInvoke', () => {
  it.each<[string, IPrincipal, string]>([
    ['everybody', new AnyPrincipal(), 'a wildcard, so that everybody in AWS could invoke the'],
    ['a wildcard', new ArnPrincipal('*'), 'the grantee is a wildcard'],
    [
      'a wildcard behind a token',
      new ArnPrincipal(Lazy.string({ produce: () => '*' })),
      'the grantee is a wildcard',
    ],
    ['a service on behalf of any account', service, 'everybody could have it invoke the function'],
    // Lambda has one text for each condition, and CDK leaves out any other value.
    [
      'a service on behalf of a list of accounts',
      service.withConditions({ StringEquals: { 'aws:SourceAccount': [account] } }),
      'with one text for each condition',
    ],
    [
      'a list of organizations',
      new AnyPrincipal().withConditions({ StringEquals: { 'aws:PrincipalOrgID': ['o-1', 'o-2'] } }),
      'with one text for each condition',
    ],
    [
      'an account as a function of the template',
      service.withConditions({ StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } }),
      'with one text for each condition',
    ],
  ])('rejects %s', (_, grantee, message) => {
    expect(() => grant(grantee)).toThrow(message);
  });

  it.each<[string, IPrincipal, object]>([
    ['another account', new AccountPrincipal('444455556666'), { Principal: '444455556666' }],
    [
      'an organization',
      new OrganizationPrincipal(Fn.importValue('Organization')),
      { Principal: '*', PrincipalOrgID: { 'Fn::ImportValue': 'Organization' } },
    ],
    [
      'a service on behalf of an account',
      service.withConditions({ StringEquals: { 'aws:SourceAccount': account } }),
      { Principal: 'events.amazonaws.com', SourceAccount: account },
    ],
  ])('lets %s invoke the function', (_, grantee, permission) => {
    grant(grantee).hasResourceProperties('AWS::Lambda::Permission', permission);
  });
});

describe("grantInvoke of another app's rotator", () => {
  const env = { account, region: 'eu-west-1' };
  const start = () => {
    const stack = new Stack(new App(), 'Apps', { env });
    const rotator = ImsTokenRotator.fromRotatorAttributes(stack, 'Deployed', {
      rotatorName: 'prod',
      functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:rotator',
    });
    return { stack, rotator };
  };

  it.each<[string, (stack: Stack) => IPrincipal]>([
    ['an account', () => new AccountPrincipal(account)],
    ['a role by its ARN', () => new ArnPrincipal(`arn:aws:iam::${account}:role/caller`)],
    ['a service', () => service.withConditions({ StringEquals: { 'aws:SourceAccount': account } })],
    [
      'an imported role of another account',
      (stack) => Role.fromRoleArn(stack, 'Caller', 'arn:aws:iam::444455556666:role/caller'),
    ],
  ])('refuses %s, to which it can add no policy', (_, grantee) => {
    const { stack, rotator } = start();
    expect(() => rotator.grantInvoke(grantee(stack))).toThrow(
      'this app can add no policy to the grantee, which is no role or user of the app or its account',
    );
  });

  it('adds a policy to an imported role of its own account', () => {
    const { stack, rotator } = start();
    const role = Role.fromRoleArn(stack, 'Caller', `arn:aws:iam::${account}:role/caller`);
    expect(rotator.grantInvoke(role).success).toBe(true);
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 1);
  });
});
