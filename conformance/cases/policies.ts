import assert from 'node:assert/strict';
import {
  DeleteResourcePolicyCommand,
  GetResourcePolicyCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-secrets-manager';
import { aws, type Case, localstack, moto, refuses, type Subject } from '../case.ts';
import type { ScratchSecret } from '../scratch.ts';

async function policyOf({ client }: Subject, { arn }: ScratchSecret): Promise<string | undefined> {
  const get = new GetResourcePolicyCommand({ SecretId: arn });
  return (await client.send(get)).ResourcePolicy;
}

/** A policy that lets somebody read the secret. */
function policyFor(Principal: unknown): string {
  const Action = 'secretsmanager:GetSecretValue';
  const Statement = [{ Effect: 'Allow', Principal, Action, Resource: '*' }];
  return JSON.stringify({ Version: '2012-10-17', Statement });
}

/** Resource policies, by which `offboard` knows that others use a secret. */
export const policyCases: readonly Case[] = [
  {
    title: 'a resource policy is absent until one is set',
    source: localstack('test_resource_policy'),
    async run(subject) {
      const secret = await subject.scratch.create();
      assert.equal(await policyOf(subject, secret), undefined);
      const { arn: SecretId } = secret;
      const ResourcePolicy = policyFor({ AWS: `arn:aws:iam::${SecretId.split(':')[4]}:root` });
      await subject.client.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy }));
      const policy = await policyOf(subject, secret);
      assert.deepEqual(JSON.parse(policy ?? ''), JSON.parse(ResourcePolicy));
    },
  },
  {
    title: 'a resource policy that is deleted is absent again',
    source: moto('test_delete_resource_policy', 'test_policy.py'),
    async run(subject) {
      const { client, scratch } = subject;
      const secret = await scratch.create();
      const { arn: SecretId } = secret;
      const ResourcePolicy = policyFor({ AWS: `arn:aws:iam::${SecretId.split(':')[4]}:root` });
      await client.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy }));
      await client.send(new DeleteResourcePolicyCommand({ SecretId }));
      assert.equal(await policyOf(subject, secret), undefined);
    },
  },
  {
    title: 'a resource policy for everybody is refused only where that is asked for',
    source: aws('PutResourcePolicy'),
    async run(subject) {
      const { client, scratch } = subject;
      const secret = await scratch.create();
      const put = (BlockPublicPolicy?: boolean) =>
        client.send(
          new PutResourcePolicyCommand({
            SecretId: secret.arn,
            ResourcePolicy: policyFor('*'),
            BlockPublicPolicy,
          }),
        );
      await refuses(put(true), 'PublicPolicyException');
      assert.equal(await policyOf(subject, secret), undefined);
      await put();
      assert.ok((await policyOf(subject, secret)) !== undefined);
    },
  },
  {
    title: 'a resource policy that is not JSON is refused',
    source: aws('PutResourcePolicy'),
    async run({ client, scratch }) {
      const { arn: SecretId } = await scratch.create();
      const put = new PutResourcePolicyCommand({ SecretId, ResourcePolicy: '{"Version":' });
      await refuses(client.send(put), 'MalformedPolicyDocumentException');
    },
  },
];
