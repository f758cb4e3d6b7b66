import { CreateSecretCommand, DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { environmentVariables, tagKeys } from '../../core/contract.ts';
import { startLeak } from './leak-world.ts';
import { inTerminal } from './terminal-session.ts';

it('leaked mints no token itself for a secret whose client secret is imported', async () => {
  const leak = await startLeak();
  const { world, client } = leak;
  const { ARN: lent = '' } = await client.send(
    new DescribeSecretCommand({ SecretId: world.secretId('fusion', 'client') }),
  );
  // Whoever may create a function and a secret of their own can claim the client secret.
  const prefix = 'ims-token-rotator/theirs';
  const { url } = world.secretsManager;
  const deployed = world.functionDefinition({ secretsManager: url, ims: world.ims.url });
  world.lambda.createFunction({
    ...deployed,
    functionName: 'theirs',
    environment: {
      ...deployed.environment,
      [environmentVariables.name]: 'theirs',
      [environmentVariables.prefix]: prefix,
      [environmentVariables.clientSecrets]: JSON.stringify({ loan: lent }),
    },
  });
  const Name = `${prefix}/loan/token`;
  const Tags = [{ Key: tagKeys.paused, Value: 'true' }];
  const { VersionId } = await client.send(
    new CreateSecretCommand({ Name, Tags, SecretString: 'theirs' }),
  );
  const words = ['leaked', 'loan', '--token', '--rotator', 'theirs', '--now'];
  const session = inTerminal(leak, ...words);
  await session.answer('Type yes', 'yes\r');
  await session.answer('Type loan to continue', 'loan\r');
  const { code, text } = await session.exit();
  expect(code).toBe(1);
  expect(text).toContain('ERR_PAUSED');
  expect(text).not.toContain('even if the credential is paused');
  const { VersionIdsToStages = {} } = await client.send(
    new DescribeSecretCommand({ SecretId: Name }),
  );
  expect(Object.keys(VersionIdsToStages)).toEqual([VersionId]);
});
