import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { aws, type Case, localstack, moto, refuses } from '../case.ts';
import { valueFor } from '../scratch.ts';

/** Storing values, and what becomes of the labels. A renewal, a rotation and `put-credential`. */
export const versionCases: readonly Case[] = [
  {
    title:
      'a put makes its version current, under the id that it asks for, and the old one previous',
    source: aws('PutSecretValue'),
    async run({ scratch }) {
      const [one, two, three] = [randomUUID(), randomUUID(), randomUUID()];
      const secret = await scratch.createWith(one, two);
      assert.deepEqual(await scratch.labels(secret, one, two), [['AWSPREVIOUS'], ['AWSCURRENT']]);
      assert.deepEqual(await scratch.put(secret, three), ['AWSCURRENT']);
      assert.deepEqual(await scratch.labels(secret, one, two, three), [
        [],
        ['AWSPREVIOUS'],
        ['AWSCURRENT'],
      ]);
      assert.equal(await scratch.current(secret), valueFor(three));
    },
  },
  {
    title: 'a repeated put succeeds and moves no label',
    source: aws('PutSecretValue'),
    async run({ scratch }) {
      const [one, two] = [randomUUID(), randomUUID()];
      const secret = await scratch.createWith(one, two);
      const stages = await scratch.put(secret, one);
      assert.deepEqual(stages, ['AWSPREVIOUS']);
      assert.deepEqual(await scratch.labels(secret, one, two), [['AWSPREVIOUS'], ['AWSCURRENT']]);
    },
  },
  {
    title: 'an id that is in use for another value is refused, in words that name id and ARN',
    source: moto('test_put_different_secret_value_with_same_token'),
    async run({ scratch }) {
      const id = randomUUID();
      const secret = await scratch.createWith(id);
      const put = scratch.put(secret, id, { SecretString: 'another' });
      const text = `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secret.arn}.`;
      await refuses(put, 'ResourceExistsException', text);
      assert.equal(await scratch.current(secret), valueFor(id));
    },
  },
  {
    title: 'a put with AWSPENDING leaves the current version as it is',
    source: localstack('test_put_secret_value_with_version_stages'),
    async run({ scratch }) {
      const [one, two] = [randomUUID(), randomUUID()];
      const secret = await scratch.createWith(one);
      assert.deepEqual(await scratch.put(secret, two, { VersionStages: ['AWSPENDING'] }), [
        'AWSPENDING',
      ]);
      assert.deepEqual(await scratch.labels(secret, one, two), [['AWSCURRENT'], ['AWSPENDING']]);
      assert.equal(await scratch.current(secret), valueFor(one));
    },
  },
  {
    title: 'a put with AWSPENDING takes the label off the version that has it',
    source: aws('PutSecretValue'),
    async run({ scratch }) {
      const [one, two, three] = [randomUUID(), randomUUID(), randomUUID()];
      const secret = await scratch.createWith(one);
      const VersionStages = ['AWSPENDING'];
      await scratch.put(secret, two, { VersionStages });
      assert.deepEqual(await scratch.put(secret, three, { VersionStages }), VersionStages);
      assert.deepEqual(await scratch.labels(secret, one, two, three), [
        ['AWSCURRENT'],
        [],
        ['AWSPENDING'],
      ]);
    },
  },
  {
    title: 'the first version of an empty secret is current, whatever labels are asked for',
    source: aws('PutSecretValue'),
    async run({ scratch }) {
      const id = randomUUID();
      const secret = await scratch.create();
      await scratch.put(secret, id, { VersionStages: ['AWSPENDING'] });
      assert.deepEqual(await scratch.labels(secret, id), [['AWSCURRENT', 'AWSPENDING']]);
    },
  },
  {
    title: 'a put takes AWSPENDING off the version that was current and pending',
    source: localstack('test_update_secret_version_stages_current_pending'),
    async run({ scratch }) {
      const [one, two] = [randomUUID(), randomUUID()];
      const secret = await scratch.createWith(one);
      await scratch.label(secret, 'AWSPENDING', { to: one });
      await scratch.put(secret, two);
      assert.deepEqual(await scratch.labels(secret, one, two), [['AWSPREVIOUS'], ['AWSCURRENT']]);
    },
  },
  {
    title: 'a put leaves AWSPENDING on any other version',
    source: localstack('test_update_secret_version_stages_current_pending_cycle'),
    async run({ scratch }) {
      const [one, two, three] = [randomUUID(), randomUUID(), randomUUID()];
      const secret = await scratch.createWith(one);
      await scratch.put(secret, two, { VersionStages: ['AWSPENDING'] });
      await scratch.put(secret, three);
      assert.deepEqual(await scratch.labels(secret, one, two, three), [
        ['AWSPREVIOUS'],
        ['AWSPENDING'],
        ['AWSCURRENT'],
      ]);
    },
  },
  {
    title: 'an id has at least 32 characters',
    source: aws('PutSecretValue'),
    async run({ scratch }) {
      const secret = await scratch.create();
      await refuses(scratch.put(secret, 'x'.repeat(31)), 'InvalidParameterException');
    },
  },
  {
    title: 'a value has at most 65,536 bytes',
    source: aws('PutSecretValue'),
    async run({ scratch }) {
      const secret = await scratch.create();
      await scratch.put(secret, randomUUID(), { SecretString: 'x'.repeat(65_536) });
      const SecretString = 'x'.repeat(65_537);
      await refuses(scratch.put(secret, randomUUID(), { SecretString }), 'ValidationException');
    },
  },
  {
    title: 'a put to a secret that does not exist is refused',
    source: moto('test_put_secret_value_on_non_existing_secret'),
    async run({ client, scratch }) {
      const SecretId = scratch.newName();
      const put = client.send(new PutSecretValueCommand({ SecretId, SecretString: 'x' }));
      const text = "Secrets Manager can't find the specified secret.";
      await refuses(put, 'ResourceNotFoundException', text);
    },
  },
  {
    title: 'an update with a used id succeeds if the value is the same, and is refused otherwise',
    source: moto('test_update_same_secret_value_with_same_token'),
    async run({ client, scratch }) {
      const id = randomUUID();
      const { arn } = await scratch.createWith(id);
      const update = (SecretString: string) =>
        client.send(
          new UpdateSecretCommand({ SecretId: arn, SecretString, ClientRequestToken: id }),
        );
      assert.equal((await update(valueFor(id))).VersionId, id);
      await refuses(update('another'), 'ResourceExistsException');
    },
  },
  {
    title: 'the list of versions has dates and keys, and no unlabelled version unless asked',
    source: localstack('test_deprecated_secret_version_stage'),
    async run({ client, scratch }) {
      const ids = [randomUUID(), randomUUID(), randomUUID()];
      const { arn } = await scratch.createWith(...ids);
      const list = async (IncludeDeprecated?: boolean) => {
        const list = new ListSecretVersionIdsCommand({
          SecretId: arn,
          MaxResults: 100,
          IncludeDeprecated,
        });
        const { Versions = [] } = await client.send(list);
        for (const { CreatedDate, KmsKeyIds } of Versions) {
          assert.ok(CreatedDate instanceof Date, 'a version has no CreatedDate');
          assert.deepEqual(KmsKeyIds, ['DefaultEncryptionKey']);
        }
        return new Set(Versions.map(({ VersionId }) => VersionId));
      };
      assert.deepEqual(await list(), new Set(ids.slice(1)));
      assert.deepEqual(await list(true), new Set(ids));
    },
  },
];
