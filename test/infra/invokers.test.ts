import { App, Fn, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  AccountPrincipal,
  AnyPrincipal,
  ArnPrincipal,
  type IPrincipal,
  OrganizationPrincipal,
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
