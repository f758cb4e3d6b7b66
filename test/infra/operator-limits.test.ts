import type { Stack } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../core/contract.ts';
import { ImsTokenRotator } from '../../infra/index.ts';
import { keyArn } from '../cli/patient.ts';
import { actionsOf, isAllowed, type Statement } from '../support/iam.ts';
import { account, environmentKeyArn, type Grant, granted, ofOwnRotator } from './granted-rights.ts';

const secretArn = (name: string): string => `arn:aws:secretsmanager:${account}:secret:${name}`;
const client = secretArn('ims-token-rotator/local/fusion/client-AbCdEf');
const token = secretArn('ims-token-rotator/local/fusion/token-AbCdEf');
const imported = secretArn('adobe-AbCdEf');
const other = secretArn('database/password-AbCdEf');

const tags = (...keys: readonly string[]) => ({ 'aws:TagKeys': keys });
const via = (service: string) => ({ 'kms:ViaService': `${service}.us-east-1.amazonaws.com` });
const rotatedBy = (name: string) => ({
  'secretsmanager:RotationLambdaARN': `arn:aws:lambda:${account}:function:${name}`,
});

type Call = readonly [
  what: string,
  action: string,
  resource: string,
  context: Readonly<Record<string, unknown>>,
];

const tag = 'secretsmanager:TagResource';

/** Requests that are denied to operators and responders alike. */
const nobody: readonly Call[] = [
  ['read another secret', 'secretsmanager:GetSecretValue', other, {}],
  ['write another secret', 'secretsmanager:PutSecretValue', other, {}],
  ['set the status', tag, token, tags(tagKeys.status)],
  ['set the status with another tag', tag, token, tags(tagKeys.paused, tagKeys.status)],
  ['set the status on a client secret', tag, client, tags(tagKeys.status)],
  ['tag a client secret for an ABAC policy', tag, client, tags('team')],
  ['pause by a tag of the client secret', tag, client, tags(tagKeys.rotation, tagKeys.paused)],
  ['tag an imported client secret', tag, imported, tags('team')],
  ['decrypt by itself', 'kms:Decrypt', keyArn, {}],
  ['decrypt through another service', 'kms:Decrypt', keyArn, via('s3')],
  ['encrypt by itself', 'kms:GenerateDataKey', keyArn, {}],
  ['decrypt an environment by itself', 'kms:Decrypt', environmentKeyArn, {}],
  [
    'decrypt an environment through Secrets Manager',
    'kms:Decrypt',
    environmentKeyArn,
    via('secretsmanager'),
  ],
  ['encrypt an environment', 'kms:GenerateDataKey', environmentKeyArn, via('lambda')],
  ['use another function', 'lambda:InvokeFunction', `arn:aws:lambda:${account}:function:x`, {}],
  ['rotate by another function', 'secretsmanager:RotateSecret', client, rotatedBy('x')],
];

const limits: Readonly<Record<Grant, readonly Call[]>> = {
  grantOperate: [
    ['note a rotation', tag, client, tags(tagKeys.rotation)],
    ['store a token', 'secretsmanager:PutSecretValue', token, {}],
    ['move a label', 'secretsmanager:UpdateSecretVersionStage', client, {}],
    ['restore a token', 'secretsmanager:RestoreSecret', token, {}],
    ['delete an imported client secret', 'secretsmanager:DeleteSecret', imported, {}],
  ],
  grantRespondToLeaks: [
    ['pause a credential', tag, token, tags(tagKeys.paused)],
    ['create a secret', 'secretsmanager:CreateSecret', client, {}],
    ['delete a secret', 'secretsmanager:DeleteSecret', client, {}],
    ['describe a key', 'kms:DescribeKey', keyArn, {}],
  ],
};

/** One of everything that these rights depend on. */
function withImported(grant: Grant): (stack: Stack, operator: Role) => void {
  return (stack, operator) => {
    ofOwnRotator(grant)(stack, operator);
    addImported(stack, stack.node.findChild('Rotator') as ImsTokenRotator);
  };
}

function addImported(stack: Stack, rotator: ImsTokenRotator): void {
  rotator.addCredential('imported', {
    clientSecret: Secret.fromSecretCompleteArn(stack, 'Adobe', imported),
  });
}

const grants: readonly Grant[] = ['grantOperate', 'grantRespondToLeaks'];

describe.each(grants)('%s', (grant) => {
  const statements = granted(withImported(grant));

  it.each([...nobody, ...limits[grant]])('does not allow to %s', (_, action, arn, context) => {
    expect(isAllowed(statements, action, arn, context)).toBe(false);
  });

  it('allows the same with the conditions', () => {
    const ask = (action: string, resource: string, context: Call[3]): boolean =>
      isAllowed(statements, action, resource, context);
    expect([
      ask('kms:Decrypt', keyArn, via('secretsmanager')),
      ask('kms:GenerateDataKey', keyArn, via('secretsmanager')),
      ask('kms:Decrypt', environmentKeyArn, via('lambda')),
      ask(tag, token, tags(tagKeys.paused)) || ask(tag, client, tags(tagKeys.rotation)),
    ]).toEqual([true, true, true, true]);
  });

  it('gives the same, whether the credentials come before or afterwards', () => {
    const parts = (isFirst: boolean): readonly string[] => {
      const rights = granted((stack, operator) => {
        const rotator = new ImsTokenRotator(stack, 'Rotator', { rotatorName: 'local' });
        if (isFirst) rotator[grant](operator);
        const encryptionKey = Key.fromKeyArn(stack, 'Key', keyArn);
        rotator.addCredential('fusion', { encryptionKey, clientSecretRotation: true });
        addImported(stack, rotator);
        if (!isFirst) rotator[grant](operator);
      });
      return partsOf(rights);
    };
    expect(parts(true)).toEqual(parts(false));
    expect(parts(true).join()).toContain(imported);
  });
});

/** Each right by itself, in an order that does not depend on the statements. */
function partsOf(statements: readonly Statement[]): readonly string[] {
  return statements
    .flatMap(({ Resource, Condition, ...statement }) =>
      actionsOf({ Resource, ...statement }).flatMap((action) =>
        [Resource].flat().map((resource) => JSON.stringify([action, resource, Condition])),
      ),
    )
    .toSorted();
}
