import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { echoPlaces, type ImsFault } from '../../emulators/ims/fault.ts';
import type { Call, SecretsManagerFault } from '../../emulators/secrets-manager/fault.ts';
import { encodings } from '../support/encodings.ts';
import { expectNoSecrets } from '../support/no-secrets.ts';
import { startRotator } from '../support/start-rotator.ts';

/** One of each kind of response, because any of them might echo the request. */
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

/** Every place in which IMS may repeat the client secret, and every way in one of them. */
const echoes: readonly ImsFault[] = [
  ...echoPlaces.flatMap((place) =>
    [
      String,
      (text: string) => text.slice(4, 20),
      (text: string) => text.toLowerCase().replaceAll(/[^a-z]/g, ''),
      (text: string) => [...text].join(' '),
    ].map((as) => ({ kind: 'echo', place, as }) as const),
  ),
  ...Object.values(encodings).map(
    (as) => ({ kind: 'echo', place: 'error_description', as }) as const,
  ),
];

const storeFaults: readonly SecretsManagerFault[] = [
  { kind: 'denied' },
  { kind: 'reset-after' },
  { kind: 'error', type: 'InvalidParameterException', message: 'Value at secretString is bad' },
];

describe('the output of the function', () => {
  it('holds no secret and no token, whether it succeeds or fails', async () => {
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
      await run({ action: 'renew', credential: 'fusion', force: true, replaces });
    };
    await run({ action: 'tick' });
    await force();
    // A credential for each fault: the budget of one would not allow so many mints.
    for (const [index, fault] of imsFaults.entries()) {
      await onboard(`ims-${index}`);
      world.ims.faults.inject(fault, { times: 1 });
      await run({ action: 'renew', credential: `ims-${index}` });
      world.ims.faults.clear();
    }
    for (const [index, fault] of storeFaults.entries()) {
      await onboard(`store-${index}`);
      const when = ({ action }: Call): boolean => action === 'PutSecretValue';
      world.secretsManager.faults.inject(fault, { when, times: 1 });
      await run({ action: 'renew', credential: `store-${index}` });
    }
    const rotated = await onboard('rotated');
    for (const secret of rotated.clientSecrets) secrets.add(secret);
    await run({ action: 'tick' });
    secrets.add(String((await read('rotated'))?.token['access_token']));
    const SecretId = world.secretId('rotated', 'token');
    const RotationLambdaARN = `arn:aws:lambda:us-east-1:111122223333:function:${world.functionName}`;
    const rotateSecret = async (): Promise<void> => {
      world.ims.client(rotated.clientId).lifetimeSeconds += 60;
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
    await onboard('wrong');
    for (const SecretString of [
      wrong,
      JSON.stringify({ client_id: wrong.slice(4), client_secrets: [wrong, 5], ims_host: wrong }),
      JSON.stringify({ client_id: sample.clientId, client_secret: wrong, scope: 'openid' }),
    ]) {
      const clientSecret = world.secretId('wrong', 'client');
      await client.send(new PutSecretValueCommand({ SecretId: clientSecret, SecretString }));
      await run({ action: 'tick' });
    }
    await run({ action: 'status' });
    await run({ action: wrong });

    const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId }));
    const { Tags } = await client.send(
      new DescribeSecretCommand({ SecretId: world.secretId('wrong', 'token') }),
    );
    const written = [
      ...world.lambda.logs(world.functionName),
      ...results.map((result) => JSON.stringify(result)),
      JSON.stringify(Tags),
      JSON.stringify(VersionIdsToStages),
    ].join('\n');
    expect(secrets.size).toBeGreaterThan(5);
    expect(written).toContain('"code":"ERR_TOKEN_REJECTED"');
    expect(written).toContain('"message":"renewed"');
    expect(written).toContain('"Ticks":1');
    expect(written).toContain('"step":"finishSecret"');
    expect(written).toContain('failing code=ERR_');
    expectNoSecrets(written, [...secrets]);
  });
});

describe('a client secret that stands in place of the client id', () => {
  it.each([
    ['without p8e-', 'Gt5Pw8Jc2Fr6Xk9Bn4Mz7Qv1BBBB', 'my-integration-app', 'TOKEN_REJECTED'],
    [
      'without p8e-, and stored in its own place, too',
      'Gt5Pw8Jc2Fr6Xk9Bn4Mz7Qv1BBBB',
      'p8e-Gt5Pw8Jc2Fr6Xk9Bn4Mz7Qv1BBBB',
      'CREDENTIAL_INVALID',
    ],
    [
      'of an older credential',
      'b1f3c2a4-1111-4222-8333-abcdef012345',
      'my-integration-app',
      'TOKEN_REJECTED',
    ],
  ])(
    'shows in nothing that Lambda writes of a single run: %s',
    async (_, client_id, client_secret, code) => {
      const { world, client, onboard, invoke } = await startRotator();
      await onboard('swapped');
      const SecretString = JSON.stringify({ client_id, client_secret, scope: 'openid' });
      const SecretId = world.secretId('swapped', 'client');
      await client.send(new PutSecretValueCommand({ SecretId, SecretString }));
      const result = await invoke({ action: 'renew', credential: 'swapped' });
      const logs = world.lambda.logs(world.functionName).join('\n');
      expect(logs).toContain(`"errorType":"ERR_${code}"`);
      expectNoSecrets(logs + JSON.stringify(result), [client_id, client_secret]);
    },
  );
});

describe('a client secret that IMS repeats', () => {
  it('shows in nothing that the function writes', async () => {
    const { world, client, onboard, invoke } = await startRotator();
    const clientSecrets: string[] = [];
    const results: unknown[] = [];
    for (const [index, fault] of echoes.entries()) {
      const credential = `echo-${index}`;
      clientSecrets.push(...(await onboard(credential)).clientSecrets);
      world.ims.faults.inject(fault);
      results.push(await invoke({ action: 'renew', credential }));
      world.ims.faults.clear();
      const SecretId = world.secretId(credential, 'token');
      results.push((await client.send(new DescribeSecretCommand({ SecretId }))).Tags);
    }
    const logs = world.lambda.logs(world.functionName);
    expect(logs.filter((line) => line.includes('[redacted]')).length).toBeGreaterThan(5);
    expectNoSecrets([...logs, JSON.stringify(results)].join('\n'), clientSecrets);
  });
});

describe('expectNoSecrets', () => {
  const secret = 'p8e-"Quoted"+and/odd=0123';

  it.each([
    ['plain', `x ${secret} y`],
    ['by 12 of its characters', secret.slice(5, 17)],
    ['URL-encoded', encodeURIComponent(secret)],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64url', Buffer.from(secret).toString('base64url')],
    ['escaped in JSON', JSON.stringify({ secret })],
    ['as a form', new URLSearchParams({ secret }).toString()],
    ['in HTML', [...secret].map((letter) => `&#${letter.charCodeAt(0)};`).join('')],
    ['in upper case', secret.toUpperCase()],
    ['split', [...secret].join(' ')],
  ])('finds a secret %s', (_, text) => {
    expect(() => expectNoSecrets(text, [secret])).toThrow('the text shows a secret');
  });

  it('ignores a shorter part of a secret', () => {
    expectNoSecrets(`${secret.slice(0, 11)} ${secret.slice(-11)}`, [secret]);
  });
});
