import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RemoveRegionsFromReplicationCommand,
  ReplicateSecretToRegionsCommand,
  RotateSecretCommand,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import {
  aws,
  type Case,
  type Extras,
  moto,
  needed,
  refuses,
  refusesAll,
  type Subject,
} from '../case.ts';
import { type ScratchSecret, valueFor } from '../scratch.ts';

type Replica = NonNullable<Extras['replica']>;

/** Has a secret with a replica, and removes the replica again: the secret could not be deleted. */
async function replicated(
  { client, scratch, eventually, extras }: Subject,
  check: (replica: Replica, secret: ScratchSecret, versionId: string) => Promise<void>,
): Promise<void> {
  const replica = needed(extras.replica, '--replica-region REGION');
  const id = randomUUID();
  const secret = await scratch.createWith(id);
  const SecretId = secret.arn;
  const AddReplicaRegions = [{ Region: replica.region }];
  const add = new ReplicateSecretToRegionsCommand({ SecretId, AddReplicaRegions });
  const { ReplicationStatus } = await client.send(add);
  assert.equal(ReplicationStatus?.[0]?.Region, replica.region);
  const isDone = async () => {
    const { ReplicationStatus, PrimaryRegion } = await client.send(
      new DescribeSecretCommand({ SecretId }),
    );
    assert.equal(ReplicationStatus?.[0]?.Status, 'InSync');
    assert.equal(PrimaryRegion, secret.arn.split(':')[3]);
  };
  try {
    await eventually(isDone);
    await check(replica, secret, id);
  } finally {
    const RemoveReplicaRegions = [replica.region];
    await client.send(new RemoveRegionsFromReplicationCommand({ SecretId, RemoveReplicaRegions }));
    await eventually(() => assert.rejects(isDone));
  }
}

/** Secrets in several Regions: a renewal looks at the replicas, and a tick passes them over. */
export const replicaCases: readonly Case[] = [
  {
    title: 'a secret with a replica cannot be deleted, and can be when the replica is removed',
    source: aws('DeleteSecret'),
    async run(subject) {
      const { client, scratch } = subject;
      let arn = '';
      await replicated(subject, async (_, secret) => {
        ({ arn } = secret);
        await refusesAll(
          [scratch.delete(arn), client.send(new DeleteSecretCommand({ SecretId: arn }))],
          'InvalidParameterException',
          /replica/i,
        );
      });
      await scratch.delete(arn);
      await refuses(
        client.send(new DescribeSecretCommand({ SecretId: arn })),
        'ResourceNotFoundException',
      );
    },
  },
  {
    title: 'a replica has the ARN, the name, the version and the value of its primary',
    source: aws('ReplicateSecretToRegions'),
    async run(subject) {
      await replicated(subject, async ({ client, region }, { arn, name }, id) => {
        const SecretId = arnIn(region, arn);
        const read = await client.send(new GetSecretValueCommand({ SecretId }));
        assert.deepEqual([read.ARN, read.Name, read.VersionId], [SecretId, name, id]);
        assert.equal(read.SecretString, valueFor(id));
        const { PrimaryRegion } = await client.send(new DescribeSecretCommand({ SecretId }));
        assert.equal(PrimaryRegion, arn.split(':')[3]);
      });
    },
  },
  {
    title: 'a replica is read-only',
    source: moto('test_update_replica', 'test_secrets_duplication.py'),
    async run(subject) {
      await replicated(subject, async ({ client, region }, { arn }) => {
        const SecretId = arnIn(region, arn);
        await refusesAll(
          [
            client.send(new PutSecretValueCommand({ SecretId, SecretString: 'x' })),
            client.send(new TagResourceCommand({ SecretId, Tags: [{ Key: 'a', Value: '1' }] })),
            client.send(new RotateSecretCommand({ SecretId })),
          ],
          'InvalidRequestException',
          /replica/i,
        );
      });
    },
  },
  {
    title: 'a secret cannot be replicated to its own Region',
    source: moto('test_replicate_secret__in_same_region', 'test_secrets_duplication.py'),
    async run({ client, scratch }) {
      const { arn: SecretId } = await scratch.create();
      const [, , , Region] = SecretId.split(':');
      const AddReplicaRegions = [{ Region }];
      const call = client.send(
        new ReplicateSecretToRegionsCommand({ SecretId, AddReplicaRegions }),
      );
      await refuses(call, 'InvalidParameterException', /region/i);
    },
  },
];

function arnIn(region: string, arn: string): string {
  return arn.split(':').with(3, region).join(':');
}
