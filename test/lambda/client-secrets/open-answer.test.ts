import { TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { tagKeys } from '../../../core/contract.ts';
import { day, hour } from '../../support/builders.ts';
import { instantIn, secretId } from '../../support/credential.ts';
import { countedTick } from '../../support/outcomes.ts';
import { type Parts, plainClient, seedCredential, startParts } from '../../support/start-parts.ts';
import { startRotated } from '../../support/start-rotating-client.ts';

const ofLeak = '0b1c2d3e-4f5a-8b6c-8d7e-1eaced0f1a2b';
const client = secretId('fusion', 'client');
const elsewhere = 'team/adobe';

async function note(parts: Parts, SecretId: string, Value: string): Promise<void> {
  const Tags = [{ Key: tagKeys.rotation, Value }];
  await plainClient(parts).send(new TagResourceCommand({ SecretId, Tags }));
}

async function failingAfter(parts: Parts, seconds: number, run = parts.run()): Promise<unknown> {
  parts.clock.advance(seconds);
  parts.metrics.length = 0;
  parts.properties.clear();
  await countedTick(run);
  return parts.metrics.find(([name]) => name === 'Failing')?.[1];
}

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
    const failing = (seconds: number) => failingAfter(parts, seconds, parts.run({ config }));
    await note(parts, SecretId, `adding since=${instantIn(parts, 0)} version=${ofLeak}`);
    expect(await failing(day)).toBe(0);
    expect(await failing(60)).toBe(1);
    const name = SecretId === client ? 'fusion' : 'reports';
    expect(parts.properties.get('failing_credentials')).toBe(name);
    expect(parts.metrics.map(([metric]) => metric)).not.toContain('ClientSecretRotationOverdue');
    await note(parts, SecretId, 'none');
    expect(await failing(60)).toBe(0);
  },
);

it.each(['is at Adobe', 'is gone'])(
  'renewals keep the note of an answer that was broken off, although the credential stored since has a retired client secret; the leaked one %s',
  async (where) => {
    const rotating = await startRotated();
    const { parts } = rotating;
    const [, retired] = await rotating.entries();
    const uuid = where === 'is gone' ? 'gone' : retired?.uuid;
    const noted = `retired uuid=${uuid} at=${instantIn(parts, 0)} version=${ofLeak}`;
    await note(parts, client, noted);
    const live = rotating.live();
    for (const seconds of [day + hour, 900, day]) {
      expect(await failingAfter(parts, seconds)).toBe(1);
      expect(await rotating.tag()).toBe(noted);
    }
    expect(rotating.live()).toEqual(live);
  },
);
