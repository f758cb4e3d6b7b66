import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  RotateSecretCommand,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { SecretsManagerEmulator } from '../../../emulators/secrets-manager/emulator.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import {
  current,
  labels,
  put,
  startEmulator,
  tokenWithVersions,
  versionId,
} from './start-secrets-manager.ts';

async function temporaryFile() {
  return path.join(await temporaryDirectory(), 'secrets.json');
}

describe('persistence', () => {
  it('restores secrets, versions, labels and tags', async () => {
    const persistTo = await temporaryFile();
    const { client: first, emulator } = await startEmulator({ persistTo });
    const ARN = await tokenWithVersions(first, 3);
    const Tags = [{ Key: 'k', Value: 'v' }];
    await first.send(new TagResourceCommand({ SecretId: 'token', Tags }));
    await emulator.stop();

    const { client } = await startEmulator({ persistTo, listLagMs: 300_000 });
    expect(await labels(client)).toEqual({ 2: ['AWSPREVIOUS'], 3: ['AWSCURRENT'] });
    const old = new GetSecretValueCommand({ SecretId: ARN, VersionId: versionId(1) });
    expect((await client.send(old)).SecretString).toBe('token_1');
    expect(await client.send(new DescribeSecretCommand({ SecretId: ARN }))).toMatchObject({ Tags });
  });

  it('saves every change before the response', async () => {
    const persistTo = await temporaryFile();
    const { client } = await startEmulator({ persistTo });
    await tokenWithVersions(client, 1);
    await Promise.all([put(client, 2), put(client, 3), put(client, 4)]);
    const { client: other } = await startEmulator({ persistTo });
    expect(await current(other)).toBe(await current(client));
    expect(Object.keys(await labels(other))).toHaveLength(2);
  });

  it('saves the changes of a rotation in the background', async () => {
    const persistTo = await temporaryFile();
    const { client, emulator } = await startEmulator({ persistTo });
    await tokenWithVersions(client, 1);
    emulator.registerRotationFunction('arn:function', () => Promise.resolve());
    const rotation = { SecretId: 'token', RotationLambdaARN: 'arn:function' };
    await client.send(new RotateSecretCommand(rotation));
    await emulator.idle();
    const { client: other } = await startEmulator({ persistTo });
    const described = await other.send(new DescribeSecretCommand({ SecretId: 'token' }));
    expect(described.LastRotatedDate).toBeDefined();
  });

  it('lists restored secrets at once, even if the list lags', async () => {
    const persistTo = await temporaryFile();
    const { client: first, clock: past } = await startEmulator({ persistTo });
    past.ms -= 600_000;
    await tokenWithVersions(first, 1);
    const { client } = await startEmulator({ persistTo, listLagMs: 300_000 });
    const { SecretList } = await client.send(new ListSecretsCommand({}));
    expect(SecretList).toHaveLength(1);
  });

  it('delivers no events for restored secrets', async () => {
    const persistTo = await temporaryFile();
    const { client } = await startEmulator({ persistTo });
    await tokenWithVersions(client, 1);
    const again = new SecretsManagerEmulator({ persistTo });
    const events: unknown[] = [];
    again.onLabelUpdated((event) => {
      events.push(event);
    });
    await again.start();
    await again.idle();
    await again.stop();
    expect(events).toEqual([]);
  });

  it('writes one file, which only its owner can read', async () => {
    const persistTo = await temporaryFile();
    const { client } = await startEmulator({ persistTo });
    await tokenWithVersions(client, 1);
    expect((await stat(persistTo)).mode & 0o777).toBe(0o600);
    expect(await readdir(path.dirname(persistTo))).toEqual(['secrets.json']);
  });

  it.each(['{"secret":"hunter2"', '{"format":0,"secrets":["hunter2"]}', 'null'])(
    'rejects the file %s, without changing or quoting it',
    async (text) => {
      const persistTo = await temporaryFile();
      await writeFile(persistTo, text);
      const emulator = new SecretsManagerEmulator({ persistTo });
      const error: Error = await emulator.start().then(
        () => new Error('it started'),
        (thrown) => thrown,
      );
      expect(error.message).toContain(persistTo);
      expect(String(error.stack)).not.toContain('hunter2');
      expect(await readFile(persistTo, 'utf8')).toBe(text);
    },
  );
});
