import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  DescribeSecretCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { aws, type Case, localstack, refuses } from '../case.ts';

/** A secret's tags: the status of a renewal, and the progress of a rotation. */
export const tagCases: readonly Case[] = [
  {
    title: 'a tag replaces one of the same key, and changes no version',
    source: aws('TagResource'),
    async run({ client, scratch }) {
      const id = randomUUID();
      const secret = await scratch.createWith(id);
      const tag = (Key: string, Value: string) =>
        client.send(new TagResourceCommand({ SecretId: secret.arn, Tags: [{ Key, Value }] }));
      await tag('a', '1');
      await tag('b', '1');
      await tag('a', '2');
      const { Tags = [] } = await client.send(new DescribeSecretCommand({ SecretId: secret.arn }));
      assert.deepEqual(Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])), {
        a: '2',
        b: '1',
      });
      assert.deepEqual(await scratch.labels(secret, id), [['AWSCURRENT']]);
    },
  },
  {
    title: 'the list of tags is empty once the last one was removed',
    source: localstack('test_secret_tags'),
    async run({ client, scratch }) {
      const { arn: SecretId } = await scratch.create({ Tags: [{ Key: 'a', Value: '1' }] });
      await client.send(new UntagResourceCommand({ SecretId, TagKeys: ['a'] }));
      const { Tags } = await client.send(new DescribeSecretCommand({ SecretId }));
      assert.deepEqual(Tags, []);
    },
  },
  {
    title: 'a tag with a character that no tag may have is refused, and none is changed',
    source: 'https://docs.aws.amazon.com/general/latest/gr/arg.html#taged-reference-quotas',
    async run({ client, scratch }) {
      const Tags = [{ Key: 'a', Value: '1' }];
      const { arn: SecretId } = await scratch.create({ Tags });
      for (const Value of ['a|b', 'a,b', 'a"b', 'a*']) {
        const tag = new TagResourceCommand({ SecretId, Tags: [{ Key: 'a', Value }] });
        await refuses(client.send(tag), 'InvalidParameterException');
      }
      const described = await client.send(new DescribeSecretCommand({ SecretId }));
      assert.deepEqual(described.Tags, Tags);
    },
  },
];
