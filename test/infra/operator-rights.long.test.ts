import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { App, Stack as CdkStack, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { ImsTokenRotator } from '../../infra/index.ts';
import { fileWith, registerClient, startOperator } from '../cli/operator.ts';
import { keyArn, setKey } from '../cli/patient.ts';
import { read } from '../support/document.ts';
import { actionsOf, isAllowed, type Statement } from '../support/iam.ts';

const account = 'us-east-1:111122223333';
const functionArn = `arn:aws:lambda:${account}:function:rotator-local`;
const topicArn = `arn:aws:sns:${account}:rotator-local-alarms`;
const environmentKeyArn = `arn:aws:kms:${account}:key/environment`;

/** The statements of a role that may do nothing else, with the function of the embedded world. */
function granted(define: (stack: Stack, operator: Role) => void): readonly Statement[] {
  const stack = new CdkStack(new App(), 'S');
  const operator = new Role(stack, 'Operator', { assumedBy: new ServicePrincipal('x') });
  define(stack, operator);
  const policies = Template.fromStack(stack).findResources('AWS::IAM::Policy');
  const own = Object.entries(policies).filter(([id]) => id.startsWith('Operator'));
  const text = JSON.stringify(
    own.flatMap(([, policy]) => policy['Properties'].PolicyDocument.Statement),
  );
  return JSON.parse(
    text.replaceAll(/\{"Fn::GetAtt":\["\w*Function\w*","Arn"\]\}/g, JSON.stringify(functionArn)),
  );
}

function ofOwnRotator(stack: Stack, operator: Role): void {
  new ImsTokenRotator(stack, 'Rotator', {
    rotatorName: 'local',
    encryptionKey: Key.fromKeyArn(stack, 'Key', keyArn),
    environmentEncryption: Key.fromKeyArn(stack, 'EnvironmentKey', environmentKeyArn),
    alarms: { topic: Topic.fromTopicArn(stack, 'Topic', topicArn) },
  }).grantOperate(operator);
}

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

/** Runs every command as an operator with these rights only. @returns what AWS was asked */
async function operate(statements: readonly Statement[]): Promise<readonly Question[]> {
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
  const { world, client, cli } = operator;
  world.aws.account.principals.set('operator', {
    username: 'operator',
    arn: 'arn:aws:iam::111122223333:user/operator',
  });
  setKey(world, 'Enabled');
  const { clientId, secret } = registerClient(operator);
  const document = { client_id: clientId, client_secret: secret };
  const file = await fileWith(JSON.stringify(document));
  const run = async (...args: readonly string[]): Promise<void> => {
    const { code, stdout, stderr } = await cli(...args);
    expect({ args, code, stderr }, stdout).toEqual({ args, code: 0, stderr: expect.any(String) });
    expect(stdout + stderr, args.join(' ')).not.toMatch(/not authorized|AccessDenied/);
  };
  const settings = ['--renew-before', 'PT8H', '--key', keyArn];
  await run('onboard', 'fusion', file, '--product', 'workfront-fusion', ...settings);
  await run('onboard', 'other', file, '--scopes', 'openid', ...settings);
  await operator.invoke({ action: 'tick' });
  await run('status');
  await run('pause', 'other');
  await run('resume', 'other');
  await run('renew', 'fusion', '--force');
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
  await run('doctor', 'fusion');
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
  return asked;
}

it('lets an operator run every command, and has no statement, action or resource to spare', async () => {
  const statements = granted(ofOwnRotator);
  const asked = await operate(statements);
  const answers = (some: readonly Statement[]): readonly boolean[] =>
    asked.map(({ action, resource, context }) => isAllowed(some, action, resource, context));
  expect(asked.filter((_, index) => answers(statements)[index] !== true)).toEqual([]);
  const parts = statements.flatMap((statement) =>
    actionsOf(statement).flatMap((Action) =>
      [statement.Resource].flat().map((Resource) => ({ ...statement, Action, Resource })),
    ),
  );
  const spare = parts.filter((part) =>
    answers(parts.filter((other) => other !== part)).every((allowed) => allowed),
  );
  expect(parts.length).toBeGreaterThan(20);
  expect(spare.map(({ Action, Resource }) => [Action, Resource])).toEqual([]);
});

/** Where the statements allow an action. */
function resourcesOf(statements: readonly Statement[], action: string): readonly unknown[] {
  return statements
    .filter((statement) => actionsOf(statement).includes(action))
    .flatMap(({ Resource }) => Resource);
}

describe('grantOperate', () => {
  it('includes the keys and client secrets that are added afterwards', () => {
    const clientSecretArn = `arn:aws:secretsmanager:${account}:secret:adobe-AbCdEf`;
    const statements = granted((stack, operator) => {
      const rotator = new ImsTokenRotator(stack, 'Rotator', { rotatorName: 'local' });
      rotator.grantOperate(operator);
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

  it('is the same for a rotator that another app deploys, with any topic of its account', () => {
    const elsewhere = granted((stack, operator) => {
      ImsTokenRotator.fromRotatorAttributes(stack, 'Rotator', {
        rotatorName: 'local',
        functionArn,
        account: '111122223333',
        region: 'us-east-1',
        encryptionKey: Key.fromKeyArn(stack, 'Key', keyArn),
      }).grantOperate(operator);
    });
    const actions = (statements: readonly Statement[]) => new Set(statements.flatMap(actionsOf));
    expect(actions(elsewhere)).toEqual(actions(granted(ofOwnRotator)));
    expect(isAllowed(elsewhere, 'sns:ListSubscriptionsByTopic', topicArn, {})).toBe(true);
  });

  it('gives the rights that the reference lists, and no others', () => {
    const [, operate = ''] = /\*\*Operate\.\*\*\n(.*?)\n## /s.exec(read('docs/reference.md')) ?? [];
    const listed = [...operate.matchAll(/`(?:[a-z]+:)?([A-Z][A-Za-z]+)`/g)].map(([, name]) => name);
    const actions = granted(ofOwnRotator).flatMap(actionsOf);
    expect(new Set(listed)).toEqual(new Set(actions.map((action) => action.split(':')[1])));
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
