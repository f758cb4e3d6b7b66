import {
  DescribeSecretCommand,
  RemoveRegionsFromReplicationCommand,
} from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { stackTag } from '../../cli/rotator/credentials.ts';
import { environmentVariables } from '../../core/contract.ts';
import { type Operator, startOperator } from './operator.ts';

const nameOf = (kind: string): string => `ims-token-rotator/local/fusion/${kind}`;
const kinds = ['client', 'token'] as const;
type Kind = (typeof kinds)[number];

/** The credential `fusion`, of which these secrets are replicated. */
async function startReplicated(
  replicated: readonly Kind[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Operator> {
  const operator = await startOperator({ environment });
  for (const kind of kinds) {
    const replicas = [{ Region: 'eu-west-1' }, { Region: 'eu-west-2' }];
    operator.world.secretsManager.seed({
      name: nameOf(kind),
      secretString: '{}',
      replicas: replicated.includes(kind) ? replicas : undefined,
    });
  }
  return operator;
}

const deletions = ({ world }: Operator): number =>
  world.secretsManager.calls.filter(({ action }) => action === 'DeleteSecret').length;

const removal = (kind: string): string =>
  `aws secretsmanager remove-regions-from-replication --secret-id ${nameOf(kind)} --remove-replica-regions eu-west-1 eu-west-2`;

it.each<readonly [Kind]>([['client'], ['token']])(
  'offboard has the replicas of a %s secret removed before it deletes anything',
  async (kind) => {
    const operator = await startReplicated([kind]);
    const { code, stdout, stderr } = await operator.cli('offboard', 'fusion', '--yes');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(
      `ERR_AWS_REFUSED AWS deletes no secret that has replicas: ${nameOf(kind)} (eu-west-1, eu-west-2); nothing was deleted`,
    );
    expect(stderr).toContain(
      `if nobody does, remove them, which deletes them at once: ${removal(kind)}; then: ims-token-rotator offboard fusion`,
    );
    expect(deletions(operator)).toBe(0);
    await operator.client.send(
      new RemoveRegionsFromReplicationCommand({
        SecretId: nameOf(kind),
        RemoveReplicaRegions: ['eu-west-1', 'eu-west-2'],
      }),
    );
    expect(await operator.cli('offboard', 'fusion', '--yes')).toMatchObject({ code: 0 });
    for (const each of kinds) {
      const described = new DescribeSecretCommand({ SecretId: nameOf(each) });
      expect(await operator.client.send(described)).toHaveProperty('DeletedDate');
    }
  },
);

it('offboard has the replicas that the stack declares removed by a deployment', async () => {
  const operator = await startReplicated(kinds, { [environmentVariables.declared]: 'fusion' });
  const { code, stderr } = await operator.cli('offboard', 'fusion', '--yes');
  expect(code).toBe(1);
  expect(stderr).toContain(
    `remove the credential, or its replicaRegions, from the settings of the stack, and deploy; then, for replicas that are left: ${removal('client')}; then: ${removal('token')}; then: `,
  );
  expect(deletions(operator)).toBe(0);
});

it('offboard has them removed so also where only the tag of CloudFormation tells of the stack', async () => {
  const operator = await startOperator({
    authorize: (action) => action !== 'lambda:ListFunctions',
  });
  const { secretsManager } = operator.world;
  secretsManager.seed({
    name: nameOf('token'),
    secretString: '{}',
    replicas: [{ Region: 'eu-west-1' }],
    tags: { [stackTag]: 'ours' },
  });
  const prefix = ['--prefix', 'ims-token-rotator/local'];
  const { code, stderr } = await operator.cli('offboard', 'fusion', '--yes', ...prefix);
  expect(code).toBe(1);
  expect(stderr).toContain('or its replicaRegions, from the settings of the stack, and deploy');
  expect(deletions(operator)).toBe(0);
});

it.each([
  ['no rotator', []],
  ['the rotator', ['--rotator', 'local']],
  ['the function', ['--function', 'rotator-local']],
])(
  'offboard leaves a replica to the rotator of its primary secret, with %s named',
  async (_, chosen) => {
    const operator = await startOperator();
    operator.world.secretsManager.seed({ name: nameOf('token'), primaryRegion: 'eu-west-1' });
    const { code, stderr } = await operator.cli('offboard', 'fusion', '--yes', ...chosen);
    expect(code).toBe(1);
    expect(stderr).toContain(`${nameOf('token')} is a replica of a secret in eu-west-1`);
    expect(stderr).toContain(
      'ims-token-rotator offboard fusion --prefix ims-token-rotator/local --region eu-west-1\n',
    );
    expect(deletions(operator)).toBe(0);
  },
);
