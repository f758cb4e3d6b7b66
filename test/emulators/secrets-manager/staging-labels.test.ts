import {
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import {
  labels,
  put,
  startEmulator,
  tokenWithVersions,
  versionId,
} from './start-secrets-manager.ts';

function move(
  client: SecretsManagerClient,
  VersionStage: string,
  { from, to }: { from?: number; to?: number },
) {
  return client.send(
    new UpdateSecretVersionStageCommand({
      SecretId: 'token',
      VersionStage,
      RemoveFromVersionId: from === undefined ? undefined : versionId(from),
      MoveToVersionId: to === undefined ? undefined : versionId(to),
    }),
  );
}

describe('UpdateSecretVersionStage', () => {
  it('moves AWSPREVIOUS along with AWSCURRENT', async () => {
    const { client } = await startEmulator();
    await tokenWithVersions(client, 3);
    await move(client, 'AWSCURRENT', { from: 3, to: 1 });
    expect(await labels(client)).toEqual({ 1: ['AWSCURRENT'], 3: ['AWSPREVIOUS'] });
  });

  it('swaps AWSCURRENT and AWSPREVIOUS on the way back', async () => {
    const { client } = await startEmulator();
    await tokenWithVersions(client, 2);
    await move(client, 'AWSCURRENT', { from: 2, to: 1 });
    expect(await labels(client)).toEqual({ 1: ['AWSCURRENT'], 2: ['AWSPREVIOUS'] });
  });

  it('promotes a pending version, which keeps AWSPENDING', async () => {
    const { client } = await startEmulator();
    await tokenWithVersions(client, 1);
    await put(client, 2, { VersionStages: ['AWSPENDING', 'blue'] });
    await move(client, 'AWSCURRENT', { from: 1, to: 2 });
    expect(await labels(client)).toEqual({
      1: ['AWSPREVIOUS'],
      2: ['AWSCURRENT', 'AWSPENDING', 'blue'],
    });
  });

  it('attaches, moves and removes a custom label', async () => {
    const { client } = await startEmulator();
    await tokenWithVersions(client, 2);
    await move(client, 'blue', { to: 1 });
    expect(await labels(client)).toEqual({ 1: ['AWSPREVIOUS', 'blue'], 2: ['AWSCURRENT'] });
    await move(client, 'blue', { from: 1, to: 2 });
    expect(await labels(client)).toEqual({ 1: ['AWSPREVIOUS'], 2: ['AWSCURRENT', 'blue'] });
    await move(client, 'blue', { from: 2 });
    expect(await labels(client)).toEqual({ 1: ['AWSPREVIOUS'], 2: ['AWSCURRENT'] });
  });

  it('changes nothing if the version already has the label', async () => {
    const { client } = await startEmulator();
    await tokenWithVersions(client, 2);
    await move(client, 'AWSCURRENT', { to: 2 });
    await move(client, 'AWSCURRENT', { from: 2, to: 2 });
    expect(await labels(client)).toEqual({ 1: ['AWSPREVIOUS'], 2: ['AWSCURRENT'] });
  });

  it.each([
    ['no version to remove it from', 'AWSCURRENT', { to: 1 }, "can't be empty"],
    ['the wrong version to remove it from', 'AWSCURRENT', { from: 1, to: 1 }, "isn't attached"],
    ['a version to remove it from that lacks it', 'blue', { from: 1, to: 2 }, "isn't attached"],
    ['no version at all', 'blue', {}, 'You must provide'],
    ['no version to move AWSCURRENT to', 'AWSCURRENT', { from: 2 }, "can't be completely removed"],
  ])('rejects %s', async (_what, stage, versions, message) => {
    const { client } = await startEmulator();
    await tokenWithVersions(client, 2);
    await expect(move(client, stage, versions)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining(message),
    });
    expect(await labels(client)).toEqual({ 1: ['AWSPREVIOUS'], 2: ['AWSCURRENT'] });
  });

  it('rejects a missing version and a 21st label', async () => {
    const { client } = await startEmulator();
    await tokenWithVersions(client, 1);
    await expect(move(client, 'blue', { to: 9 })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    for (let label = 1; label < 20; label += 1) await move(client, `label-${label}`, { to: 1 });
    await expect(move(client, 'label-20', { to: 1 })).rejects.toMatchObject({
      name: 'LimitExceededException',
    });
  });
});
