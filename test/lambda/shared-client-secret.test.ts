import { DeleteSecretCommand, DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { parseEvent } from '../../core/event.ts';
import type { CredentialOutcome } from '../../core/outcome.ts';
import { renewEach } from '../../lambda/commands/renew.ts';
import { tick } from '../support/outcomes.ts';
import { plainClient, readToken, seedCredential, startParts } from '../support/start-parts.ts';

describe('a client secret that two credentials share', () => {
  it.each([
    ['complete', (arn: string) => arn],
    ['without its last six characters', (arn: string) => arn.slice(0, -7)],
  ])('renews both of them when it gets a new value, by an ARN that is %s', async (_, written) => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    parts.secretsManager.seed({ name: 'ims-token-rotator/prod/reports/token' });
    const SecretId = 'ims-token-rotator/prod/fusion/client';
    const { ARN: arn = '' } = await plainClient(parts).send(
      new DescribeSecretCommand({ SecretId }),
    );
    const clientSecrets = new Map([['reports', written(arn)]]);
    const config = { ...parts.run().config, clientSecrets };
    const event = {
      source: 'aws.secretsmanager',
      'detail-type': 'Secret Label Updated',
      resources: [arn],
      detail: { name: 'ims-token-rotator/prod/fusion/client', labelUpdated: 'AWSCURRENT' },
    };
    const command = parseEvent(event, config);
    expect(command).toEqual({
      action: 'renew',
      credentials: ['fusion', 'reports'],
      force: { force: false },
      isNotice: true,
    });
    if (command.action !== 'renew') return;
    const outcomes: CredentialOutcome[] = [];
    await renewEach(parts.run({ config }), command.credentials, command.force, (outcome) =>
      outcomes.push(outcome),
    );
    expect(outcomes).toMatchObject([{ outcome: 'renewed' }, { outcome: 'renewed' }]);
    expect(await readToken(parts, 'fusion')).toBeDefined();
    expect(await readToken(parts, 'reports')).toBeDefined();
  });

  it.each([
    ['complete', (arn: string) => arn],
    ['without its last six characters', (arn: string) => arn.slice(0, -7)],
  ])(
    'is not a credential of its own when only the other one is left, by an ARN that is %s',
    async (_, written) => {
      const parts = await startParts();
      seedCredential(parts, 'fusion');
      parts.secretsManager.seed({ name: 'ims-token-rotator/prod/reports/token' });
      const SecretId = 'ims-token-rotator/prod/fusion/client';
      const { ARN: arn = '' } = await plainClient(parts).send(
        new DescribeSecretCommand({ SecretId }),
      );
      const clientSecrets = new Map([['reports', written(arn)]]);
      const config = { ...parts.run().config, clientSecrets };
      const names = async (): Promise<readonly string[]> =>
        (await tick(parts.run({ config }))).map(({ credential }) => credential).toSorted();
      expect(await names()).toEqual(['fusion', 'reports']);
      await plainClient(parts).send(
        new DeleteSecretCommand({ SecretId: 'ims-token-rotator/prod/fusion/token' }),
      );
      expect(await names()).toEqual(['reports']);
      // A declared credential is still expected to have a token.
      const declaring = { ...config, declared: new Set(['fusion']) };
      expect(await tick(parts.run({ config: declaring }))).toContainEqual(
        expect.objectContaining({ credential: 'fusion', reason: 'token-secret-missing' }),
      );
    },
  );
});
