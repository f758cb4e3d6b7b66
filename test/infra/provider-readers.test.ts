import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  FederatedPrincipal,
  type IPrincipal,
  OpenIdConnectPrincipal,
  OpenIdConnectProvider,
  Role,
  WebIdentityPrincipal,
} from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { ImsTokenRotator } from '../../infra/index.ts';

const env = { account: '111122223333', region: 'eu-west-1' };
const own = { StringEquals: { 'aws:PrincipalAccount': '111122223333' } };

function grant(principalOf: (stack: Stack) => IPrincipal): Template {
  const stack = new Stack(new App(), 'Apps', { env });
  new ImsTokenRotator(stack, 'Rotator').addCredential('fusion').grantRead(principalOf(stack));
  return Template.fromStack(stack);
}

describe('an identity provider as a reader', () => {
  it.each<[string, IPrincipal]>([
    ['one that everybody can trust', new WebIdentityPrincipal('accounts.google.com')],
    ['the one of Cognito', new FederatedPrincipal('cognito-identity.amazonaws.com', {})],
    [
      'a condition that a session does not keep',
      new WebIdentityPrincipal('token.actions.githubusercontent.com', {
        StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:acme/*' },
      }),
    ],
  ])('is rejected: %s', (_, principal) => {
    expect(() => grant(() => principal)).toThrow(
      'with a role in any account, so that everybody could read the token; grant it to the role ' +
        'that these identities assume, with a condition on their audience and subject',
    );
  });

  it.each<[string, (stack: Stack) => IPrincipal]>([
    ['limited to an account', () => new WebIdentityPrincipal('accounts.google.com', own)],
    [
      'of an account',
      () => new FederatedPrincipal('arn:aws:iam::111122223333:saml-provider/idp', {}),
    ],
    [
      'of the stack',
      (stack) =>
        new OpenIdConnectPrincipal(
          new OpenIdConnectProvider(stack, 'Provider', { url: 'https://idp.example.com' }),
        ),
    ],
  ])('is accepted: one %s', (_, principalOf) => {
    grant(principalOf).resourceCountIs('AWS::SecretsManager::ResourcePolicy', 1);
  });

  it('is accepted as what may assume the role that reads', () => {
    const template = grant(
      (stack) =>
        new Role(stack, 'Reader', {
          assumedBy: new WebIdentityPrincipal('accounts.google.com', {
            StringEquals: { 'accounts.google.com:aud': '1.apps.googleusercontent.com' },
          }),
        }),
    );
    template.resourceCountIs('AWS::SecretsManager::ResourcePolicy', 0);
  });
});
