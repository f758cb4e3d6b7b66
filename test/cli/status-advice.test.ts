import { CancelRotateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { newLeakVersion } from '../../cli/rotator/leak-version.ts';
import { environmentVariables, tagKeys } from '../../core/contract.ts';
import { digest, hour } from '../support/builders.ts';
import { flat, startRotated } from './leak-world.ts';
import { inSeconds, seedCredential, startOperator } from './operator.ts';
import { checksOf } from './patient.ts';

const paused = { [tagKeys.paused]: 'true' };
const resume =
  '→ find out first who paused it, and why; then: ims-token-rotator resume fusion --region us-east-1';
const region = ['--region', 'us-east-1'];

it('status says that an expired token is paused, and how that ends', async () => {
  const { world, cli } = await startOperator();
  seedCredential(world, 'fusion', { expiresIn: -2 * hour, tags: paused });
  seedCredential(world, 'resting', { expiresIn: 2 * hour, tags: paused });
  const { code, stdout } = await cli('status', ...region);
  expect(code).toBe(1);
  const [, , , row, ...below] = stdout.trimEnd().split('\n');
  expect(row).toMatch(/^fusion +expired /);
  expect(below).toHaveLength(3);
  expect(flat(below.join(' '))).toMatch(
    new RegExp(`^paused, so that nothing renews it ${resume} resting +paused `),
  );
});

it.each([
  ['fresh', { expiresIn: 20 * hour }],
  ['that is no token for a day', { storedAgo: 48 * hour }],
])(
  'status tells of an open answer to a leak of a paused credential with a value %s',
  async (_, seed) => {
    const { world, cli } = await startOperator();
    seedCredential(world, 'fusion', { ...seed, tags: paused });
    world.secretsManager.seed({
      name: `${world.prefix}/fusion/client`,
      secretString: '{}',
      tags: {
        [tagKeys.rotation]: `adding since=${inSeconds(-60)} version=${newLeakVersion(digest, 'x')}`,
      },
    });
    const { code, stdout } = await cli('status', ...region);
    expect(code).toBe(1);
    expect(stdout).toMatch(/ERR_LEAK_UNPROVEN/);
    expect(flat(stdout)).toContain(`paused, so that nothing renews it ${resume}`);
  },
);

it('status and doctor name the credential whose rotation is overdue', async () => {
  let ahead = 2 * 24 * hour * 1000;
  const environment = {
    [environmentVariables.declared]: 'fusion',
    [environmentVariables.rotating]: 'fusion',
  };
  const idle = (): Promise<void> => Promise.resolve();
  const leak = await startRotated(idle, { environment, now: () => Date.now() - ahead });
  const { client, world } = leak;
  ahead = 0;
  await leak.invoke({ action: 'renew', credential: 'fusion', force: true });
  await leak.remember();
  const line = 'the rotation of its client secret is overdue → ims-token-rotator doctor fusion';
  expect((await leak.cli('status')).stdout).not.toContain(line);
  expect((await checksOf(leak)).find('state')).toMatchObject({ verdict: 'ok' });
  await client.send(
    new CancelRotateSecretCommand({ SecretId: world.secretId('fusion', 'client') }),
  );
  const status = await leak.cli('status');
  expect(status.code).toBe(0);
  expect(flat(status.stdout)).toContain(line);
  expect((await checksOf(leak)).find('state')).toMatchObject({
    verdict: 'failed',
    detail: '1 of 1: fusion (client secret rotation overdue)',
    fix: 'ims-token-rotator doctor fusion',
  });
});

it('status does not take another change of the client secret for one of its value', async () => {
  const { world, cli } = await startOperator();
  seedCredential(world, 'fusion', { expiresIn: 20 * hour });
  const { stdout } = await cli('status', 'fusion');
  expect(stdout).toMatch(/^ {2}client secret: its value, labels or tags last changed \d+ s ago, /m);
});

it('doctor says how to renew the rejected token of a paused credential', async () => {
  const operator = await startOperator();
  await operator.onboard('fusion');
  const { world, client } = operator;
  seedCredential(world, 'paused', { tags: paused });
  const SecretId = world.secretId('paused', 'token');
  await client.send(new PutSecretValueCommand({ SecretId, SecretString: '{"access_token":1}' }));
  const { find } = await checksOf(operator, 'paused');
  expect(find('stored value')).toMatchObject({
    verdict: 'failed',
    fix: 'find out first who paused it, and why; then: ims-token-rotator resume paused; then: ims-token-rotator renew paused --force',
  });
});
