import {
  CreateSecretCommand,
  DeleteSecretCommand,
  ListSecretVersionIdsCommand,
  paginateListSecretVersionIds,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import {
  put,
  start,
  startEmulator,
  tokenWithVersions,
  versionId,
} from './start-secrets-manager.ts';

const list = (request: { IncludeDeprecated?: boolean; MaxResults?: number; NextToken?: string }) =>
  new ListSecretVersionIdsCommand({ SecretId: 'token', ...request });

describe('ListSecretVersionIds', () => {
  it('lists the labelled versions', async () => {
    const { client, clock } = await startEmulator();
    const arn = await tokenWithVersions(client, 2);
    clock.ms += 1000;
    await put(client, 3);
    expect(await client.send(list({}))).toMatchObject({ ARN: arn, Name: 'token' });
    const KmsKeyIds = ['DefaultEncryptionKey'];
    expect((await client.send(list({}))).Versions).toEqual([
      {
        KmsKeyIds,
        VersionId: versionId(2),
        VersionStages: ['AWSPREVIOUS'],
        CreatedDate: new Date(start),
      },
      {
        KmsKeyIds,
        VersionId: versionId(3),
        VersionStages: ['AWSCURRENT'],
        CreatedDate: new Date(start + 1000),
      },
    ]);
  });

  it('names the key of a secret that has its own', async () => {
    const { client } = await startEmulator();
    const secret = { Name: 'token', SecretString: 'one', KmsKeyId: 'alias/tokens' };
    await client.send(new CreateSecretCommand(secret));
    const { Versions } = await client.send(list({}));
    expect(Versions).toMatchObject([{ KmsKeyIds: ['alias/tokens'] }]);
  });

  it('lists all versions on request', async () => {
    const { client } = await startEmulator();
    await tokenWithVersions(client, 3);
    const { Versions = [] } = await client.send(list({ IncludeDeprecated: true }));
    expect(Versions.map(({ VersionStages }) => VersionStages)).toEqual([
      undefined,
      ['AWSPREVIOUS'],
      ['AWSCURRENT'],
    ]);
  });

  it('lists no versions of an empty secret', async () => {
    const { client } = await startEmulator();
    await tokenWithVersions(client, 0);
    expect((await client.send(list({}))).Versions).toEqual([]);
  });

  it('lists page by page', async () => {
    const { client } = await startEmulator();
    await tokenWithVersions(client, 5);
    const pages: unknown[] = [];
    for await (const { Versions = [] } of paginateListSecretVersionIds(
      { client, pageSize: 2 },
      { SecretId: 'token', IncludeDeprecated: true },
    )) {
      pages.push(Versions.map(({ VersionId }) => VersionId));
    }
    expect(pages).toEqual([
      [versionId(1), versionId(2)],
      [versionId(3), versionId(4)],
      [versionId(5)],
    ]);
  });

  it('lists the versions of a secret that is scheduled for deletion', async () => {
    const { client } = await startEmulator();
    await tokenWithVersions(client, 1);
    await client.send(new DeleteSecretCommand({ SecretId: 'token' }));
    expect((await client.send(list({}))).Versions).toHaveLength(1);
  });

  it.each([
    ['a page that is too large', { MaxResults: 101 }, 'ValidationException'],
    ['an empty page', { MaxResults: 0 }, 'ValidationException'],
    ['an unknown token', { NextToken: 'x' }, 'InvalidNextTokenException'],
  ])('rejects %s', async (_, request, name) => {
    const { client } = await startEmulator();
    await tokenWithVersions(client, 1);
    await expect(client.send(list(request))).rejects.toMatchObject({ name });
  });

  it('rejects a missing secret', async () => {
    const { client } = await startEmulator();
    await expect(client.send(list({}))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
