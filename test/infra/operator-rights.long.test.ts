import { randomUUID } from 'node:crypto';
import {
  PutSecretValueCommand,
  RotateSecretCommand,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { App, Stack as CdkStack } from 'aws-cdk-lib';
import { AccountPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../core/contract.ts';
import type { ImsClient } from '../../emulators/ims/client.ts';
import { requestContext } from '../../emulators/secrets-manager/condition-keys.ts';
import { ImsTokenRotator } from '../../infra/index.ts';
import { onboard } from '../../local/onboarding.ts';
import { sampleClient, selfManaging, storedDocument } from '../../local/sample-credential.ts';
import { fileWith, inSeconds, type Operator, startOperator } from '../cli/operator.ts';
import { keyArn, setKey } from '../cli/patient.ts';
import { read } from '../support/document.ts';
import { actionsOf, isAllowed, type Statement } from '../support/iam.ts';
import {
  account,
  environmentKeyArn,
  functionArn,
  type Grant,
  granted,
  ofOwnRotator,
  topicArn,
} from './granted-rights.ts';

interface Question {
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, unknown>>;
}

/** A call, and the rights that AWS asks for beside the one that the call is named after. */
function questionsOf(call: Question): readonly Question[] {
  const { action, resource, context } = call;
  const key = (use: string, service: string, arn: string): Question => ({
    action: `kms:${use}`,
    resource: arn,
    context: { 'kms:ViaService': `${service}.us-east-1.amazonaws.com` },
  });
  if (action === 'lambda:ListFunctions') return [call, key('Decrypt', 'lambda', environmentKeyArn)];
  const decrypt = key('Decrypt', 'secretsmanager', keyArn);
  if (action === 'secretsmanager:GetSecretValue') return [call, decrypt];
  if (!/:(CreateSecret|PutSecretValue)$/.test(action)) return [call];
  const encrypt = [decrypt, key('GenerateDataKey', 'secretsmanager', keyArn)];
  if (context['aws:TagKeys'] === undefined) return [call, ...encrypt];
  return [call, ...encrypt, { action: 'secretsmanager:TagResource', resource, context }];
}

interface Restricted extends Operator {
  /** What AWS was asked, for the commands. */
  readonly asked: readonly Question[];
  /** The client of `fusion`, which may manage its own secrets. */
  readonly adobe: ImsClient;
  /** Runs a command, which must succeed with all that it looks at. */
  readonly run: (...args: readonly string[]) => Promise<void>;
}

/** The shell of somebody who has these rights only. */
async function startRestricted(statements: readonly Statement[]): Promise<Restricted> {
  const asked: Question[] = [];
  const operator = await startOperator({
    eventRule: true,
    authorize: (action, resource, context) => {
      if (!String(context['aws:PrincipalArn']).endsWith(':user/operator')) return true;
      const questions = questionsOf({ action, resource, context });
      asked.push(...questions);
      return questions.every((one) => isAllowed(statements, one.action, one.resource, one.context));
    },
  });
  const { world, cli, secrets, environment } = operator;
  environment['ADOBE_CONSOLE_ENDPOINT_URL'] = world.consoleApi.url;
  world.aws.account.principals.set('operator', {
    username: 'operator',
    arn: 'arn:aws:iam::111122223333:user/operator',
  });
  setKey(world, 'Enabled');
  const adobe = world.ims.registerClient(selfManaging(sampleClient()));
  for (const { value } of adobe.secrets) secrets.add(value);
  const run: Restricted['run'] = async (...args) => {
    const { code, stdout, stderr } = await cli(...args);
    expect({ args, code, stderr }, stdout).toEqual({ args, code: 0, stderr: expect.any(String) });
    expect(stdout + stderr, args.join(' ')).not.toMatch(/not authorized|AccessDenied/);
  };
  return { ...operator, asked, adobe, run };
}

/** Does what the deployment does for a client secret that rotates. */
async function switchRotationOn({ world, client }: Restricted): Promise<void> {
  await client.send(
    new RotateSecretCommand({
      SecretId: world.secretId('fusion', 'client'),
      RotationLambdaARN: functionArn,
      RotateImmediately: false,
      RotationRules: { AutomaticallyAfterDays: 30 },
    }),
  );
  await world.secretsManager.idle();
}

/** Runs every command but that for a leak. @returns what AWS was asked */
async function operate(statements: readonly Statement[]): Promise<readonly Question[]> {
  const operator = await startRestricted(statements);
  const { world, client, cli, adobe, run } = operator;
  const file = await fileWith(storedDocument(adobe));
  const settings = ['--renew-before', 'PT8H', '--key', keyArn];
  await run('onboard', 'fusion', file, '--product', 'workfront-fusion', ...settings);
  await run('onboard', 'other', file, '--scopes', 'openid', ...settings);
  await operator.invoke({ action: 'tick' });
  await run('status');
  await run('pause', 'other');
  await run('resume', 'other');
  await run('renew', 'other', '--force');
  await run('renew', '--all');
  const { stdout: token } = await cli('token', 'fusion');
  operator.secrets.add(token.trim());
  await run('put-credential', 'fusion', file);
  await client.send(
    new PutSecretValueCommand({
      SecretId: world.secretId('fusion', 'token'),
      SecretString: '{}',
      VersionStages: ['AWSPENDING'],
    }),
  );
  await switchRotationOn(operator);
  await run('doctor', 'fusion', '--mint');
  await run('rotate-client-secret', 'fusion', '--wait', '0');
  const remove = world.secretId('other', 'token');
  world.secretsManager.faults.inject(
    { kind: 'denied' },
    {
      when: ({ action, secretId }) =>
        action === 'DeleteSecret' && secretId?.includes(remove) === true,
      times: 1,
    },
  );
  expect(await cli('offboard', 'other', '--yes')).toMatchObject({ code: 1 });
  await run('offboard', 'other', '--yes');
  return operator.asked;
}

/** Answers two leaks, the second of a paused credential during a rotation. */
async function respond(statements: readonly Statement[]): Promise<readonly Question[]> {
  const responder = await startRestricted(statements);
  const { world, client, adobe, run, secrets } = responder;
  await onboard(world, client, 'fusion', storedDocument(adobe));
  await responder.invoke({ action: 'tick' });
  await run('leaked', 'fusion', '--token', '--yes', '--now');
  const pending = adobe.addSecret('p8e-pending-0123456789abcdef');
  secrets.add(pending.value);
  const versionId = randomUUID();
  const Value = `adding since=${inSeconds(0)} version=${versionId}`;
  await client.send(
    new TagResourceCommand({
      SecretId: world.secretId('fusion', 'client'),
      Tags: [{ Key: tagKeys.rotation, Value }],
    }),
  );
  await client.send(
    new PutSecretValueCommand({
      SecretId: world.secretId('fusion', 'client'),
      ClientRequestToken: versionId,
      SecretString: storedDocument(adobe),
      VersionStages: ['AWSPENDING'],
    }),
  );
  await client.send(
    new TagResourceCommand({
      SecretId: world.secretId('fusion', 'token'),
      Tags: [{ Key: tagKeys.paused, Value: 'true' }],
    }),
  );
  await run('leaked', 'fusion', '--yes', '--now');
  return responder.asked;
}

it.each<[string, Grant, typeof operate, number]>([
  ['an operator run every other command', 'grantOperate', operate, 20],
  ['a responder answer a leak', 'grantRespondToLeaks', respond, 15],
])('lets %s, and has no statement, action or resource to spare', async (_, grant, work, least) => {
  const statements = granted(ofOwnRotator(grant));
  const asked = await work(statements);
  const answers = (some: readonly Statement[]): readonly boolean[] =>
    asked.map(({ action, resource, context }) => isAllowed(some, action, resource, context));
  expect(asked.filter((_question, index) => answers(statements)[index] !== true)).toEqual([]);
  const parts = statements.flatMap((statement) =>
    actionsOf(statement).flatMap((Action) =>
      [statement.Resource].flat().map((Resource) => ({ ...statement, Action, Resource })),
    ),
  );
  const spare = parts.filter((part) =>
    answers(parts.filter((other) => other !== part)).every((allowed) => allowed),
  );
  expect(parts.length).toBeGreaterThan(least);
  expect(spare.map(({ Action, Resource }) => [Action, Resource])).toEqual([]);
});

/** Where the statements allow an action. */
function resourcesOf(statements: readonly Statement[], action: string): readonly unknown[] {
  return statements
    .filter((statement) => actionsOf(statement).includes(action))
    .flatMap(({ Resource }) => Resource);
}

const grants: readonly Grant[] = ['grantOperate', 'grantRespondToLeaks'];

describe.each(grants)('%s', (grant) => {
  it('is the same for a rotator that another app deploys, but for what its stack declares', () => {
    const elsewhere = granted((stack, operator) => {
      const rotator = ImsTokenRotator.fromRotatorAttributes(stack, 'Rotator', {
        rotatorName: 'local',
        functionArn,
        account: '111122223333',
        region: 'us-east-1',
        encryptionKey: Key.fromKeyArn(stack, 'Key', keyArn),
      });
      rotator[grant](operator);
    });
    const actions = new Set(granted(ofOwnRotator(grant)).flatMap(actionsOf));
    actions.delete('secretsmanager:RotateSecret');
    expect(new Set(elsewhere.flatMap(actionsOf))).toEqual(actions);
    const topics = isAllowed(elsewhere, 'sns:ListSubscriptionsByTopic', topicArn, {});
    expect(topics).toBe(grant === 'grantOperate');
  });

  it('includes the keys and client secrets that are added afterwards', () => {
    const clientSecretArn = `arn:aws:secretsmanager:${account}:secret:adobe-AbCdEf`;
    const statements = granted((stack, operator) => {
      const rotator = new ImsTokenRotator(stack, 'Rotator', { rotatorName: 'local' });
      rotator[grant](operator);
      const encryptionKey = Key.fromKeyArn(stack, 'Key', keyArn);
      const clientSecret = Secret.fromSecretCompleteArn(stack, 'Adobe', clientSecretArn);
      rotator.addCredential('own', { encryptionKey });
      rotator.addCredential('imported', { encryptionKey, clientSecret });
    });
    expect(resourcesOf(statements, 'kms:GenerateDataKey')).toEqual([keyArn]);
    const stored = resourcesOf(statements, 'secretsmanager:PutSecretValue');
    expect(stored).toContain(clientSecretArn);
    const deleted = resourcesOf(statements, 'secretsmanager:DeleteSecret');
    expect(deleted).not.toContain(clientSecretArn);
  });
});

describe('grantOperate', () => {
  it('lets nobody replace a token or move labels, which answering a leak does', () => {
    const statements = granted(ofOwnRotator('grantOperate'));
    const token = `arn:aws:secretsmanager:${account}:secret:ims-token-rotator/local/fusion/token-AbCdEf`;
    expect(isAllowed(statements, 'secretsmanager:PutSecretValue', token, {})).toBe(false);
    expect(resourcesOf(statements, 'secretsmanager:UpdateSecretVersionStage')).toEqual([]);
  });

  it.each<[request: object, expected: boolean]>([
    [{}, true],
    [{ RecoveryWindowInDays: 7 }, true],
    [{ ForceDeleteWithoutRecovery: false }, true],
    [{ ForceDeleteWithoutRecovery: true }, false],
  ])(
    'lets an operator delete a secret with a recovery window only: %j is %s',
    (request, expected) => {
      const statements = granted(ofOwnRotator('grantOperate'));
      const context = requestContext({ SecretId: 'x', ...request }, undefined, {});
      for (const kind of ['client', 'token']) {
        const arn = `arn:aws:secretsmanager:${account}:secret:ims-token-rotator/local/other/${kind}-AbCdEf`;
        const isDeleted = isAllowed(statements, 'secretsmanager:DeleteSecret', arn, context);
        expect(isDeleted).toBe(expected);
      }
    },
  );

  it('gives the rights that the reference lists, and no others', () => {
    const [, operate = ''] = /\*\*Operate\.\*\*\n(.*?)\n## /s.exec(read('docs/reference.md')) ?? [];
    const commands = operate.replace(/^\| `leaked` \|.*$/m, '');
    const listed = [...commands.matchAll(/`(?:[a-z]+:)?([A-Z][A-Za-z]+)`/g)].map(
      ([, name]) => name,
    );
    const actions = granted(ofOwnRotator('grantOperate')).flatMap(actionsOf);
    expect(new Set(listed)).toEqual(new Set(actions.map((action) => action.split(':')[1])));
  });

  it('leaves to grantRespondToLeaks what the reference lists for a leak, and no others', () => {
    const [row = ''] = /^\| `leaked` \|.*$/m.exec(read('docs/reference.md')) ?? [];
    const listed = [...row.matchAll(/`(?:[a-z]+:)?([A-Z][A-Za-z]+)`/g)].map(([, name]) => name);
    const actions = granted(ofOwnRotator('grantRespondToLeaks')).flatMap(actionsOf);
    const others = actions.filter((action) => !action.startsWith('kms:'));
    expect(new Set(listed)).toEqual(new Set(others.map((action) => action.split(':')[1])));
  });

  it('fails for a rotator whose function is unknown, and for a principal without policies', () => {
    const stack = new CdkStack(new App(), 'S');
    const named = ImsTokenRotator.fromRotatorName(stack, 'Named', 'local');
    const operator = new Role(stack, 'Operator', { assumedBy: new ServicePrincipal('x') });
    const unknown = 'the function of the rotator "local" is unknown; give its ARN as functionArn';
    expect(() => named.grantOperate(operator)).toThrow(unknown);
    expect(() => named.grantInvoke(operator)).toThrow(unknown);
    const rotator = new ImsTokenRotator(stack, 'Rotator');
    expect(() => rotator.grantOperate(new AccountPrincipal('444455556666'))).toThrow(
      'could not be added',
    );
  });
});
