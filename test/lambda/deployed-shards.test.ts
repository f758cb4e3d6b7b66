import { expect, it } from 'vitest';
import { ImsTokenRotator } from '../../infra/index.ts';
import { deploy, startDeployment } from '../support/deployed-rotator.ts';

it('the schedules of a deployed stack with shards renew every credential once', async () => {
  const names = ['cu-1', 'cu-2', 'cu-3', 'fusion'];
  const deployment = deploy((stack) => {
    const rotator = new ImsTokenRotator(stack, 'Rotator', {
      shards: 4,
      shardStems: ['cu-'],
      alarms: { enabled: false },
    });
    for (const name of names) rotator.addCredential(name);
  });
  const rotator = await startDeployment(deployment);
  const { secretsManager, ims } = rotator;
  for (const clientId of names) {
    const clientSecret = `secret-of-${clientId}`;
    ims.registerClient({ clientId, clientSecrets: [clientSecret], scopes: ['openid'] });
    const document = { client_id: clientId, client_secret: clientSecret, scope: 'openid' };
    const name = `ims-token-rotator/prod/${clientId}/client`;
    secretsManager.seed({ name, secretString: JSON.stringify(document) });
  }
  // The event of a stored credential, which renews it by its name, knows no shards.
  await secretsManager.idle();
  await rotator.lambda.idle();
  expect(ims.mintCount).toBe(4);
  for (const clientId of names) {
    secretsManager.seed({
      name: `ims-token-rotator/prod/${clientId}/token`,
      secretString: 'broken',
    });
  }
  for (const shard of [1, 2, 3, 4]) {
    expect((await rotator.tick(shard)).functionError).toBeUndefined();
  }
  const renewed = secretsManager.calls.flatMap(({ action, secretName }) =>
    action === 'PutSecretValue' ? [secretName] : [],
  );
  expect(ims.mintCount).toBe(8);
  expect(new Set(renewed.slice(4))).toEqual(
    new Set(names.map((name) => `ims-token-rotator/prod/${name}/token`)),
  );
  expect(rotator.denied()).toEqual([]);
});
