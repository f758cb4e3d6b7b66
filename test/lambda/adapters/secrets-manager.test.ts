import { expect, it } from 'vitest';
import { SecretsManager } from '../../../lambda/adapters/secrets-manager.ts';
import { timeouts } from '../../../lambda/steps/budget.ts';

it('reports missing AWS credentials as access denied', async () => {
  const secrets = new SecretsManager({
    region: 'us-east-1',
    credentials: () =>
      Promise.reject(Object.assign(new Error('none'), { name: 'CredentialsProviderError' })),
    timeouts: timeouts.secretsManager,
    writesPerSecond: 40,
  });
  await expect(secrets.describe('x', AbortSignal.timeout(60_000))).rejects.toMatchObject({
    code: 'ERR_SECRET_ACCESS_DENIED',
  });
});
