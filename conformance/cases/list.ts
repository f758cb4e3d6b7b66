import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  type Filter,
  ListSecretsCommand,
  type ListSecretsCommandInput,
  type SecretListEntry,
} from '@aws-sdk/client-secrets-manager';
import { aws, type Case, localstack, moto, type Subject } from '../case.ts';

/** All rows that a request lists, over its pages. */
async function listed(
  { client }: Subject,
  input: ListSecretsCommandInput,
): Promise<{ readonly rows: SecretListEntry[]; readonly pages: number }> {
  const rows: SecretListEntry[] = [];
  let NextToken: string | undefined;
  let pages = 0;
  do {
    const page = await client.send(new ListSecretsCommand({ ...input, NextToken }));
    rows.push(...(page.SecretList ?? []));
    ({ NextToken } = page);
    pages += 1;
  } while (NextToken !== undefined);
  return { rows, pages };
}

function byName(...Values: string[]): ListSecretsCommandInput & { readonly Filters: Filter[] } {
  return { Filters: [{ Key: 'name', Values }], SortBy: 'name' };
}

function namesOf(rows: readonly SecretListEntry[]): (string | undefined)[] {
  return rows.map(({ Name }) => Name);
}

/** The list of secrets, from which a tick decides and the commands show the state. */
export const listCases: readonly Case[] = [
  {
    title: 'a row has the ARN, the tags, the dates and the labels of each version',
    source: aws('ListSecrets'),
    async run(subject) {
      const { scratch, eventually } = subject;
      const id = randomUUID();
      const Tags = [{ Key: 'a', Value: '1' }];
      const next = randomUUID();
      const secret = await scratch.create({ SecretString: 'x', ClientRequestToken: id, Tags });
      await scratch.put(secret, next);
      await eventually(async () => {
        const { rows } = await listed(subject, byName(secret.name));
        const [row] = rows;
        assert.deepEqual([row?.ARN, row?.Name], [secret.arn, secret.name]);
        assert.deepEqual(row?.Tags, Tags);
        assert.deepEqual(row?.SecretVersionsToStages, {
          [id]: ['AWSPREVIOUS'],
          [next]: ['AWSCURRENT'],
        });
        assert.ok(row?.CreatedDate instanceof Date, 'CreatedDate is absent');
        assert.ok(row?.LastChangedDate instanceof Date, 'LastChangedDate is absent');
        assert.equal(row?.PrimaryRegion, undefined);
      });
    },
  },
  {
    title: 'a filter by name takes the beginning of a name, with its capitals',
    source: localstack('test_list_secrets_filtering'),
    async run(subject) {
      const { scratch, eventually } = subject;
      const prefix = scratch.newName();
      const { name } = await scratch.create({ Name: `${prefix}/client` });
      await eventually(async () => {
        assert.deepEqual(namesOf((await listed(subject, byName(`${prefix}/`))).rows), [name]);
      });
      for (const other of [prefix.toUpperCase(), prefix.slice(1)]) {
        const sorted = byName(other);
        // In its default order, a list may be searched in another way.
        for (const input of [sorted, { Filters: sorted.Filters }]) {
          assert.deepEqual(namesOf((await listed(subject, input)).rows), []);
        }
      }
    },
  },
  {
    title: 'one of several values is enough, several filters must all match, and ! excludes',
    source: localstack('test_list_secrets_filtering'),
    async run(subject) {
      const { scratch, eventually } = subject;
      const prefix = scratch.newName();
      for (const end of ['a', 'b', 'c']) await scratch.create({ Name: `${prefix}/${end}` });
      const expect = async (input: ListSecretsCommandInput, ...ends: string[]) => {
        const { rows } = await listed(subject, input);
        assert.deepEqual(
          namesOf(rows),
          ends.map((end) => `${prefix}/${end}`),
        );
      };
      await eventually(() => expect(byName(prefix), 'a', 'b', 'c'));
      await expect(byName(`${prefix}/a`, `${prefix}/c`), 'a', 'c');
      const { Filters } = byName(prefix);
      const without: Filter = { Key: 'name', Values: [`!${prefix}/b`] };
      await expect({ Filters: [...Filters, without], SortBy: 'name' }, 'a', 'c');
    },
  },
  {
    title: 'a filter by name takes ten values',
    source: aws('Filter'),
    async run(subject) {
      const { scratch, eventually } = subject;
      const prefix = scratch.newName();
      const { name } = await scratch.create({ Name: `${prefix}/j` });
      const names = [...'abcdefghij'].map((end) => `${prefix}/${end}`);
      await eventually(async () => {
        assert.deepEqual(namesOf((await listed(subject, byName(...names))).rows), [name]);
      });
    },
  },
  {
    title: 'the rows are sorted by name, over all pages, and none is there twice',
    source: aws('ListSecrets'),
    async run(subject) {
      const { scratch, eventually } = subject;
      const prefix = scratch.newName();
      const names = ['a', 'b', 'c', 'd'].map((end) => `${prefix}/${end}`);
      for (const at of [1, 3, 0, 2]) await scratch.create({ Name: names[at] });
      await eventually(async () => {
        const { rows, pages } = await listed(subject, { ...byName(prefix), MaxResults: 2 });
        assert.deepEqual(namesOf(rows), names);
        assert.ok(pages >= 2, 'MaxResults has no effect');
      });
    },
  },
  {
    title: 'a secret that is scheduled for deletion is listed only on demand',
    source: aws('ListSecrets'),
    async run(subject) {
      const { scratch, eventually } = subject;
      const secret = await scratch.create();
      const { name } = secret;
      await scratch.scheduleDeletion(secret);
      const all = { ...byName(name), IncludePlannedDeletion: true };
      await eventually(async () => {
        assert.deepEqual(namesOf((await listed(subject, byName(name))).rows), []);
        const { rows } = await listed(subject, all);
        assert.deepEqual(namesOf(rows), [name]);
        assert.ok(rows[0]?.DeletedDate instanceof Date, 'DeletedDate is absent');
      });
    },
  },
  {
    title: 'a filter by description takes the beginnings of its words, without capitals',
    source: moto('test_with_filter_with_value_with_multiple_words', 'test_list_secrets.py'),
    async run(subject) {
      const { scratch, eventually } = subject;
      const { name } = await scratch.create({ Description: 'one and two' });
      const find = async (value: string) => {
        const { Filters } = byName(name);
        const words: Filter = { Key: 'description', Values: [value] };
        return namesOf((await listed(subject, { Filters: [...Filters, words] })).rows);
      };
      await eventually(async () => assert.deepEqual(await find('O t'), [name]));
      assert.deepEqual(await find('wo'), []);
    },
  },
];
