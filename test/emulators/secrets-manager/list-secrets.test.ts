import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  type ListSecretsCommandInput,
  paginateListSecrets,
  RestoreSecretCommand,
  type SecretsManagerClient,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import {
  dayMs,
  start,
  startEmulator,
  tokenWithVersions,
  versionId,
} from './start-secrets-manager.ts';

async function rows(client: SecretsManagerClient, input: ListSecretsCommandInput = {}) {
  const { SecretList = [] } = await client.send(new ListSecretsCommand(input));
  return SecretList;
}

async function names(client: SecretsManagerClient, input: ListSecretsCommandInput = {}) {
  return (await rows(client, input)).map(({ Name }) => Name);
}

describe('a row of ListSecrets', () => {
  it('shows tags and labelled versions, but no values', async () => {
    const { client } = await startEmulator();
    const ARN = await tokenWithVersions(client, 3);
    await client.send(
      new TagResourceCommand({ SecretId: 'token', Tags: [{ Key: 'k', Value: 'v' }] }),
    );
    expect(await rows(client)).toEqual([
      {
        ARN,
        Name: 'token',
        Tags: [{ Key: 'k', Value: 'v' }],
        SecretVersionsToStages: {
          [versionId(2)]: ['AWSPREVIOUS'],
          [versionId(3)]: ['AWSCURRENT'],
        },
        CreatedDate: new Date(start),
        LastChangedDate: new Date(start),
      },
    ]);
  });

  it('is omitted while its secret is scheduled for deletion, unless requested', async () => {
    const { client } = await startEmulator();
    await client.send(new CreateSecretCommand({ Name: 'a' }));
    await client.send(new DeleteSecretCommand({ SecretId: 'a' }));
    expect(await names(client)).toEqual([]);
    expect(await rows(client, { IncludePlannedDeletion: true })).toMatchObject([
      { Name: 'a', DeletedDate: new Date(start + 30 * dayMs) },
    ]);
    await client.send(new RestoreSecretCommand({ SecretId: 'a' }));
    expect(await names(client)).toEqual(['a']);
  });
});

describe('the pages of ListSecrets', () => {
  it('list every secret once, even while new ones are created', async () => {
    const { client, emulator } = await startEmulator();
    for (let number = 100; number < 350; number += 1) emulator.seed({ name: `s${number}` });
    const listed: (string | undefined)[] = [];
    for await (const page of paginateListSecrets({ client, pageSize: 60 }, {})) {
      listed.push(...(page.SecretList ?? []).map(({ Name }) => Name));
      await client.send(new CreateSecretCommand({ Name: `a${listed.length}` }));
    }
    expect(listed.filter((name) => name?.startsWith('s'))).toHaveLength(250);
    expect(new Set(listed).size).toBe(listed.length);
  });

  it('have at most 100 rows, and a token only if there are more', async () => {
    const { client, emulator } = await startEmulator();
    for (let number = 0; number < 100; number += 1) emulator.seed({ name: `s${number}` });
    const full = await client.send(new ListSecretsCommand({}));
    expect(full.SecretList).toHaveLength(100);
    expect(full.NextToken).toBeUndefined();
    emulator.seed({ name: 'one more' });
    const more = await client.send(new ListSecretsCommand({}));
    expect(more.SecretList).toHaveLength(100);
    const rest = await client.send(new ListSecretsCommand({ NextToken: more.NextToken }));
    expect(rest.SecretList).toHaveLength(1);
  });

  it.each([0, 101])('reject a size of %i rows', async (MaxResults) => {
    const { client } = await startEmulator();
    await expect(rows(client, { MaxResults })).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  it.each(['bogus', Buffer.from('[1]').toString('base64url')])(
    'reject the token %s',
    async (NextToken) => {
      const { client } = await startEmulator();
      await expect(rows(client, { NextToken })).rejects.toMatchObject({
        name: 'InvalidNextTokenException',
      });
    },
  );
});

describe('the order of ListSecrets', () => {
  it('is by creation date or by another key, ascending or descending', async () => {
    const { client, clock, emulator } = await startEmulator();
    emulator.seed({ name: 'b', secretString: '1', createdAt: start - 3000 });
    emulator.seed({ name: 'c', secretString: '1', createdAt: start - 2000 });
    emulator.seed({ name: 'a', secretString: '1', createdAt: start - 1000 });
    await client.send(new TagResourceCommand({ SecretId: 'c', Tags: [] }));
    await client.send(new GetSecretValueCommand({ SecretId: 'c' }));
    clock.ms += dayMs;
    await client.send(new GetSecretValueCommand({ SecretId: 'b' }));
    expect(await names(client)).toEqual(['b', 'c', 'a']);
    expect(await names(client, { SortOrder: 'desc' })).toEqual(['a', 'c', 'b']);
    expect(await names(client, { SortBy: 'name' })).toEqual(['a', 'b', 'c']);
    expect(await names(client, { SortBy: 'last-changed-date' })).toEqual(['b', 'a', 'c']);
    expect(await names(client, { SortBy: 'last-accessed-date' })).toEqual(['a', 'c', 'b']);
  });

  it.each(['created-date', 'last-accessed-date', 'last-changed-date', 'name'] as const)(
    'by %s is the same across pages',
    async (SortBy) => {
      const { client, emulator } = await startEmulator();
      for (const [index, name] of ['c', 'a', 'e', 'b', 'd'].entries()) {
        emulator.seed({ name, createdAt: start - (index % 2) });
      }
      for (const SortOrder of ['asc', 'desc'] as const) {
        const paged: unknown[] = [];
        for await (const page of paginateListSecrets(
          { client, pageSize: 2 },
          { SortBy, SortOrder },
        )) {
          paged.push(...(page.SecretList ?? []).map(({ Name }) => Name));
        }
        expect(paged).toEqual(await names(client, { SortBy, SortOrder }));
        expect(paged).toHaveLength(5);
      }
    },
  );
});
