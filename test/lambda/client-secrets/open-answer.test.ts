import { TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { tagKeys } from '../../../core/contract.ts';
import { day } from '../../support/builders.ts';
import { instantIn, secretId } from '../../support/credential.ts';
import { countedTick } from '../../support/outcomes.ts';
import { plainClient, seedCredential, startParts } from '../../support/start-parts.ts';

const ofLeak = '0b1c2d3e-4f5a-8b6c-8d7e-1eaced0f1a2b';
const client = secretId('fusion', 'client');
const elsewhere = 'team/adobe';

it.each([
  ["the rotator's own", client],
  ['imported', elsewhere],
])(
  'a tick counts an answer to a leak that was broken off a day ago as a failure: %s',
  async (_, SecretId) => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    const secretString =
      '{"client_id":"client-fusion","client_secret":"a-secret","scope":"openid"}';
    const arn = parts.secretsManager.seed({ name: elsewhere, secretString });
    parts.secretsManager.seed({ name: secretId('reports', 'token') });
    parts.ims.client('client-fusion').addSecret('a-secret');
    const config = { ...parts.run().config, clientSecrets: new Map([['reports', arn]]) };
    const failingAfter = async (seconds: number): Promise<unknown> => {
      parts.clock.advance(seconds);
      parts.metrics.length = 0;
      parts.properties.clear();
      await countedTick(parts.run({ config }));
      return parts.metrics.find(([name]) => name === 'Failing')?.[1];
    };
    const note = async (Value: string): Promise<void> => {
      const Tags = [{ Key: tagKeys.rotation, Value }];
      await plainClient(parts).send(new TagResourceCommand({ SecretId, Tags }));
    };
    await note(`adding since=${instantIn(parts, 0)} version=${ofLeak}`);
    expect(await failingAfter(day)).toBe(0);
    expect(await failingAfter(60)).toBe(1);
    const name = SecretId === client ? 'fusion' : 'reports';
    expect(parts.properties.get('failing_credentials')).toBe(name);
    expect(parts.metrics.map(([metric]) => metric)).not.toContain('ClientSecretRotationOverdue');
    await note('none');
    expect(await failingAfter(60)).toBe(0);
  },
);
