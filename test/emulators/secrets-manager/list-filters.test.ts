import {
  type Filter,
  ListSecretsCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { startEmulator } from './start-secrets-manager.ts';

async function startWithSecrets() {
  const world = await startEmulator();
  for (const seed of [
    { name: 'app/one', description: 'First of Many', tags: { team: 'content', stage: 'prod' } },
    { name: 'app/two', description: 'second', tags: { team: 'commerce' } },
    { name: 'App/three', tags: { Team: 'content' } },
    { name: 'other', primaryRegion: 'eu-west-1' },
    { name: 'rds!cluster', owningService: 'rds' },
  ]) {
    world.emulator.seed(seed);
  }
  return world;
}

async function names(client: SecretsManagerClient, ...Filters: Filter[]) {
  const { SecretList = [] } = await client.send(
    new ListSecretsCommand({ Filters, SortBy: 'name' }),
  );
  return SecretList.map(({ Name }) => Name);
}

describe('the filters of ListSecrets', () => {
  it.each<[Filter['Key'], string[], string[]]>([
    ['name', ['app'], ['app/one', 'app/two']],
    ['name', ['pp'], []],
    ['name', ['app/one', 'other'], ['app/one', 'other']],
    ['name', ['!app'], ['App/three', 'other', 'rds!cluster']],
    ['description', ['first of'], ['app/one']],
    ['description', ['many'], ['app/one']],
    ['description', ['any'], []],
    ['description', ['!first'], ['App/three', 'app/two', 'other', 'rds!cluster']],
    ['tag-key', ['te'], ['app/one', 'app/two']],
    ['tag-key', ['!team'], ['App/three', 'other', 'rds!cluster']],
    ['tag-value', ['con'], ['App/three', 'app/one']],
    ['tag-value', ['Con'], []],
    ['primary-region', ['eu'], ['other']],
    ['owning-service', ['rds'], ['rds!cluster']],
    ['all', ['FIRST'], ['app/one']],
    ['all', ['many app'], ['app/one']],
    ['all', ['content'], ['App/three', 'app/one']],
    ['all', ['ontent'], []],
  ])('%s %j', async (Key, Values, expected) => {
    const { client } = await startWithSecrets();
    expect(await names(client, { Key, Values })).toEqual(expected);
  });

  // LocalStack's test_list_secrets_filtering, which was run on AWS
  it.each([
    ['a', ['a secret', 'an secret', 'asecret']],
    ['!a', ['thesecret']],
    ['a secret', ['a secret', 'an secret']],
    ['!c', ['a secret', 'an secret', 'asecret', 'thesecret']],
  ])('look for the words of a description: %s', async (value, expected) => {
    const { client, emulator } = await startEmulator();
    const descriptions = ['a secret', 'an secret', 'asecret', 'thesecret'];
    for (const description of descriptions) {
      emulator.seed({ name: description.replace(' ', '-'), description });
    }
    const Filters: Filter[] = [{ Key: 'description', Values: [value] }];
    const { SecretList } = await client.send(new ListSecretsCommand({ Filters, SortBy: 'name' }));
    expect(SecretList?.map(({ Description }) => Description)).toEqual(expected);
  });

  // moto's test_with_all_filter and test_with_all_filter_special_characters, which were run on AWS
  it.each([
    ['SecretOne', ['SecretOne']],
    ['secret', ['SecretFTag', 'SecretOne', 'SecretTwo']],
    ['ret', []],
    ['d t', ['SecretTwo']],
    ['t', ['SecretFTag', 'SecretTwo', 'Thirdsecret']],
    ['foo', ['SecretFTag']],
    ['Beta', ['prod-AppBeta-x', 'prod/AppBeta/x']],
    ['+', []],
    ['company', ['uat/COMPANY/x']],
    ['things', []],
    ['Ythings', ['uat/COMPANYthings/x']],
    ['N', []],
  ])(
    'split words at special characters and capitals for the filter all: %s',
    async (value, expected) => {
      const { client, emulator } = await startEmulator();
      emulator.seed({ name: 'SecretTwo', description: 'DescTwo' });
      emulator.seed({ name: 'SecretFTag', tags: { 1: 'foo' } });
      const slashed = ['prod/AppBeta/x', 'prod-AppBeta-x', 'uat/COMPANY/x', 'uat/COMPANYthings/x'];
      // Two kinds of special characters in one name separate nothing.
      for (const name of ['SecretOne', 'Thirdsecret', 'prod-AppBeta/x', ...slashed]) {
        emulator.seed({ name });
      }
      expect(await names(client, { Key: 'all', Values: [value] })).toEqual(expected);
    },
  );

  it('must all match, and one matching value is enough for each', async () => {
    const { client } = await startWithSecrets();
    const team: Filter = { Key: 'tag-key', Values: ['team'] };
    expect(
      await names(client, { ...team, Values: ['team', 'Team'] }, { Key: 'name', Values: ['app'] }),
    ).toEqual(['app/one', 'app/two']);
    const content: Filter = { Key: 'tag-value', Values: ['content'] };
    expect(await names(client, team, content)).toEqual(['app/one']);
  });

  it('match a tag value whatever its key', async () => {
    const { client, emulator } = await startEmulator();
    emulator.seed({ name: 'a', tags: { team: 'blue', other: 'green' } });
    expect(
      await names(
        client,
        { Key: 'tag-key', Values: ['team'] },
        { Key: 'tag-value', Values: ['green'] },
      ),
    ).toEqual(['a']);
  });

  it.each([
    [{ Key: 'size', Values: ['x'] }],
    [{ Key: 'name', Values: [] }],
    [{ Key: 'name', Values: ['a,b'] }],
    [{ Key: 'name', Values: Array.from({ length: 11 }, String) }],
    [{ Values: ['x'] }],
    [{ Key: 'name' }],
  ])('are rejected if invalid: %j', async (wrong) => {
    const { client } = await startWithSecrets();
    await expect(names(client, wrong as Filter)).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});
