import { describe, expect, it } from 'vitest';
import { inPrimaryRegion } from '../../cli/rotator/replica.ts';
import { labelsOf } from '../support/start-rotating.ts';
import { type Operator, startOperator } from './operator.ts';

const prefix = 'ims-token-rotator/local';

/** An operator in a Region that has only replicas of the secrets. */
async function startBesideReplicas(): Promise<Operator> {
  const operator = await startOperator();
  for (const each of ['client', 'token'] as const) {
    operator.world.secretsManager.seed({
      name: operator.world.secretId('fusion', each),
      secretString: '{}',
      primaryRegion: 'eu-west-1',
    });
  }
  return operator;
}

it.each([
  ['pause', 'token', 'pause fusion', ''],
  ['resume', 'token', 'resume fusion', ''],
  [
    'put-credential',
    'client',
    'put-credential fusion FILE',
    '; otherwise have its owner store it in eu-west-1',
  ],
  ['rotate-client-secret', 'client', 'rotate-client-secret fusion', ''],
] as const)('%s leads to the Region of the primary', async (command, kind, words, otherwise) => {
  const operator = await startBesideReplicas();
  const { code, stdout, stderr } = await operator.cli(command, 'fusion');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toBe(
    `ERR_AWS_REFUSED ${operator.world.secretId('fusion', kind)} is a replica of a secret in eu-west-1, and read-only (nothing was changed)\n` +
      `  → if a rotator there has it: ims-token-rotator ${words} --prefix ${prefix} --region eu-west-1${otherwise}\n`,
  );
});

it('leaked leads there with the version that has leaked, which the primary has, too', async () => {
  const operator = await startBesideReplicas();
  const SecretId = operator.world.secretId('fusion', 'client');
  const { AWSCURRENT: leakedId } = await labelsOf(operator.client, SecretId);
  const { code, stderr } = await operator.cli('leaked', 'fusion', '--yes');
  expect(code).toBe(1);
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
    `→ if a rotator there has it: ims-token-rotator leaked fusion --version-id ${leakedId} --prefix ${prefix} --region eu-west-1`,
  );
});

describe('the command in the Region of the primary', () => {
  const options = { profile: 'ours', rotator: 'local', function: 'here', region: 'us-east-1' };
  const wanted = { name: 'fusion', words: 'leaked CREDENTIAL' };
  const commandFor = (name: string) =>
    inPrimaryRegion(
      { options },
      { prefix },
      { name, arn: 'arn', tags: {}, primaryRegion: 'eu-west-1' },
      wanted,
    );

  it('names the rotator by the prefix of its secrets', () => {
    expect(commandFor(`${prefix}/fusion/client`)).toBe(
      `ims-token-rotator leaked fusion --prefix ${prefix} --profile ours --region eu-west-1`,
    );
  });

  it('names no rotator for an imported secret, which may be of any', () => {
    expect(commandFor('theirs')).toBe(
      'ims-token-rotator leaked CREDENTIAL --rotator ROTATOR --profile ours --region eu-west-1',
    );
  });
});
