import {
  CreateSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import type { ObservedCall } from '../../../emulators/secrets-manager/observed-call.ts';
import { current, start, startEmulator, tokenWithVersions } from './start-secrets-manager.ts';

async function startObserved() {
  const world = await startEmulator({
    authorize: (action) => action !== 'secretsmanager:ListSecrets',
  });
  const observed: ObservedCall[] = [];
  const stop = world.emulator.onCall((call) => observed.push(call));
  return { ...world, observed, stop };
}

describe('a listener to calls', () => {
  const call = { accessKeyId: 'AKIDEXAMPLE', at: start, error: undefined };

  it('receives each caller and action, with the SecretId as given and the ARN', async () => {
    const { client, observed } = await startObserved();
    const secretArn = await tokenWithVersions(client, 1);
    await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
    expect(observed).toEqual([
      { ...call, action: 'CreateSecret', secretId: 'token', secretArn },
      { ...call, action: 'PutSecretValue', secretId: 'token', secretArn },
      { ...call, action: 'GetSecretValue', secretId: secretArn, secretArn },
    ]);
    expect(JSON.stringify(observed)).not.toContain('token_1');
  });

  it('receives the tags that a call sets and the keys that it removes', async () => {
    const { client, observed } = await startObserved();
    const Tags = [{ Key: 'team', Value: 'integration' }];
    await client.send(new CreateSecretCommand({ Name: 'token', SecretString: 'token_1', Tags }));
    await client.send(new TagResourceCommand({ SecretId: 'token', Tags }));
    await client.send(new UntagResourceCommand({ SecretId: 'token', TagKeys: ['team'] }));
    expect(observed).toMatchObject([
      { action: 'CreateSecret', tags: Tags, tagKeys: undefined },
      { action: 'TagResource', tags: Tags, tagKeys: undefined },
      { action: 'UntagResource', tags: undefined, tagKeys: ['team'] },
    ]);
    expect(JSON.stringify(observed)).not.toContain('token_1');
  });

  it('receives failed calls', async () => {
    const { client, observed } = await startObserved();
    await expect(current(client)).rejects.toThrow();
    await expect(client.send(new ListSecretsCommand({}))).rejects.toThrow();
    expect(observed).toMatchObject([
      { action: 'GetSecretValue', secretId: 'token', error: 'ResourceNotFoundException' },
      { action: 'ListSecrets', error: 'AccessDeniedException' },
    ]);
    expect(observed[0]?.secretArn).toBeUndefined();
  });

  it('receives a call whose response is lost, but not one that never arrives', async () => {
    const { client, emulator, observed } = await startObserved();
    await tokenWithVersions(client, 1);
    observed.length = 0;
    emulator.faults.inject({ kind: 'reset' }, { times: 1 });
    await expect(current(client)).rejects.toThrow();
    expect(observed).toEqual([]);
    emulator.faults.inject({ kind: 'reset-after' }, { times: 1 });
    await expect(current(client)).rejects.toThrow();
    expect(observed).toMatchObject([{ action: 'GetSecretValue' }]);
  });

  it('receives nothing after it unsubscribes', async () => {
    const { client, observed, stop } = await startObserved();
    stop();
    await tokenWithVersions(client, 1);
    expect(observed).toEqual([]);
  });
});
