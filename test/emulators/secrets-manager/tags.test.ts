import {
  CreateSecretCommand,
  DescribeSecretCommand,
  type SecretsManagerClient,
  type Tag,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { start, startEmulator } from './start-secrets-manager.ts';

async function startWithTags(Tags: Tag[] = []) {
  const world = await startEmulator();
  await world.client.send(new CreateSecretCommand({ Name: 'a', Tags }));
  world.clock.ms += 1000;
  return world;
}

function tag(client: SecretsManagerClient, ...Tags: Tag[]) {
  return client.send(new TagResourceCommand({ SecretId: 'a', Tags }));
}

function described(client: SecretsManagerClient) {
  return client.send(new DescribeSecretCommand({ SecretId: 'a' }));
}

function manyTags(count: number): Tag[] {
  return Array.from({ length: count }, (_, index) => ({ Key: `key-${index}`, Value: '' }));
}

describe('TagResource', () => {
  it('adds tags and replaces those with the same key', async () => {
    const { client } = await startWithTags([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '1' },
    ]);
    await tag(client, { Key: 'b', Value: '2' }, { Key: 'B', Value: '3' });
    const { Tags, LastChangedDate } = await described(client);
    expect(Tags).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
      { Key: 'B', Value: '3' },
    ]);
    expect(LastChangedDate).toEqual(new Date(start + 1000));
  });

  it.each([
    ['the longest key', { Key: 'k'.repeat(128), Value: '' }],
    ['the longest value', { Key: 'k', Value: 'v'.repeat(256) }],
    ['every allowed character', { Key: 'aÄ9 _.:/=+-@', Value: 'aÄ9 _.:/=+-@' }],
  ])('accepts %s', async (_what, allowed) => {
    const { client } = await startWithTags();
    await tag(client, allowed);
    expect((await described(client)).Tags).toEqual([allowed]);
  });

  it.each([
    ['a reserved key', 'InvalidParameterException', [{ Key: 'aws:x', Value: '' }]],
    ['a reserved key in capitals', 'InvalidParameterException', [{ Key: 'AWS:x', Value: '' }]],
    ['a key that is too long', 'ValidationException', [{ Key: 'k'.repeat(129), Value: '' }]],
    ['an empty key', 'ValidationException', [{ Key: '', Value: '' }]],
    ['a value that is too long', 'ValidationException', [{ Key: 'k', Value: 'v'.repeat(257) }]],
    ['a comma in a key', 'InvalidParameterException', [{ Key: 'a,b', Value: '' }]],
    ['a comma in a value', 'InvalidParameterException', [{ Key: 'k', Value: 'a,b' }]],
    [
      'a repeated key',
      'InvalidParameterException',
      [
        { Key: 'k', Value: '1' },
        { Key: 'k', Value: '1' },
      ],
    ],
    ['51 tags', 'InvalidParameterException', manyTags(51)],
  ])('rejects %s, also in CreateSecret', async (_what, name, wrong) => {
    const { client } = await startWithTags();
    await expect(tag(client, ...wrong)).rejects.toMatchObject({ name });
    await expect(
      client.send(new CreateSecretCommand({ Name: 'b', Tags: wrong })),
    ).rejects.toMatchObject({ name });
    expect((await described(client)).Tags).toBeUndefined();
  });

  it('limits a secret to 50 tags over several calls, counting a replaced tag once', async () => {
    const { client } = await startWithTags(manyTags(49));
    await tag(client, { Key: 'last', Value: '1' });
    await tag(client, { Key: 'last', Value: '2' });
    await expect(tag(client, { Key: 'one more', Value: '' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });
});

describe('UntagResource', () => {
  it('removes the tags that exist', async () => {
    const { client } = await startWithTags([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '1' },
    ]);
    await client.send(new UntagResourceCommand({ SecretId: 'a', TagKeys: ['a', 'missing'] }));
    expect((await described(client)).Tags).toEqual([{ Key: 'b', Value: '1' }]);
  });

  it('changes nothing if none of them exists', async () => {
    const { client } = await startWithTags();
    await client.send(new UntagResourceCommand({ SecretId: 'a', TagKeys: ['missing'] }));
    expect((await described(client)).LastChangedDate).toEqual(new Date(start));
  });

  it('rejects a reserved key', async () => {
    const { client } = await startWithTags();
    await expect(
      client.send(new UntagResourceCommand({ SecretId: 'a', TagKeys: ['aws:x'] })),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });
});
