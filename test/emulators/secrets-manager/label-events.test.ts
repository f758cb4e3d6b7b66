import {
  CreateSecretCommand,
  DescribeSecretCommand,
  TagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import type { SecretLabelUpdated } from '../../../emulators/secrets-manager/label-event.ts';
import { put, startEmulator, tokenWithVersions, versionId } from './start-secrets-manager.ts';

async function startListening() {
  const world = await startEmulator();
  const events: SecretLabelUpdated[] = [];
  const unsubscribe = world.emulator.onLabelUpdated((event) => {
    events.push(event);
  });
  /** The new events since the last call, shortened. */
  const take = async () => {
    await world.emulator.idle();
    return events.splice(0).map(({ detail }) => `${detail.labelUpdated} ${detail.versionId}`);
  };
  return { ...world, events, take, unsubscribe };
}

describe('Secret Label Updated', () => {
  it('has the shape that EventBridge delivers', async () => {
    const { client, emulator, events } = await startListening();
    const ARN = await tokenWithVersions(client, 1);
    await emulator.idle();
    expect(events).toEqual([
      {
        version: '0',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        'detail-type': 'Secret Label Updated',
        source: 'aws.secretsmanager',
        account: '111122223333',
        time: '2026-11-22T12:00:00Z',
        region: 'us-east-1',
        resources: [ARN],
        detail: { name: 'token', labelUpdated: 'AWSCURRENT', versionId: versionId(1) },
      },
    ]);
  });

  it('is delivered for AWSCURRENT and custom labels, not for AWSPENDING and AWSPREVIOUS', async () => {
    const { client, take } = await startListening();
    await tokenWithVersions(client, 2);
    await take();
    await put(client, 3);
    expect(await take()).toEqual([`AWSCURRENT ${versionId(3)}`]);
    await put(client, 4, { VersionStages: ['AWSPENDING'] });
    expect(await take()).toEqual([]);
    await put(client, 5, { VersionStages: ['blue'] });
    expect(await take()).toEqual([`blue ${versionId(5)}`]);
    await client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: 'token',
        VersionStage: 'AWSCURRENT',
        RemoveFromVersionId: versionId(3),
        MoveToVersionId: versionId(4),
      }),
    );
    expect(await take()).toEqual([`AWSCURRENT ${versionId(4)}`]);
  });

  it('is not delivered when no label moves', async () => {
    const { client, take } = await startListening();
    await tokenWithVersions(client, 1);
    await take();
    await put(client, 1);
    await client.send(new TagResourceCommand({ SecretId: 'token', Tags: [] }));
    await client.send(new UpdateSecretCommand({ SecretId: 'token', Description: 'new' }));
    await client.send(new DescribeSecretCommand({ SecretId: 'token' }));
    expect(await take()).toEqual([]);
  });

  it('is delivered for the value of a new secret', async () => {
    const { client, take } = await startListening();
    await client.send(
      new CreateSecretCommand({
        Name: 'a',
        SecretString: 'one',
        ClientRequestToken: versionId(1),
      }),
    );
    expect(await take()).toEqual([`AWSCURRENT ${versionId(1)}`]);
  });

  it('reaches every listener until it unsubscribes, even if another one throws', async () => {
    const { client, emulator, take, unsubscribe } = await startListening();
    emulator.onLabelUpdated(() => {
      throw new Error('no luck');
    });
    const second: string[] = [];
    emulator.onLabelUpdated(async ({ detail }) => {
      const { Name = '' } = await client.send(new DescribeSecretCommand({ SecretId: detail.name }));
      second.push(Name);
    });
    await tokenWithVersions(client, 1);
    expect(await take()).toHaveLength(1);
    unsubscribe();
    await put(client, 2);
    expect(await take()).toEqual([]);
    expect(second).toEqual(['token', 'token']);
    expect(emulator.errors).toEqual([new Error('no luck'), new Error('no luck')]);
  });
});
