import { App, Aws, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  AccountPrincipal,
  AnyPrincipal,
  ArnPrincipal,
  type CfnRole,
  CompositePrincipal,
  Effect,
  FederatedPrincipal,
  type IPrincipal,
  OrganizationPrincipal,
  PolicyStatement,
  PrincipalWithConditions,
  Role,
  ServicePrincipal,
  SessionTagsPrincipal,
  StarPrincipal,
  WebIdentityPrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { ImsTokenRotator } from '../../infra/index.ts';

const account = '111122223333';
const env = { account, region: 'eu-west-1' };
const google = 'accounts.google.com';
const cognito = 'cognito-identity.amazonaws.com';
const lambda = new ServicePrincipal('lambda.amazonaws.com');
const anybody = new AnyPrincipal();

interface Apps {
  readonly stack: Stack;
  readonly rotator: ImsTokenRotator;
  readonly trusting: (assumedBy: IPrincipal) => Role;
}

function apps(): Apps {
  const stack = new Stack(new App(), 'Apps', { env });
  const rotator = new ImsTokenRotator(stack, 'Rotator');
  return { stack, rotator, trusting: (assumedBy) => new Role(stack, 'Role', { assumedBy }) };
}

function synthesise(act: (parts: Apps) => void): Template {
  const parts = apps();
  act(parts);
  return Template.fromStack(parts.stack);
}

const reading = (assumedBy: IPrincipal): Template =>
  synthesise(({ rotator, trusting }) => {
    rotator.addCredential('fusion').grantRead(trusting(assumedBy));
  });

describe('a role that everybody could assume', () => {
  it.each<[string, IPrincipal]>([
    ['a wildcard', anybody],
    ['a star', new StarPrincipal()],
    ['an ARN with a wildcard', new ArnPrincipal('arn:aws:iam::*:role/x')],
    ['a wildcard behind a token', new ArnPrincipal(Lazy.string({ produce: () => '*' }))],
    ['one of several', new CompositePrincipal(lambda, anybody)],
    ['with session tags', new SessionTagsPrincipal(anybody)],
    [
      'a condition that everybody meets',
      anybody.withConditions({ StringLike: { 'aws:PrincipalOrgID': '*' } }),
    ],
  ])('cannot read: %s', (_, assumedBy) => {
    expect(() => reading(assumedBy)).toThrow(
      '[Apps/Rotator/Credentials/fusion] the reader is the role Apps/Role, which everybody in AWS ' +
        'could assume, and then read the token; in its trust policy, name an account, or an ' +
        'organization: new OrganizationPrincipal("o-…")',
    );
  });

  it.each<[string, IPrincipal, string]>([
    ['nothing', new WebIdentityPrincipal(google), google],
    [
      'nothing behind a token',
      new FederatedPrincipal(Lazy.string({ produce: () => google })),
      google,
    ],
    [
      'any of its audiences',
      new WebIdentityPrincipal(google, { StringLike: { [`${google}:aud`]: '*' } }),
      google,
    ],
    [
      'that the identity signed in',
      new WebIdentityPrincipal(cognito, {
        'ForAnyValue:StringLike': { [`${cognito}:amr`]: 'authenticated' },
      }),
      cognito,
    ],
  ])(
    'cannot read: an identity of a provider that all accounts trust, if %s is fixed',
    (_, assumedBy, provider) => {
      expect(() => reading(assumedBy)).toThrow(
        `the reader is the role Apps/Role, which whoever ${provider} knows could assume, and then ` +
          'read the token; in its trust policy, let these identities in with a condition on their ' +
          `audience and subject, for example { StringEquals: { "${provider}:aud": "…", `,
      );
    },
  );

  it('cannot read: those who did not sign in to an identity pool of the account', () => {
    const of = (operator: string): IPrincipal =>
      new WebIdentityPrincipal(cognito, {
        StringEquals: { [`${cognito}:aud`]: 'eu-west-1:pool' },
        [operator]: { [`${cognito}:amr`]: 'unauthenticated' },
      });
    expect(() => reading(of('ForAnyValue:StringLike'))).toThrow(
      `the role Apps/Role, which everybody, as a guest of ${cognito}, could assume, and then read ` +
        `the token; in its trust policy, have "${cognito}:amr" be "authenticated"`,
    );
    expect(() => reading(of('ForAllValues:StringNotEquals'))).not.toThrow();
  });

  it.each<[string, IPrincipal]>([
    ['a service', lambda],
    ['an account', new AccountPrincipal('444455556666')],
    ['an organization', new OrganizationPrincipal('o-1234567890')],
    ['an audience', new WebIdentityPrincipal(google, { StringEquals: { [`${google}:aud`]: 'x' } })],
    [
      'an audience of the stack',
      new WebIdentityPrincipal(`cognito-identity.${Aws.URL_SUFFIX}`, {
        StringEquals: { [`${cognito}:aud`]: Lazy.string({ produce: () => 'eu-west-1:x' }) },
      }),
    ],
    [
      'a provider of the account',
      new FederatedPrincipal(`arn:aws:iam::${account}:saml-provider/idp`),
    ],
  ])('is not one that trusts %s', (_, assumedBy) => {
    reading(assumedBy).resourceCountIs('AWS::SecretsManager::ResourcePolicy', 0);
  });

  it.each<[string, (role: Role) => IPrincipal]>([
    [
      'with conditions',
      (role) => new PrincipalWithConditions(role, { Bool: { 'aws:SecureTransport': 'true' } }),
    ],
    ['that is not to be changed', (role) => role.withoutPolicyUpdates()],
    ['by its ARN', (role) => new ArnPrincipal(role.roleArn)],
    ['imported', (role) => Role.fromRoleArn(role, 'Imported', role.roleArn)],
  ])('cannot read %s', (_, principalOf) => {
    const act = ({ rotator, trusting }: Apps) =>
      rotator.addCredential('fusion').grantRead(principalOf(trusting(anybody)));
    expect(() => synthesise(act)).toThrow('which everybody in AWS could assume');
  });

  it('cannot read if its trust is changed after the grant', () => {
    const grant = ({ rotator, trusting }: Apps): Role => {
      const role = trusting(lambda);
      rotator.addCredential('fusion').grantRead(role);
      return role;
    };
    const allow = (action: string, effect = Effect.ALLOW) =>
      new PolicyStatement({ actions: [action], principals: [anybody], effect });
    const open = (parts: Apps) =>
      grant(parts).assumeRolePolicy?.addStatements(allow('sts:AssumeRole'));
    expect(() => synthesise(open)).toThrow('which everybody in AWS could assume');
    const replace = (parts: Apps) => {
      const resource = grant(parts).node.defaultChild as CfnRole;
      const Statement = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: '*' };
      resource.assumeRolePolicyDocument = { Statement };
    };
    expect(() => synthesise(replace)).toThrow('which everybody in AWS could assume');
    synthesise((parts) => {
      const more = [allow('sts:TagSession'), allow('sts:AssumeRole', Effect.DENY)];
      grant(parts).assumeRolePolicy?.addStatements(...more);
    });
  });

  it.each<[string, (parts: Apps) => void, string]>([
    [
      'invoke the function',
      ({ rotator, trusting }) => rotator.grantInvoke(trusting(anybody)),
      'the grantee is the role Apps/Role, which everybody in AWS could assume, and then invoke the',
    ],
    [
      'invoke the function of another app',
      ({ stack, trusting }) => {
        const functionArn = `arn:aws:lambda:eu-west-1:${account}:function:other`;
        const rotatorName = 'other';
        ImsTokenRotator.fromRotatorAttributes(stack, 'Other', {
          rotatorName,
          functionArn,
        }).grantInvoke(trusting(anybody));
      },
      'the grantee is the role Apps/Role',
    ],
    [
      'operate',
      ({ rotator, trusting }) => rotator.grantOperate(trusting(anybody)),
      'the operator is the role Apps/Role',
    ],
    [
      'answer a leak',
      ({ rotator, trusting }) => rotator.grantRespondToLeaks(trusting(anybody)),
      'the responder is the role Apps/Role',
    ],
    [
      'be that of the rotator’s function',
      ({ stack, trusting }) => {
        const role = trusting(new CompositePrincipal(lambda, anybody));
        new ImsTokenRotator(stack, 'Own', { rotatorName: 'own', role });
      },
      'the function’s role is the role Apps/Role',
    ],
    [
      'be that of a function that reads',
      ({ stack, rotator, trusting }) => {
        const reader = new LambdaFunction(stack, 'Reader', {
          runtime: Runtime.NODEJS_24_X,
          handler: 'index.handler',
          code: Code.fromInline('exports.handler = async () => {};'),
          role: trusting(new CompositePrincipal(lambda, anybody)),
        });
        rotator.addCredential('fusion').grantRead(reader);
      },
      'the reader is the role Apps/Role',
    ],
  ])('cannot %s', (_, act, message) => {
    expect(() => synthesise(act)).toThrow(message);
  });
});
