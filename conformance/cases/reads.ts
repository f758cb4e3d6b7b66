import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { DescribeSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { aws, type Case, localstack, refuses } from '../case.ts';
import { valueFor } from '../scratch.ts';

/** Reading values. Consumers, and whatever looks at a version before it acts. */
export const readCases: readonly Case[] = [
  {
    title: 'a version can be read by its id and by its label',
    source: aws('GetSecretValue'),
    async run({ client, scratch }) {
      const [one, two] = [randomUUID(), randomUUID()];
      const { arn, name } = await scratch.createWith(one, two);
      const read = (wanted: object) =>
        client.send(new GetSecretValueCommand({ SecretId: name, ...wanted }));
      for (const wanted of [{ VersionId: one }, { VersionStage: 'AWSPREVIOUS' }]) {
        const { ARN, Name, VersionId, SecretString, VersionStages } = await read(wanted);
        assert.deepEqual([ARN, Name, VersionId], [arn, name, one]);
        assert.deepEqual([SecretString, VersionStages], [valueFor(one), ['AWSPREVIOUS']]);
      }
      assert.equal((await read({})).VersionId, two);
    },
  },
  {
    title: 'a version that has lost its labels is read by its id',
    source: aws('GetSecretValue'),
    async run({ client, scratch }) {
      const [one, two, three] = [randomUUID(), randomUUID(), randomUUID()];
      const secret = await scratch.createWith(one, two, three);
      assert.deepEqual(await scratch.labels(secret, one), [[]]);
      const read = new GetSecretValueCommand({ SecretId: secret.arn, VersionId: one });
      const { VersionId, SecretString } = await client.send(read);
      assert.deepEqual([VersionId, SecretString], [one, valueFor(one)]);
    },
  },
  {
    title: 'a read has the date at which its version was created',
    source: aws('GetSecretValue'),
    async run({ client, scratch, eventually }) {
      const one = randomUUID();
      const secret = await scratch.createWith(one);
      const createdAt = async (wanted: object = {}): Promise<number> => {
        const read = new GetSecretValueCommand({ SecretId: secret.arn, ...wanted });
        return (await client.send(read)).CreatedDate?.getTime() ?? Number.NaN;
      };
      const first = await createdAt();
      // A server may count in whole seconds.
      await eventually(async () => {
        await scratch.put(secret, randomUUID());
        const later = await createdAt();
        assert.ok(later > first, `a later version is of ${later}, the first one of ${first}`);
      });
      assert.equal(await createdAt({ VersionId: one }), first);
    },
  },
  {
    title: 'a secret, version or label without a value is refused, in words that say which',
    source: localstack('test_secret_version_not_found'),
    async run({ client, scratch }) {
      const { arn } = await scratch.create();
      const id = randomUUID();
      for (const [wanted, text] of [
        [{}, 'staging label: AWSCURRENT'],
        [{ VersionStage: 'AWSPREVIOUS' }, 'staging label: AWSPREVIOUS'],
        [{ VersionId: id }, `VersionId: ${id}`],
      ] as const) {
        const read = client.send(new GetSecretValueCommand({ SecretId: arn, ...wanted }));
        const words = `Secrets Manager can't find the specified secret value for ${text}`;
        await refuses(read, 'ResourceNotFoundException', words);
      }
    },
  },
  {
    title: 'a read is shown as its day, and changes no other date',
    source: aws('DescribeSecret'),
    async run({ client, scratch, eventually }) {
      const secret = await scratch.createWith(randomUUID());
      const describe = () => client.send(new DescribeSecretCommand({ SecretId: secret.arn }));
      const before = await describe();
      assert.equal(before.LastAccessedDate, undefined);
      await scratch.current(secret);
      await eventually(async () => {
        const { LastAccessedDate: day, LastChangedDate } = await describe();
        assert.ok(day instanceof Date, 'LastAccessedDate is absent');
        assert.equal(day.getTime() % 86_400_000, 0);
        assert.deepEqual(LastChangedDate, before.LastChangedDate);
      });
    },
  },
  {
    title: 'binary data is read as it was stored',
    source: localstack('test_get_secret_value'),
    async run({ client, scratch }) {
      const SecretBinary = Buffer.from([0, 1, 2, 255]);
      const { arn } = await scratch.create({ SecretBinary });
      const read = await client.send(new GetSecretValueCommand({ SecretId: arn }));
      assert.deepEqual(Buffer.from(read.SecretBinary ?? []), SecretBinary);
      assert.equal(read.SecretString, undefined);
    },
  },
];
