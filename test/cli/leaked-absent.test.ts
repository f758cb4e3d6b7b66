import { DeleteSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { CliError } from '../../cli/errors.ts';
import type { Session } from '../../cli/session.ts';
import { replacing } from '../support/credential.ts';
import { labelsOf } from '../support/start-rotating.ts';
import { startLeak, textOf } from './leak-world.ts';

const restore = (secretId: string): string =>
  `find out first who deleted it, and why; if it is to come back: aws secretsmanager restore-secret --secret-id ${secretId}`;

const support =
  'have Adobe support invalidate all tokens of its client (that ends the good ones, too, so replace those right after it, for every credential of that client: ims-token-rotator renew OTHER --force)';

describe.each([
  [false, 'delete it in the Adobe Developer Console', 'leaked fusion --version-id ID --now'],
  [true, support, 'leaked fusion --token --now'],
])('leaked, with --token %s,', (token, end, again) => {
  it.each(['client', 'token'] as const)(
    'puts the end of the leak before the return of a %s secret that is scheduled for deletion',
    async (kind) => {
      const leak = await startLeak();
      const SecretId = leak.world.secretId('fusion', kind);
      const clientId = leak.world.secretId('fusion', 'client');
      const { AWSCURRENT: leakedId = '' } = await labelsOf(leak.client, clientId);
      await leak.client.send(new DeleteSecretCommand({ SecretId }));
      const exit = await leak.answer({ token });
      expect(exit.code).toBe(1);
      expect(textOf(exit)).toBe(
        `ERR_CREDENTIAL_NOT_FOUND ${SecretId} is scheduled for deletion → what has leaked may still work: ${end}; then ${restore(SecretId)}; then: ims-token-rotator ${again.replace('ID', leakedId)}`,
      );
    },
  );

  it('says so after the list of credentials if there is no such secret', async () => {
    const leak = await startLeak();
    const SecretId = leak.world.secretId('fusion', 'client');
    const now = { SecretId, ForceDeleteWithoutRecovery: true };
    await leak.client.send(new DeleteSecretCommand(now));
    expect(textOf(await leak.answer({ token }))).toBe(
      `ERR_CREDENTIAL_NOT_FOUND there is no secret ${SecretId} → list the credentials: ims-token-rotator status; if it was deleted, what has leaked may still work: ${end}`,
    );
  });
});

it('leaked --token leads to itself if AWS does not tell what is left to people', async () => {
  const leak = await startLeak();
  // By its ARN, only the report looks at it.
  const secrets = (real: Session['secrets']): Session['secrets'] =>
    replacing(real, {
      describe: async (secretId) => {
        const isReport = secretId.startsWith('arn:') && secretId.includes('/client');
        if (!isReport) return await real.describe(secretId);
        throw new CliError('ERR_AWS_UNAVAILABLE', 'Secrets Manager is not reachable', 'wait');
      },
    });
  const exit = await leak.answer({ token: true }, { secrets });
  expect(exit.code).toBe(1);
  expect(textOf(exit)).toBe(
    'ERR_AWS_UNAVAILABLE the leak is answered; only what is left to people was not shown: Secrets Manager is not reachable → wait; then: ims-token-rotator leaked fusion --token --now',
  );
});

it('leaked leads to the Region of the primary if the client secret is a replica', async () => {
  const leak = await startLeak();
  const name = leak.world.secretId('fusion', 'client');
  const secretString = JSON.stringify(await leak.clientDocument());
  await leak.client.send(
    new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true }),
  );
  leak.world.secretsManager.seed({ name, secretString, primaryRegion: 'eu-west-1' });
  const { AWSCURRENT: leakedId } = await labelsOf(leak.client, name);
  const added = leak.adobe.secrets.length;
  expect(textOf(await leak.answer())).toBe(
    `ERR_AWS_REFUSED ${name} is a replica of a secret in eu-west-1, and read-only (nothing was changed) → if a rotator there has it: ims-token-rotator leaked fusion --version-id ${leakedId} --prefix ims-token-rotator/local --region eu-west-1; otherwise add a client secret in the Adobe Developer Console, have its owner store that in eu-west-1, without the leaked one, and delete the leaked one in the Console; then here: ims-token-rotator leaked fusion --token --now`,
  );
  expect(leak.adobe.secrets).toHaveLength(added);
  expect(await leak.answer({ token: true })).toMatchObject({ code: 0 });
});

it.each([false, true])(
  'leaked leads to the primary of a token secret that is a replica, --token %s',
  async (token) => {
    const leak = await startLeak();
    const name = leak.world.secretId('fusion', 'token');
    const { SecretString: secretString = '' } = await leak.client.send(
      new GetSecretValueCommand({ SecretId: name }),
    );
    await leak.client.send(
      new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true }),
    );
    leak.world.secretsManager.seed({ name, secretString, primaryRegion: 'eu-west-1' });
    const added = leak.adobe.secrets.length;
    const text = textOf(await leak.answer({ token }));
    expect(text).toMatch(
      /^ERR_AWS_REFUSED .* is a replica of a secret in eu-west-1, and read-only/,
    );
    expect(text).toContain(`leaked fusion${token ? ' --token' : ''} --`);
    expect(leak.adobe.secrets).toHaveLength(added);
  },
);
