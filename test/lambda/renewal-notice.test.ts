import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { expect, it } from 'vitest';
import { ImsTokenRotator } from '../../infra/index.ts';
import { deploy, startDeployment } from '../support/deployed-rotator.ts';

it('a deployed stack notifies a target of each new token of its credential, and of nothing else', async () => {
  const deployed = await startDeployment(
    deploy((stack) => {
      const rotator = new ImsTokenRotator(stack, 'Rotator');
      rotator.addCredential('firefly');
      rotator.addCredential('fusion').onTokenRenewed('Notify', {
        target: new SqsQueue(new Queue(stack, 'Queue')),
      });
    }),
  );
  const store = async (name: string, clientId: string): Promise<void> => {
    const document = { client_id: clientId, client_secret: 's', scope: 'openid' };
    deployed.ims.registerClient({ clientId, clientSecrets: ['s'], scopes: ['openid'] });
    deployed.secretsManager.seed({
      name: `ims-token-rotator/prod/${name}/client`,
      secretString: JSON.stringify(document),
    });
    await deployed.secretsManager.idle();
    await deployed.lambda.idle();
    await deployed.secretsManager.idle();
  };
  await store('firefly', 'firefly');
  expect(deployed.notified).toEqual([]);
  await store('fusion', 'one');
  expect(await deployed.tick()).toMatchObject({ payload: { outcomes: { kept: 2 } } });
  await store('fusion', 'two');
  const notice = {
    target: expect.stringMatching(/^Queue/),
    event: expect.objectContaining({
      detail: expect.objectContaining({ name: 'ims-token-rotator/prod/fusion/token' }),
    }),
  };
  expect(deployed.notified).toEqual([notice, notice]);
});
