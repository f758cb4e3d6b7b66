import { inspect } from 'node:util';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { createTokenReader } from '../../client/index.ts';
import type { TokenReaderOptions } from '../../client/options.ts';
import { readSecretsManager } from '../../client/secrets-manager.ts';
import type { TokenError } from '../../client/token-error.ts';
import type { SecretsManagerOptions } from '../../emulators/secrets-manager/emulator.ts';
import { startEmulator } from '../emulators/secrets-manager/start-secrets-manager.ts';
import { secretId, secretValue } from './start-reader.ts';

const tomorrow = Date.now() + 86_400_000;
const { SecretString: secretString } = secretValue('token-1', tomorrow);

async function start(
  options: Partial<TokenReaderOptions> = {},
  emulator: SecretsManagerOptions = {},
) {
  const started = await startEmulator(emulator);
  const problems: TokenError[] = [];
  const reader = createTokenReader({
    secretId,
    client: started.client,
    onProblem: (problem) => problems.push(problem),
    ...options,
  });
  return { ...started, reader, problems };
}

describe('a reader of Secrets Manager', () => {
  it('reads the current version, once for all callers', async () => {
    const { emulator, client, reader } = await start();
    emulator.seed({ name: secretId, secretString: secretValue('token-0', tomorrow).SecretString });
    await client.send(
      new PutSecretValueCommand({ SecretId: secretId, SecretString: secretString }),
    );
    emulator.clearCalls();
    const tokens = await Promise.all(Array.from({ length: 100 }, () => reader.getToken()));
    expect(new Set(tokens)).toEqual(new Set(['token-1']));
    expect(emulator.calls).toEqual([{ action: 'GetSecretValue', secretName: secretId }]);
  });

  it('says that the secret has no token yet', async () => {
    const { emulator, reader } = await start();
    emulator.seed({ name: secretId });
    await expect(reader.getToken()).rejects.toMatchObject({ code: 'ERR_TOKEN_NOT_READY' });
  });

  it('says that there is no such secret', async () => {
    const { reader } = await start();
    await expect(reader.getToken()).rejects.toMatchObject({ code: 'ERR_TOKEN_SECRET_NOT_FOUND' });
  });

  it('says that it is not authorized', async () => {
    const { emulator, reader } = await start({}, { authorize: () => false });
    emulator.seed({ name: secretId, secretString });
    await expect(reader.getToken()).rejects.toMatchObject({ code: 'ERR_TOKEN_ACCESS_DENIED' });
  });

  it('says what the network did', async () => {
    const { emulator, reader, problems } = await start();
    emulator.faults.inject({ kind: 'reset' });
    await expect(reader.getToken()).rejects.toMatchObject({
      code: 'ERR_TOKEN_READ_FAILED',
      message: expect.stringContaining('ECONNRESET'),
    });
    expect(problems).toMatchObject([{ code: 'ERR_TOKEN_READ_FAILED' }]);
  });

  it('gives up a read that takes longer than 5 seconds', async () => {
    const { emulator, reader } = await start();
    emulator.seed({ name: secretId, secretString });
    emulator.faults.inject({ kind: 'latency', ms: 60_000 });
    await expect(reader.getToken()).rejects.toMatchObject({
      code: 'ERR_TOKEN_READ_FAILED',
      message: expect.stringContaining('no answer within 5 s'),
    });
  });

  it('hands its signal on to the SDK', async () => {
    const { emulator, client } = await start();
    emulator.seed({ name: secretId, secretString });
    const read = readSecretsManager(secretId, client);
    await expect(read({ signal: AbortSignal.abort(), fresh: false })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it('has no token in an error about a value that is none', async () => {
    const { emulator, reader } = await start();
    emulator.seed({ name: secretId, secretString: `${secretString}}` });
    const error = await reader.getToken().catch((thrown: unknown) => thrown as TokenError);
    expect(error).toMatchObject({ code: 'ERR_TOKEN_UNREADABLE' });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('token-1');
  });
});

describe('createTokenReader', () => {
  it.each([
    ['without a secret', { secretId: '' }],
    ['that renews without a rotator', { secretId, onRejected: 'renew' }],
    [
      'that renews a credential that the secret does not name',
      { secretId: 'tokens/fusion', onRejected: 'renew', rotator: { functionName: 'f' } },
    ],
  ] as const)('refuses a reader %s', (_, options) => {
    expect(() => createTokenReader(options)).toThrow(TypeError);
  });

  it('reads from a function of the caller’s own', async () => {
    const reader = createTokenReader({
      secretId,
      source: () => Promise.resolve({ SecretString: secretString }),
    });
    expect(await reader.getToken()).toBe('token-1');
  });
});
