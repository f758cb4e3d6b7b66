import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { ImsTokenRotator } from '../../infra/index.ts';
import {
  type DeployedRotator,
  type Deployment,
  deploy,
  startDeployment,
} from '../support/deployed-rotator.ts';
import { actionsOf, type Statement } from '../support/iam.ts';

const document = (clientId: string): string =>
  JSON.stringify({ client_id: clientId, client_secret: `secret-of-${clientId}`, scope: 'openid' });

const importedKey = 'arn:aws:kms:us-east-1:111122223333:key/of-the-team';
const importedArn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:team/adobe-AbCdEf';

/** Deploys two credentials: one under the stack's key, one with an imported secret and key. */
function deployBoth(): Deployment {
  return deploy((stack) => {
    const rotator = new ImsTokenRotator(stack, 'Rotator', {
      encryptionKey: new Key(stack, 'Key'),
      alarms: { enabled: false },
    });
    rotator.addCredential('fusion');
    rotator.addCredential('imported', {
      clientSecret: Secret.fromSecretAttributes(stack, 'Imported', {
        secretCompleteArn: importedArn,
        encryptionKey: Key.fromKeyArn(stack, 'ImportedKey', importedKey),
      }),
    });
  });
}

async function start(deployment: Deployment): Promise<DeployedRotator> {
  const rotator = await startDeployment(deployment, (secretsManager) => {
    secretsManager.seed({ name: 'team/adobe', arnSuffix: 'AbCdEf' });
    return new Map([[importedArn, importedKey]]);
  });
  for (const clientId of ['fusion', 'imported']) {
    const clientSecrets = [`secret-of-${clientId}`];
    rotator.ims.registerClient({ clientId, clientSecrets, scopes: ['openid'] });
  }
  return rotator;
}

/** Stores a value as somebody with every permission would. */
function store({ secretsManager }: DeployedRotator, name: string, secretString: string): void {
  const arnSuffix = name === 'team/adobe' ? { arnSuffix: 'AbCdEf' } : {};
  secretsManager.seed({ name, secretString, ...arnSuffix });
}

async function settled({ secretsManager, lambda }: DeployedRotator): Promise<void> {
  await secretsManager.idle();
  await lambda.idle();
  await secretsManager.idle();
}

const written = ({ secretsManager }: DeployedRotator): readonly (string | undefined)[] =>
  secretsManager.calls
    .filter(({ action, error }) => action === 'PutSecretValue' && error === undefined)
    .map(({ secretName }) => secretName);

const tokenOf = (name: string): string => `ims-token-rotator/prod/${name}/token`;

/** Runs the rotator from the first tick in an empty account to a remembered failure. */
async function live(rotator: DeployedRotator): Promise<void> {
  await rotator.tick();
  store(rotator, 'ims-token-rotator/prod/fusion/client', document('fusion'));
  store(rotator, 'team/adobe', document('imported'));
  await settled(rotator);
  await rotator.tick();
  // A value stored by hand has to be read; without the client, its renewal fails.
  rotator.ims.removeClient('fusion');
  rotator.secretsManager.seed({ name: tokenOf('fusion'), secretString: 'by hand' });
  await rotator.tick();
}

describe('a deployed stack', () => {
  it('works from the first tick on, and is denied nothing', async () => {
    const rotator = await start(deployBoth());
    expect((await rotator.tick()).functionError).toBeUndefined();
    expect(written(rotator)).toEqual([]);

    store(rotator, 'ims-token-rotator/prod/fusion/client', document('fusion'));
    await settled(rotator);
    expect(written(rotator)).toEqual([tokenOf('fusion')]);

    store(rotator, 'team/adobe', document('imported'));
    await settled(rotator);
    expect(written(rotator)).toEqual([tokenOf('fusion'), tokenOf('imported')]);
    // The function's own writes do not invoke it.
    expect(rotator.delivered).toHaveLength(2);

    expect(await rotator.tick()).toMatchObject({ payload: { outcomes: { kept: 2 } } });
    expect(rotator.denied()).toEqual([]);
  });

  it('remembers a failure with its own permissions', async () => {
    const rotator = await start(deployBoth());
    await live(rotator);
    expect(rotator.denied()).toEqual([]);
    expect(rotator.secretsManager.calls.map(({ action }) => action)).toContain('TagResource');
  });
});

describe('a deployed stack without one of its grants', () => {
  it.each(withoutEach())('is denied something (%s)', async (_, less) => {
    const rotator = await start(less());
    await live(rotator).catch(() => {});
    expect(rotator.denied().length).toBeGreaterThan(0);
  });
});

/** Deployments that each lack one grant on secrets or keys. */
function withoutEach(): readonly [string, () => Deployment][] {
  return [
    'secretsmanager:ListSecrets',
    'secretsmanager:DescribeSecret',
    'secretsmanager:GetSecretValue',
    'secretsmanager:PutSecretValue',
    'secretsmanager:TagResource',
    'kms:Decrypt',
    'kms:GenerateDataKey',
  ].map((action) => [
    action,
    () => {
      const whole = deployBoth();
      const statements = whole.statements.map(
        (statement): Statement => ({
          ...statement,
          Action: actionsOf(statement).filter((granted) => granted !== action),
        }),
      );
      return { ...whole, statements };
    },
  ]);
}
