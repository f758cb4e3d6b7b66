import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { beforeEach, describe, expect, it } from 'vitest';
import { ImsTokenRotatorStack } from '../../infra/ims-token-rotator-stack.ts';
import {
  type ImsCredentialProps,
  ImsTokenRotator,
  type ImsTokenRotatorProps,
} from '../../infra/index.ts';
import { parseSettings } from '../../infra/settings.ts';

const env = { account: '111122223333', region: 'eu-west-1' };
const keyArn = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const clientSecretArn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:team/adobe-AbCdEf';

let stack: Stack;

beforeEach(() => {
  stack = new Stack(new App(), 'Apps', { env });
});

function add(props: ImsCredentialProps, rotatorProps?: ImsTokenRotatorProps): Template {
  new ImsTokenRotator(stack, 'Rotator', rotatorProps).addCredential('fusion', props);
  return Template.fromStack(stack);
}

function secretIds(template: Template): Readonly<Record<string, string>> {
  const secrets = Object.entries(template.findResources('AWS::SecretsManager::Secret'));
  return Object.fromEntries(secrets.map(([id, { Properties }]) => [Properties.Name, id]));
}

const conditionOfKey = {
  StringEquals: { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' },
};

describe('the logical ids of the secrets', () => {
  // Under another logical id, CloudFormation would create another secret, and delete the one that
  // workloads read unless secrets are retained.
  const ids = {
    'ims-token-rotator/ImsTokenRotator/workfront-fusion/client':
      'RotatorCredentialsworkfrontfusionClientSecretA9713240',
    'ims-token-rotator/ImsTokenRotator/workfront-fusion/token':
      'RotatorCredentialsworkfrontfusionTokenSecretE425A7EE',
  };

  it.each([
    ['the settings of cdk.json', {}],
    [
      'another rotatorName and the prefix of before',
      { rotatorName: 'new', prefix: 'ims-token-rotator/ImsTokenRotator' },
    ],
    [
      'every other setting',
      {
        tickMinutes: 30,
        timeoutMinutes: 5,
        keyArn,
        alarms: { emails: ['ops@example.com'] },
        nativeRotation: true,
        credentials: {
          'workfront-fusion': { product: 'workfront-fusion', clientSecretRotation: true },
        },
        retainSecrets: false,
        tracing: true,
        dashboard: false,
      },
    ],
  ])('are stable with %s', (_, others) => {
    const credentials = { 'workfront-fusion': { product: 'workfront-fusion' } };
    const settings = parseSettings({ credentials, ...others });
    const deployed = new ImsTokenRotatorStack(new App(), 'ImsTokenRotator', { settings });
    expect(secretIds(Template.fromStack(deployed))).toEqual(ids);
  });

  it('are stable whichever other credentials there are', () => {
    const settings = parseSettings({ credentials: { a: {}, 'workfront-fusion': {}, z: {} } });
    const deployed = new ImsTokenRotatorStack(new App(), 'ImsTokenRotator', { settings });
    expect(secretIds(Template.fromStack(deployed))).toMatchObject(ids);
  });
});

describe('a credential', () => {
  it('has its settings in tags of the token secret, not of the client secret', () => {
    const template = add({
      scopes: ['openid', 'AdobeID', 'additional_info.roles'],
      renewBefore: Duration.minutes(500),
    });
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      Name: 'ims-token-rotator/Apps/fusion/token',
      Tags: [
        { Key: 'ims-token-rotator:renew-before', Value: 'PT8H20M' },
        { Key: 'ims-token-rotator:scopes', Value: 'openid AdobeID additional_info.roles' },
      ],
    });
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      Name: 'ims-token-rotator/Apps/fusion/client',
      Tags: Match.absent(),
    });
  });

  it('outlives the stack, unless the removal policy says otherwise', () => {
    const retained = add({ product: 'firefly' });
    // Not `Retain`: a failed first deployment would leave the names taken, and its retry would fail.
    retained.allResources('AWS::SecretsManager::Secret', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
    stack = new Stack(new App(), 'Other');
    const deleted = add({}, { removalPolicy: RemovalPolicy.DESTROY });
    deleted.allResources('AWS::SecretsManager::Secret', { DeletionPolicy: 'Delete' });
  });

  it('is created empty, as a value would pass for a credential or a token', () => {
    add({ product: 'firefly' }).allResourcesProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: Match.absent(),
      SecretString: Match.absent(),
    });
  });

  it.each<[string, ImsCredentialProps, string]>([
    [
      'product and scopes',
      { product: 'firefly', scopes: ['a'] },
      'give either product or scopes, not both',
    ],
    [
      'an unknown product',
      { product: 'x' },
      'the product "x" is unknown: it must be one of workfront-fusion, workflow-builder',
    ],
    ['no scope', { scopes: [] }, 'scopes is empty; scopes are kept in a tag'],
    ['a scope with a comma', { scopes: ['a,b'] }, 'scopes holds "a,b"; scopes are kept in a tag'],
    [
      'scopes beyond a tag',
      { scopes: ['a'.repeat(257)] },
      'scopes has 257 characters; scopes are kept',
    ],
    [
      'a late renewal',
      { renewBefore: Duration.hours(4) },
      'renewBefore leaves 4 h; it must leave at',
    ],
    [
      'a reader account by name',
      { readerAccounts: ['prod'] },
      'the reader account "prod" is invalid: it must be an account id of 12 digits',
    ],
  ])('is rejected with %s', (_, props, message) => {
    expect(() => add(props)).toThrow(message);
  });

  it('is rejected if it was already added, or if its name is invalid', () => {
    const rotator = new ImsTokenRotator(stack, 'Rotator');
    rotator.addCredential('fusion');
    expect(() => rotator.addCredential('fusion')).toThrow(
      'the credential "fusion" was already added',
    );
    expect(() => rotator.addCredential('Fusion')).toThrow(
      'the credential name "Fusion" is invalid: it must be lower',
    );
  });
});

describe('the declared credentials', () => {
  const declaredIn = (template: Template): unknown => {
    const [{ Properties } = {}] = Object.values(template.findResources('AWS::Lambda::Function'));
    return Properties.Environment.Variables.IMS_TOKEN_ROTATOR_DECLARED;
  };

  it('are named to the function, also those that are added later', () => {
    const rotator = new ImsTokenRotator(stack, 'Rotator');
    for (const name of ['fusion', 'firefly']) rotator.addCredential(name);
    rotator.addCredential('elsewhere', {
      clientSecret: Secret.fromSecretCompleteArn(stack, 'Imported', clientSecretArn),
    });
    expect(declaredIn(Template.fromStack(stack))).toBe('fusion,firefly,elsewhere');
  });

  it('are not in the environment if there are none', () => {
    new ImsTokenRotator(stack, 'Rotator');
    expect(declaredIn(Template.fromStack(stack))).toBeUndefined();
  });

  it('are named only after their secrets exist, or a tick in between would miss them', () => {
    const template = add({});
    template.hasResource('AWS::Lambda::Function', {
      DependsOn: Match.arrayWith(Object.values(secretIds(template)).sort()),
    });
  });

  it('are rejected as soon as they do not fit the environment', () => {
    const rotator = new ImsTokenRotator(stack, 'Rotator');
    const long = (index: number): string => `${'x'.repeat(60)}${index}`;
    expect(() => {
      for (let index = 0; index < 100; index += 1) rotator.addCredential(long(index));
    }).toThrow(
      /^the function's environment has no room for the credential "x+6\d": Lambda allows 4 KB, and the names of 6\d credentials and the ARNs of 0 client secrets would need more; shorten/,
    );
  });
});

describe('an existing client secret', () => {
  const imported = () => Secret.fromSecretCompleteArn(stack, 'Imported', clientSecretArn);

  it('is passed to the function, its role and a rule by its exact ARN', () => {
    const template = add({ clientSecret: imported() });
    template.resourceCountIs('AWS::SecretsManager::Secret', 1);
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: {
          IMS_TOKEN_ROTATOR_CLIENT_SECRETS: JSON.stringify({ fusion: clientSecretArn }),
        },
      },
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
            Resource: clientSecretArn,
          },
        ],
      },
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.secretsmanager'],
        'detail-type': ['Secret Label Updated'],
        resources: [clientSecretArn],
        detail: { labelUpdated: ['AWSCURRENT'] },
      },
    });
  });

  it('can be created by the same app', () => {
    const template = add({ clientSecret: new Secret(stack, 'Own') as ISecret });
    const arn = { Ref: Match.stringLikeRegexp('^Own') };
    template.hasResourceProperties('AWS::Events::Rule', { EventPattern: { resources: [arn] } });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: {
          IMS_TOKEN_ROTATOR_CLIENT_SECRETS: { 'Fn::Join': ['', ['{"fusion":"', arn, '"}']] },
        },
      },
    });
  });

  it('becomes the credential’s client secret', () => {
    const secret = imported();
    const rotator = new ImsTokenRotator(stack, 'Rotator');
    expect(rotator.addCredential('fusion', { clientSecret: secret }).clientSecret).toBe(secret);
  });

  it('has its imported key granted to the role, which CDK does not do', () => {
    const template = add({
      clientSecret: Secret.fromSecretAttributes(stack, 'Imported', {
        secretCompleteArn: clientSecretArn,
        encryptionKey: Key.fromKeyArn(stack, 'Key', keyArn),
      }),
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          { Effect: 'Allow', Action: 'kms:Decrypt', Resource: keyArn, Condition: conditionOfKey },
        ],
      },
    });
  });

  it('of another account has no rule, which could not fire there: ticks see its changes', () => {
    const arn = clientSecretArn.replace('111122223333', '444455556666');
    const template = add({ clientSecret: Secret.fromSecretCompleteArn(stack, 'Imported', arn) });
    template.resourceCountIs('AWS::Events::Rule', 1);
    expect(JSON.stringify(template.findResources('AWS::Events::Rule'))).not.toContain(arn);
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: { IMS_TOKEN_ROTATOR_CLIENT_SECRETS: JSON.stringify({ fusion: arn }) },
      },
    });
  });

  it('has its rule if the stack’s account is unknown, as it may be the secret’s', () => {
    stack = new Stack(new App(), 'Apps');
    const template = add({ clientSecret: imported() });
    template.resourceCountIs('AWS::Events::Rule', 2);
  });

  it('adds nothing to the stack if there is none', () => {
    const template = add({});
    expect(JSON.stringify(template.toJSON())).not.toContain('IMS_TOKEN_ROTATOR_CLIENT_SECRETS');
    template.resourceCountIs('AWS::Events::Rule', 1);
  });

  it.each([
    [
      'by name',
      () => Secret.fromSecretNameV2(stack, 'Imported', 'team/adobe'),
      'the client secret team/adobe is imported by name or partial ARN; import it by its complete',
    ],
    [
      'from another Region',
      () =>
        Secret.fromSecretCompleteArn(
          stack,
          'Imported',
          clientSecretArn.replace('eu-west-1', 'us-east-1'),
        ),
      'is in us-east-1, but the rotator is in eu-west-1; replicate the secret to eu-west-1',
    ],
    [
      'with the alias of an AWS-managed key',
      () =>
        Secret.fromSecretAttributes(stack, 'Imported', {
          secretCompleteArn: clientSecretArn,
          encryptionKey: Key.fromKeyArn(stack, 'Key', `${keyArn.split(':key/')[0]}:alias/aws/x`),
        }),
      'encryptionKey is an AWS-managed key; omit it',
    ],
  ])('is rejected when imported %s', (_, clientSecret, message) => {
    expect(() => add({ clientSecret: clientSecret() })).toThrow(message);
  });
});

describe('a customer managed key', () => {
  const granted = (resource: unknown) => ({
    PolicyDocument: {
      Statement: ['kms:Decrypt', 'kms:GenerateDataKey'].map((action) => ({
        Effect: 'Allow',
        Action: action,
        Resource: resource,
        Condition: conditionOfKey,
      })),
    },
  });

  it('of the rotator encrypts all secrets, and is usable through Secrets Manager only', () => {
    const encryptionKey = Key.fromKeyArn(stack, 'Key', keyArn);
    const template = add({}, { encryptionKey });
    template.allResourcesProperties('AWS::SecretsManager::Secret', { KmsKeyId: keyArn });
    template.hasResourceProperties('AWS::IAM::Policy', granted(keyArn));
  });

  it('of a credential takes precedence over the rotator’s', () => {
    const own = new Key(stack, 'Own');
    const encryptionKey = Key.fromKeyArn(stack, 'Key', keyArn);
    const template = add({ encryptionKey: own }, { encryptionKey });
    const arn = stack.resolve(own.keyArn);
    template.allResourcesProperties('AWS::SecretsManager::Secret', { KmsKeyId: arn });
    template.hasResourceProperties('AWS::IAM::Policy', granted([keyArn, arn]));
  });

  it('is the only kind of key that the role may use', () => {
    const template = JSON.stringify(add({}).toJSON());
    expect(template).not.toContain('kms:');
  });
});

describe('native rotation', () => {
  it('is off by default', () => {
    add({}).resourceCountIs('AWS::SecretsManager::RotationSchedule', 0);
  });

  it('starts by hand only, with one permission for all secrets of the account', () => {
    const rotator = new ImsTokenRotator(stack, 'Rotator', { nativeRotation: true });
    for (const name of ['fusion', 'firefly']) rotator.addCredential(name);
    const template = Template.fromStack(stack);
    const permissions = template.findResources('AWS::Lambda::Permission', {
      Properties: { Principal: 'secretsmanager.amazonaws.com' },
    });
    const target = stack.resolve(rotator.function.functionArn);
    expect(Object.values(permissions).map(({ Properties }) => Properties)).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: target,
        Principal: 'secretsmanager.amazonaws.com',
        SourceAccount: env.account,
      },
    ]);
    const schedules = Object.values(
      template.findResources('AWS::SecretsManager::RotationSchedule'),
    );
    expect(schedules.map(({ Properties }) => Properties)).toEqual(
      ['fusion', 'firefly'].map((name) => ({
        SecretId: { Ref: secretIds(template)[tokenOf(name)] },
        RotationLambdaARN: target,
        RotateImmediatelyOnUpdate: false,
      })),
    );
    for (const { DependsOn } of schedules) {
      expect(DependsOn).toEqual(expect.arrayContaining(Object.keys(permissions)));
    }
    template.resourceCountIs('AWS::SecretsManager::ResourcePolicy', 0);
    expect(JSON.stringify(template.toJSON())).not.toContain('GetRandomPassword');
  });
});

const tokenOf = (name: string): string => `ims-token-rotator/Apps/${name}/token`;
