import { App, Aws, CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountPrincipal, ArnPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { beforeEach, describe, expect, it } from 'vitest';
import { ImsCredential, type ImsCredentialFromNameProps } from '../../infra/index.ts';
import { via } from './decryption.ts';

const env = { account: '111122223333', region: 'eu-west-1' };
const other = '444455556666';
const keyArn = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const otherKeyArn = `arn:aws:kms:us-east-1:${other}:key/abcd1234-12ab-34cd-56ef-1234567890ab`;
const read = ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'];
const named = { rotatorName: 'prod', name: 'fusion' };
const tokenName = 'ims-token-rotator/prod/fusion/token';
const completeArn = `arn:aws:secretsmanager:us-east-1:${other}:secret:${tokenName}-AbCdEf`;

let stack: Stack;

beforeEach(() => {
  stack = new Stack(new App(), 'Apps', { env });
});

const fromName = (props: Partial<ImsCredentialFromNameProps> = {}): ImsCredential =>
  ImsCredential.fromName(stack, 'Fusion', { ...named, ...props });

const otherKey = (): IKey => Key.fromKeyArn(stack, 'Key', otherKeyArn);

const workload = (): Role =>
  new Role(stack, 'Workload', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });

/** The statements of the policies of the workload's role. */
function workloadStatements(): readonly unknown[] {
  return Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')).flatMap(
    ({ Properties }) => Properties.PolicyDocument.Statement,
  );
}

const arn = (place: string) => ({
  'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:secretsmanager:${place}`]],
});

describe('ImsCredential.fromName', () => {
  it.each([
    ['the account', () => new AccountPrincipal(env.account)],
    ['a role by its ARN', () => new ArnPrincipal(`arn:aws:iam::${env.account}:role/reader`)],
    [
      'a service',
      () =>
        new ServicePrincipal('ecs-tasks.amazonaws.com').withConditions({
          StringEquals: { 'aws:SourceAccount': env.account },
        }),
    ],
  ])('refuses a reader that has no policies of its own: %s', (_, reader) => {
    expect(() => fromName().grantRead(reader())).toThrow(
      'a reader without policies of its own needs a policy on the token secret, which this app does not own',
    );
  });

  it('grants access to a token that no stack declares', () => {
    const credential = ImsCredential.fromName(stack, 'Fusion', {
      rotatorName: 'prod',
      name: 'fusion',
      encryptionKey: Key.fromKeyArn(stack, 'Key', keyArn),
    });
    expect(credential.clientSecret.secretName).toBe('ims-token-rotator/prod/fusion/client');
    credential.grantRead(workload());
    const secret =
      'secretsmanager:eu-west-1:111122223333:secret:ims-token-rotator/prod/fusion/token-';
    expect(workloadStatements()).toEqual([
      {
        Effect: 'Allow',
        Action: read,
        Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:${secret}??????`]] },
      },
      {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: keyArn,
        Condition: via('eu-west-1'),
      },
    ]);
  });

  it('accepts a prefix instead of a rotator name', () => {
    const credential = ImsCredential.fromName(stack, 'Fusion', {
      prefix: 'team/a',
      name: 'fusion',
    });
    expect(credential.tokenSecret.secretName).toBe('team/a/fusion/token');
  });

  it.each([
    ['no rotator', { name: 'fusion' }, 'give either rotatorName or prefix'],
    [
      'an invalid name',
      { rotatorName: 'prod', name: 'A' },
      'credential name "A" is invalid: it must',
    ],
    [
      'an invalid rotator name',
      { rotatorName: 'a/b', name: 'a' },
      'rotator name "a/b" is invalid: it',
    ],
  ])('rejects %s', (_, props, message) => {
    expect(() => ImsCredential.fromName(stack, 'Fusion', props)).toThrow(message);
  });

  it('rejects readers in other accounts, where CDK would claim success', () => {
    const credential = ImsCredential.fromName(stack, 'F', { rotatorName: 'prod', name: 'fusion' });
    expect(() => credential.grantRead(new AccountPrincipal(other))).toThrow(
      'needs a policy on the token secret, which this app does not own; grant access where the',
    );
  });
});

describe('a credential of another account or Region', () => {
  it('is read there, with a key of that account', () => {
    const credential = fromName({ account: other, region: 'us-east-1', encryptionKey: otherKey() });
    const place = `us-east-1:${other}:secret:ims-token-rotator/prod/fusion`;
    expect(stack.resolve(credential.tokenSecret.secretArn)).toEqual(arn(`${place}/token`));
    expect(stack.resolve(credential.clientSecret.secretArn)).toEqual(arn(`${place}/client`));
    credential.grantRead(workload()).assertSuccess();
    expect(workloadStatements()).toEqual([
      { Effect: 'Allow', Action: read, Resource: arn(`${place}/token-??????`) },
      {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: otherKeyArn,
        Condition: via('us-east-1', other),
      },
    ]);
  });

  it('is read by its complete ARN', () => {
    const credential = fromName({ tokenSecretArn: completeArn, encryptionKey: otherKey() });
    expect(credential.tokenSecret.secretArn).toBe(completeArn);
    credential.grantRead(workload()).assertSuccess();
    expect(workloadStatements()).toEqual([
      { Effect: 'Allow', Action: read, Resource: completeArn },
      expect.objectContaining({ Resource: otherKeyArn, Condition: via('us-east-1', other) }),
    ]);
  });

  it('is read in the Region of a replica too, which is in the same account', () => {
    const replicaRegions = [{ region: 'ap-south-1', encryptionKey: otherKey() }];
    fromName({
      account: other,
      encryptionKey: Key.fromKeyArn(
        stack,
        'Primary',
        otherKeyArn.replace('us-east-1', 'eu-west-1'),
      ),
      replicaRegions,
    }).grantRead(workload());
    const secret = `${other}:secret:${tokenName}-??????`;
    expect(workloadStatements()).toContainEqual({
      Effect: 'Allow',
      Action: read,
      Resource: [arn(`eu-west-1:${secret}`), arn(`ap-south-1:${secret}`)],
    });
    expect(workloadStatements()).toContainEqual(
      expect.objectContaining({ Action: 'kms:Decrypt', Condition: via('ap-south-1', other) }),
    );
  });

  it('needs no key in the same account', () => {
    fromName({ region: 'us-east-1' }).grantRead(workload());
    expect(workloadStatements()).toEqual([
      {
        Effect: 'Allow',
        Action: read,
        Resource: arn(`us-east-1:111122223333:secret:${tokenName}-??????`),
      },
    ]);
  });

  it('is rejected without a customer managed key', () => {
    expect(() => fromName({ account: other })).toThrow(
      'a token of another account (444455556666) can be read only if a customer managed key ' +
        'encrypts it; give its encryptionKey: Key.fromKeyArn(scope, id, "arn:…:key/…")',
    );
  });

  it('is rejected if a replica has the AWS-managed key, or a key’s alias', () => {
    const replica = (encryptionKey?: IKey) => ({
      account: other,
      encryptionKey: Key.fromKeyArn(stack, 'Primary', keyArn),
      replicaRegions: [{ region: 'us-east-1', ...(encryptionKey && { encryptionKey }) }],
    });
    expect(() => fromName(replica())).toThrow(
      'a token of another account (444455556666) can be read in us-east-1 only if a customer ' +
        'managed key of that Region encrypts the replica; give that entry of replicaRegions its',
    );
    const alias = Key.fromKeyArn(stack, 'A', `arn:aws:kms:us-east-1:${other}:alias/token`);
    stack = new Stack(new App(), 'Apps', { env });
    expect(() => fromName(replica(alias))).toThrow('encryptionKey is an alias');
  });

  it.each<[string, Partial<ImsCredentialFromNameProps>, string]>([
    [
      'an account that is no id',
      { account: 'prod' },
      'account "prod" is invalid: it must be 12 digits',
    ],
    ['a Region that is none', { region: 'Ireland' }, 'region "Ireland" is invalid: it must be'],
    [
      'an ARN and an account',
      { tokenSecretArn: completeArn, account: other },
      'give either tokenSecretArn or account and region, which the ARN contains',
    ],
    [
      'a partial ARN',
      { tokenSecretArn: completeArn.slice(0, -7) },
      `is not the complete ARN of the secret ${tokenName}, which ends in six random characters`,
    ],
    [
      'the ARN of another credential',
      { tokenSecretArn: completeArn.replace('fusion', 'firefly') },
      `is not the complete ARN of the secret ${tokenName}`,
    ],
    [
      'an ARN that is known at deployment only',
      { tokenSecretArn: Aws.STACK_ID },
      'give it literally, as the rotator’s account shows it',
    ],
  ])('is rejected with %s', (_, props, message) => {
    expect(() => fromName({ ...props, encryptionKey: otherKey() })).toThrow(message);
  });
});

describe('in a stack without an env, a credential by name', () => {
  beforeEach(() => {
    stack = new Stack(new App(), 'Agnostic');
  });

  it('is rejected, as it would be looked for wherever the stack is deployed', () => {
    expect(() => fromName()).toThrow(
      "the rotator's account is unknown, because this stack has no env; give account, or give the " +
        'stack an env (if the rotator is always where this stack is deployed, give Aws.ACCOUNT_ID)',
    );
  });

  it('is rejected without its Region, too', () => {
    expect(() => fromName({ account: other, encryptionKey: otherKey() })).toThrow(
      "the rotator's region is unknown, because this stack has no env; give region, or give the " +
        'stack an env (if the rotator is always where this stack is deployed, give Aws.REGION)',
    );
  });

  it('is rejected with an account that is known at deployment only', () => {
    const account = new CfnParameter(stack, 'Account').valueAsString;
    expect(() => fromName({ account })).toThrow(
      "the rotator's account must be known at synthesis; give it literally (12 digits)",
    );
  });

  it('can be declared to be where the stack is deployed', () => {
    const credential = fromName({ account: Aws.ACCOUNT_ID, region: Aws.REGION });
    credential.grantRead(workload()).assertSuccess();
    expect(workloadStatements()).toHaveLength(1);
  });

  it('is rejected without a key, since its account may be another one', () => {
    expect(() => fromName({ account: other, region: 'us-east-1' })).toThrow(
      '(if that account is the stack’s own, give the stack an env)',
    );
  });

  it('is read by account, Region and key', () => {
    const credential = fromName({ account: other, region: 'us-east-1', encryptionKey: otherKey() });
    credential.grantRead(workload()).assertSuccess();
    expect(workloadStatements()).toHaveLength(2);
  });
});
