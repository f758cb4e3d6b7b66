import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import type { ImsFault } from '../../emulators/ims/fault.ts';
import type { Call, SecretsManagerFault } from '../../emulators/secrets-manager/fault.ts';
import { expectNoSecrets } from '../support/no-secrets.ts';
import { startRotator } from '../support/start-rotator.ts';

/** One of each kind of answer that might be tempted to quote what it was asked. */
const imsFaults: readonly ImsFault[] = [
  { kind: 'throttled', retryAfter: '1' },
  { kind: 'server-error', status: 500, body: 'json' },
  { kind: 'server-error', status: 400, body: 'html' },
  { kind: 'redirect', status: 302, location: 'https://example.com/?x=1' },
  { kind: 'truncated-json' },
  { kind: 'reset-in-body' },
  { kind: 'missing-expires-in' },
  { kind: 'expires-in', value: 86_399_992 },
  { kind: 'not-bearer' },
  { kind: 'claims-disagree', lifetimeSeconds: 60 },
  { kind: 'opaque-token' },
];

const storeFaults: readonly SecretsManagerFault[] = [
  { kind: 'denied' },
  { kind: 'reset-after' },
  { kind: 'error', type: 'InvalidParameterException', message: 'Value at secretString is bad' },
];

describe('everything that the process writes', () => {
  it('through every kind of failure and success holds no secret and no token', async () => {
    const { world, client, onboard, read, invoke } = await startRotator();
    const sample = await onboard('fusion');
    const secrets = new Set(sample.clientSecrets);
    const results: unknown[] = [];
    const run = async (event: object): Promise<void> => {
      results.push(await invoke(event));
      const stored = await read('fusion');
      if (stored !== undefined) secrets.add(String(stored.token['access_token']));
    };
    const force = async (): Promise<void> => {
      const replaces = (await read('fusion'))?.versionId;
      const named = replaces === undefined ? {} : { replaces };
      await run({ action: 'renew', credential: 'fusion', force: true, ...named });
    };
    await run({ action: 'tick' });
    for (const fault of imsFaults) {
      world.ims.faults.inject(fault, { times: 1 });
      await force();
      world.ims.faults.clear();
    }
    for (const fault of storeFaults) {
      const when = ({ action }: Call): boolean => action === 'PutSecretValue';
      world.secretsManager.faults.inject(fault, { when, times: 1 });
      await force();
    }
    const SecretId = world.secretId('fusion', 'token');
    const RotationLambdaARN = `arn:aws:lambda:us-east-1:111122223333:function:${world.functionName}`;
    const rotateSecret = async (): Promise<void> => {
      world.ims.client(sample.clientId).lifetimeSeconds += 60;
      await client.send(new RotateSecretCommand({ SecretId, RotationLambdaARN }));
      await world.secretsManager.idle();
      results.push(world.secretsManager.errors.map((error) => (error as Error).cause));
    };
    await rotateSecret();
    world.secretsManager.faults.inject(
      { kind: 'denied' },
      { when: ({ action }) => action === 'UpdateSecretVersionStage' },
    );
    await rotateSecret();
    const pending = await client.send(
      new GetSecretValueCommand({ SecretId, VersionStage: 'AWSPENDING' }),
    );
    secrets.add(String(JSON.parse(pending.SecretString ?? '').access_token));
    world.secretsManager.faults.clear();
    const wrong = 'p8e-a-wrong-and-secret-value-0123456789';
    secrets.add(wrong);
    for (const SecretString of [
      wrong,
      JSON.stringify({ client_id: wrong.slice(4), client_secrets: [wrong, 5], ims_host: wrong }),
      JSON.stringify({ client_id: sample.clientId, client_secret: wrong, scope: 'openid' }),
    ]) {
      const clientSecret = world.secretId('fusion', 'client');
      await client.send(new PutSecretValueCommand({ SecretId: clientSecret, SecretString }));
      await run({ action: 'tick' });
    }
    await run({ action: 'status' });
    await run({ action: wrong });

    const { Tags, VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId }));
    const written = [
      ...world.lambda.logs(world.functionName),
      ...results.map((result) => JSON.stringify(result)),
      JSON.stringify(Tags),
      JSON.stringify(VersionIdsToStages),
    ].join('\n');
    expect(secrets.size).toBeGreaterThan(5);
    expect(written).toContain('"code":"ERR_TOKEN_REJECTED"');
    expect(written).toContain('"Ticks":1');
    expect(written).toContain('"step":"finishSecret"');
    expect(written).toContain('failing code=ERR_');
    expectNoSecrets(written, [...secrets]);
  });
});

describe('the search for secrets', () => {
  const secret = 'p8e-"Quoted"+and/odd=0123';

  it.each([
    ['as it is', `x ${secret} y`],
    ['a part of 12 characters', secret.slice(5, 17)],
    ['URL-encoded', encodeURIComponent(secret)],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64url', Buffer.from(secret).toString('base64url')],
    ['escaped in JSON', JSON.stringify({ secret })],
  ])('notices it %s', (_, text) => {
    expect(() => expectNoSecrets(text, [secret])).toThrow('a secret shows');
  });

  it('does not mind less of it', () => {
    expectNoSecrets(`${secret.slice(0, 11)} ${secret.slice(-11)}`, [secret]);
  });
});
