import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type IPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { ImsTokenRotator } from '../../infra/index.ts';
import type { Conditions } from '../../infra/wildcard-readers.ts';

const env = { account: '111122223333', region: 'eu-west-1' };
const service = new ServicePrincipal('appflow.amazonaws.com');

function grant(principalOf: (stack: Stack) => IPrincipal): Template {
  const stack = new Stack(new App(), 'Apps', { env });
  new ImsTokenRotator(stack, 'Rotator').addCredential('fusion').grantRead(principalOf(stack));
  return Template.fromStack(stack);
}

describe('a service of AWS as a reader', () => {
  it.each<Conditions>([
    {},
    { StringLike: { 'aws:SourceAccount': '*' } },
    { StringEqualsIfExists: { 'aws:SourceAccount': '111122223333' } },
    { ArnLike: { 'aws:SourceArn': 'arn:aws:appflow:*:*:flow/mine' } },
    // It spans the account, which may be anybody's.
    { StringLike: { 'aws:SourceArn': 'arn:aws:states:*:111122223333:*' } },
    { StringLike: { 'aws:SourceArn': 'arn:aws:states:eu-?est-1:111122223333:*' } },
    { Bool: { 'aws:SecureTransport': 'true' } },
  ])('is rejected, because it acts for everybody, with %j', (condition) => {
    expect(() => grant(() => service.withConditions(condition))).toThrow(
      'the reader is a service of AWS on behalf of any account',
    );
  });

  it.each<Conditions>([
    { StringEquals: { 'aws:SourceAccount': '111122223333' } },
    { StringEquals: { 'aws:SourceOrgID': 'o-1234567890' } },
    { ArnLike: { 'aws:SourceArn': 'arn:aws:appflow:*:111122223333:flow/*' } },
    { StringLike: { 'aws:SourceArn': 'arn:aws:appflow:eu-west-1:111122223333:flow/*' } },
  ])('is accepted on behalf of somebody, with %j', (condition) => {
    const template = grant(() => service.withConditions(condition));
    template.resourceCountIs('AWS::SecretsManager::ResourcePolicy', 1);
  });

  it('is accepted as what may assume the role that reads', () => {
    const template = grant((stack) => new Role(stack, 'Reader', { assumedBy: service }));
    template.resourceCountIs('AWS::SecretsManager::ResourcePolicy', 0);
  });
});
