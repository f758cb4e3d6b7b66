import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { epochSeconds } from '../../core/instant.ts';
import type { Replica } from '../../emulators/secrets-manager/secret.ts';
import { flat, type LeakWorld, startLeak } from './leak-world.ts';

const failed = { Region: 'eu-west-1', failure: 'The KMS key is disabled' };
const late = { Region: 'eu-west-2', isLate: true };

/** Replicates the token secret, as it is. */
async function replicate(
  { client, world }: LeakWorld,
  replicas: readonly Replica[],
): Promise<void> {
  const name = world.secretId('fusion', 'token');
  const stored = await client.send(new GetSecretValueCommand({ SecretId: name }));
  const { SecretString: secretString, VersionId: versionId } = stored;
  world.secretsManager.seed({ name, secretString, versionId, replicas });
}

/** A clock that the waits of the command advance. */
function passing(onSleep: () => Promise<void> = () => Promise.resolve()) {
  let slept = 0;
  return {
    now: () => epochSeconds(Date.now() / 1000 + slept),
    sleep: async (seconds: number) => {
      slept += seconds;
      await onSleep();
    },
  };
}

const keeps = 'whoever reads it there keeps an earlier token, which this command invalidates';
const gets401 = 'whoever reads it there gets 401 until it is';

describe.each([true, false])('leaked, with --token %s,', (token) => {
  it('says before the wait, and at the end, which replica has not got the new token', async () => {
    const leak = await startLeak();
    await replicate(leak, [failed, { Region: 'eu-central-1' }]);
    const { code, stdout, stderr } = await leak.answer({ token, now: false, cache: 1 }, passing());
    expect(code, stderr).toBe(0);
    const name = leak.world.secretId('fusion', 'token');
    const what = `${name} is not copied to eu-west-1 (The KMS key is disabled): `;
    const fix = '; remove the cause, then replicate it again: https://docs.aws.amazon.com/';
    const said = flat(stderr);
    expect(said).toContain(`warning: ${what}${keeps}${fix}`);
    expect(said.indexOf(keeps)).toBeLessThan(said.indexOf('waiting '));
    expect(flat(stdout)).toContain(`Left to people: - ${what}${gets401}${fix}`);
    expect(stderr + stdout).not.toContain('eu-central-1');
  });

  it('says to which one AWS is still copying the new token', async () => {
    const leak = await startLeak();
    await replicate(leak, [late]);
    const { code, stdout, stderr } = await leak.answer({ token });
    expect(code, stderr).toBe(0);
    const name = leak.world.secretId('fusion', 'token');
    const what = `${name} is still being copied to eu-west-2: `;
    const look = `; aws secretsmanager describe-secret --secret-id ${name}`;
    expect(flat(stderr)).toContain(`warning: ${what}${keeps}${look}`);
    expect(flat(stdout)).toContain(`Left to people: - ${what}${gets401}${look}`);
  });

  it('says that this had failed before', async () => {
    const leak = await startLeak();
    await replicate(leak, [failed]);
    const retry = passing(() => replicate(leak, [{ Region: 'eu-west-1', isLate: true }]));
    const { code, stdout, stderr } = await leak.answer({ token, now: false, cache: 1 }, retry);
    expect(code, stderr).toBe(0);
    expect(flat(stdout)).toContain(
      `is still being copied to eu-west-1: ${gets401}; before this command began, that had failed: eu-west-1 (The KMS key is disabled); aws `,
    );
  });

  it('says nothing of replicas that are in sync', async () => {
    const leak = await startLeak();
    await replicate(leak, [{ Region: 'eu-central-1' }]);
    const { code, stdout, stderr } = await leak.answer({ token });
    expect(code, stderr).toBe(0);
    expect(stderr + stdout).not.toContain('eu-central-1');
  });
});
