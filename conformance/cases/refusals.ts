import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { aws, type Case, guide, needed, refuses, Skipped } from '../case.ts';

/** Checks that come before an operation, and limits. */
export const refusalCases: readonly Case[] = [
  {
    title: 'a call without the right is denied, in words that name the action, not the value',
    source: guide('troubleshoot'),
    async run({ scratch, extras }) {
      const denied = needed(extras.denied, '--denied-profile PROFILE');
      const { arn: SecretId } = await scratch.createWith(randomUUID());
      const read = denied.send(new GetSecretValueCommand({ SecretId }));
      if (await read.then(() => true).catch(() => false)) {
        throw new Skipped('these credentials may read, or the endpoint enforces no permissions');
      }
      const sent = 'not to be repeated';
      const calls: Readonly<Record<string, () => Promise<unknown>>> = {
        GetSecretValue: () => read,
        DescribeSecret: () => denied.send(new DescribeSecretCommand({ SecretId })),
        ListSecrets: () => denied.send(new ListSecretsCommand({})),
        PutSecretValue: () =>
          denied.send(new PutSecretValueCommand({ SecretId, SecretString: sent })),
        TagResource: () =>
          denied.send(new TagResourceCommand({ SecretId, Tags: [{ Key: 'a', Value: sent }] })),
      };
      for (const [action, call] of Object.entries(calls)) {
        await refuses(
          call(),
          'AccessDeniedException',
          new RegExp(
            `^User: arn:\\S+ is not authorized to perform: secretsmanager:${action} on resource: \\S+ because no identity-based policy allows the secretsmanager:${action} action$`,
          ),
        );
      }
      const status = await read.catch((error) => error.$metadata.httpStatusCode);
      assert.equal(status, 400);
    },
  },
  {
    title: 'an access key that does not exist is refused',
    source: 'https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html',
    async run({ extras }) {
      const stranger = needed(extras.stranger, 'another access key');
      const list = stranger.send(new ListSecretsCommand({}));
      if (await list.then(() => true).catch(() => false)) {
        throw new Skipped('the endpoint accepts any access key');
      }
      await refuses(list, 'UnrecognizedClientException', /security token .* is invalid/);
    },
  },
  {
    title: 'a value cannot be stored with a key that is disabled, and no secret comes of it',
    source: aws('CreateSecret'),
    async run({ client, scratch, extras }) {
      const KmsKeyId = needed(extras.disabledKey, '--disabled-key ARN');
      const Name = scratch.newName();
      const create = new CreateSecretCommand({ Name, KmsKeyId, SecretString: 'x' });
      await refuses(client.send(create), 'EncryptionFailure');
      const describe = client.send(new DescribeSecretCommand({ SecretId: Name }));
      await refuses(describe, 'ResourceNotFoundException');
    },
  },
  {
    title: 'more than a hundred versions of one day are kept, and are listed over several pages',
    source: aws('PutSecretValue'),
    async run({ client, scratch }) {
      const ids = Array.from({ length: 104 }, () => randomUUID());
      const { arn: SecretId } = await scratch.createWith(...ids);
      const listed: (string | undefined)[] = [];
      let NextToken: string | undefined;
      do {
        const page = await client.send(
          new ListSecretVersionIdsCommand({
            SecretId,
            MaxResults: 100,
            IncludeDeprecated: true,
            NextToken,
          }),
        );
        listed.push(...(page.Versions ?? []).map(({ VersionId }) => VersionId));
        ({ NextToken } = page);
        // Some servers write an empty one on the last page.
      } while (NextToken !== undefined && NextToken !== '');
      assert.deepEqual(new Set(listed), new Set(ids));
    },
  },
];
