import {
  DeleteSecretCommand,
  ListSecretsCommand,
  type SecretsManagerClient,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import {
  labels,
  put,
  startEmulator,
  tokenWithVersions,
  versionId,
} from './start-secrets-manager.ts';

async function rows(client: SecretsManagerClient) {
  const { SecretList = [] } = await client.send(new ListSecretsCommand({}));
  return SecretList;
}

describe('a lagging list', () => {
  it('shows secrets, labels, tags and deletions after a delay', async () => {
    const { client, clock, emulator } = await startEmulator({ listLagMs: 300_000 });
    await tokenWithVersions(client, 1);
    expect(await rows(client)).toEqual([]);
    clock.ms += 300_000;
    expect(await rows(client)).toHaveLength(1);

    await put(client, 2);
    await client.send(
      new TagResourceCommand({ SecretId: 'token', Tags: [{ Key: 'k', Value: 'v' }] }),
    );
    clock.ms += 299_999;
    const [stale] = await rows(client);
    expect(stale?.SecretVersionsToStages).toEqual({ [versionId(1)]: ['AWSCURRENT'] });
    expect(stale?.Tags).toBeUndefined();
    expect(await labels(client)).toEqual({ 1: ['AWSPREVIOUS'], 2: ['AWSCURRENT'] });
    clock.ms += 1;
    expect(await rows(client)).toMatchObject([{ Tags: [{ Key: 'k', Value: 'v' }] }]);

    await client.send(
      new DeleteSecretCommand({ SecretId: 'token', ForceDeleteWithoutRecovery: true }),
    );
    expect(await rows(client)).toHaveLength(1);
    emulator.listLagMs = 0;
    expect(await rows(client)).toEqual([]);
  });

  it('shows several changes one after the other', async () => {
    const { client, clock } = await startEmulator({ listLagMs: 1000 });
    await tokenWithVersions(client, 1);
    for (let number = 2; number <= 4; number += 1) {
      clock.ms += 600;
      await put(client, number);
    }
    const seen: string[] = [];
    for (let look = 0; look < 3; look += 1) {
      const [row] = await rows(client);
      const stages = Object.entries(row?.SecretVersionsToStages ?? {});
      seen.push(stages.find(([, [stage]]) => stage === 'AWSCURRENT')?.[0] ?? '');
      clock.ms += 600;
    }
    expect(seen).toEqual([versionId(2), versionId(3), versionId(4)]);
  });
});
