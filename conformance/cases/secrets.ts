import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  RestoreSecretCommand,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { aws, type Case, localstack, moto, refuses, refusesAll } from '../case.ts';

/** A secret's life. `onboard` and `offboard`. */
export const secretCases: readonly Case[] = [
  {
    title: 'a secret without a value has a description, but no versions, tags or dates of deletion',
    source: localstack('test_create_secret_version_from_empty_secret'),
    async run({ client, scratch }) {
      const { arn, name } = await scratch.create({ Description: 'empty' });
      const described = await client.send(new DescribeSecretCommand({ SecretId: name }));
      assert.deepEqual([described.ARN, described.Name], [arn, name]);
      assert.equal(described.Description, 'empty');
      const { VersionIdsToStages, Tags, DeletedDate, RotationLambdaARN, OwningService } = described;
      assert.deepEqual(
        [VersionIdsToStages, Tags, DeletedDate, RotationLambdaARN, OwningService],
        [undefined, undefined, undefined, undefined, undefined],
      );
      assert.ok(described.CreatedDate instanceof Date, 'CreatedDate is absent');
      assert.ok(described.LastChangedDate instanceof Date, 'LastChangedDate is absent');
    },
  },
  {
    title: 'a secret is created with its tags, and its first version under the id that it asks for',
    source: aws('CreateSecret'),
    async run({ client, scratch }) {
      const id = randomUUID();
      const Tags = [{ Key: 'team:key', Value: 'a b+c=d._:/@' }];
      const input = { SecretString: 'x', ClientRequestToken: id, Tags };
      const secret = await scratch.create(input);
      assert.deepEqual(await scratch.labels(secret, id), [['AWSCURRENT']]);
      const described = await client.send(new DescribeSecretCommand({ SecretId: secret.arn }));
      assert.deepEqual(described.Tags, Tags);
    },
  },
  {
    title: 'LastChangedDate is the time of the last value, and no earlier one',
    source: aws('DescribeSecret'),
    async run({ client, scratch, eventually }) {
      const secret = await scratch.create({ SecretString: 'x' });
      const changedAt = async (): Promise<Date | undefined> =>
        (await client.send(new DescribeSecretCommand({ SecretId: secret.arn }))).LastChangedDate;
      const before = (await changedAt()) ?? new Date(Number.NaN);
      await eventually(async () => {
        await scratch.put(secret, randomUUID());
        const after = await changedAt();
        assert.ok(after !== undefined && after > before, `${after?.toISOString()} is no later`);
      });
    },
  },
  {
    title: 'the ARN is the name and six more characters',
    source: aws('CreateSecret'),
    async run({ scratch }) {
      const { arn, name } = await scratch.create();
      const [, , service, , , , ...rest] = arn.split(':');
      assert.equal(service, 'secretsmanager');
      assert.equal(rest.join(':').slice(0, -7), name);
      assert.match(arn, /-[A-Za-z0-9]{6}$/);
    },
  },
  {
    title: 'a secret is found by its ARN without the last seven characters',
    source: aws('DescribeSecret'),
    async run({ client, scratch }) {
      const { arn, name } = await scratch.create();
      const found = await client.send(new DescribeSecretCommand({ SecretId: arn.slice(0, -7) }));
      assert.equal(found.Name, name);
    },
  },
  {
    title: 'a name that a secret has cannot be created again',
    source: localstack('test_secret_exists_snapshots'),
    async run({ scratch }) {
      const { name } = await scratch.create({ SecretString: 'x' });
      const text = `The operation failed because the secret ${name} already exists.`;
      await refuses(
        scratch.create({ Name: name, SecretString: 'x' }),
        'ResourceExistsException',
        text,
      );
    },
  },
  {
    title: 'a repeated creation with the same id and value answers with the same secret',
    source: moto('test_create_duplicate_secret_with_same_token'),
    async run({ scratch }) {
      const input = { SecretString: 'x', ClientRequestToken: randomUUID() };
      const { arn, name } = await scratch.create(input);
      assert.equal((await scratch.create({ ...input, Name: name })).arn, arn);
    },
  },
  {
    title: 'a name that no secret can have is refused',
    source: localstack('test_invalid_secret_name'),
    async run({ client, scratch }) {
      const SecretId = 'Inv Name';
      await refusesAll(
        [
          scratch.create({ Name: SecretId }),
          client.send(new DescribeSecretCommand({ SecretId })),
          client.send(new GetSecretValueCommand({ SecretId })),
          client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true })),
        ],
        'ValidationException',
        /^Invalid name\./,
      );
    },
  },
  {
    title: 'a secret that does not exist is refused by every read',
    source: localstack('test_secret_not_found'),
    async run({ client, scratch }) {
      const SecretId = scratch.newName();
      await refusesAll(
        [
          client.send(new DescribeSecretCommand({ SecretId })),
          client.send(new GetSecretValueCommand({ SecretId })),
          client.send(new ListSecretVersionIdsCommand({ SecretId })),
          client.send(new GetResourcePolicyCommand({ SecretId })),
        ],
        'ResourceNotFoundException',
        "Secrets Manager can't find the specified secret.",
      );
    },
  },
  {
    title:
      'a secret that is scheduled for deletion is described with the date, and not read or changed',
    source: localstack('test_tag_untag_resource_on_deleted_secret'),
    async run({ client, scratch }) {
      const id = randomUUID();
      const secret = await scratch.createWith(id);
      const { arn: SecretId } = secret;
      await scratch.scheduleDeletion(secret);
      const { DeletedDate } = await client.send(new DescribeSecretCommand({ SecretId }));
      assert.ok(DeletedDate instanceof Date, 'DeletedDate is absent');
      await refusesAll(
        [
          scratch.current(secret),
          scratch.put(secret, randomUUID()),
          scratch.label(secret, 'AWSPENDING', { to: id }),
          client.send(new TagResourceCommand({ SecretId, Tags: [{ Key: 'k', Value: 'v' }] })),
        ],
        'InvalidRequestException',
        /deletion|deleted/,
      );
      const again = scratch.create({ Name: secret.name });
      const text = /a secret with this name is already scheduled for deletion\.$/;
      await refuses(again, 'InvalidRequestException', text);
    },
  },
  {
    title: 'a restored secret has its versions, labels and tags',
    source: localstack('test_secret_restore'),
    async run({ client, scratch }) {
      const [one, two] = [randomUUID(), randomUUID()];
      const secret = await scratch.createWith(one, two);
      const Tags = [{ Key: 'a', Value: '1' }];
      await client.send(new TagResourceCommand({ SecretId: secret.arn, Tags }));
      await scratch.scheduleDeletion(secret);
      const restored = await client.send(new RestoreSecretCommand({ SecretId: secret.arn }));
      assert.equal(restored.ARN, secret.arn);
      assert.deepEqual(await scratch.labels(secret, one, two), [['AWSPREVIOUS'], ['AWSCURRENT']]);
      const described = await client.send(new DescribeSecretCommand({ SecretId: secret.arn }));
      assert.equal(described.DeletedDate, undefined);
      assert.deepEqual(described.Tags, Tags);
    },
  },
  {
    title: 'the recovery window has 7 to 30 days',
    source: aws('DeleteSecret'),
    async run({ client, scratch }) {
      const { arn: SecretId } = await scratch.create();
      for (const RecoveryWindowInDays of [6, 31]) {
        const call = client.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays }));
        await refuses(call, 'InvalidParameterException');
      }
      const ends: number[] = [];
      for (const RecoveryWindowInDays of [7, 9]) {
        const { arn } = await scratch.create();
        const command = new DeleteSecretCommand({ SecretId: arn, RecoveryWindowInDays });
        const { DeletionDate } = await client.send(command);
        ends.push((DeletionDate?.getTime() ?? 0) / 86_400_000);
      }
      const [first = 0, second = 0] = ends;
      assert.ok(Math.abs(second - first - 2) < 0.1, `${second - first} days apart, not 2`);
    },
  },
  {
    title: 'a secret created again has another ARN, and the old one finds nothing',
    source: localstack('test_can_recreate_delete_secret'),
    async run({ client, scratch }) {
      const old = await scratch.create();
      await scratch.delete(old.arn);
      let fresh = old;
      // The name of a secret that was deleted at once is free only after a while.
      for (let tries = 0; fresh === old; tries += 1) {
        fresh = await scratch.create({ Name: old.name }).catch(async (error: unknown) => {
          if (tries > 30) throw error;
          await new Promise((resolve) => setTimeout(resolve, 1000));
          return old;
        });
      }
      assert.notEqual(fresh.arn, old.arn);
      const call = client.send(new DescribeSecretCommand({ SecretId: old.arn }));
      await refuses(call, 'ResourceNotFoundException');
    },
  },
];
