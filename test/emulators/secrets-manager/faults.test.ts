import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import {
  clientFor,
  current,
  labels,
  put,
  startEmulator,
  tokenWithVersions,
} from './start-secrets-manager.ts';

describe('a fault', () => {
  it.each([
    [{ kind: 'throttling' }, 'ThrottlingException', 400],
    [{ kind: 'internal-error' }, 'InternalServiceError', 500],
    [{ kind: 'denied' }, 'AccessDeniedException', 400],
    [{ kind: 'error', type: 'DecryptionFailure', message: 'no key' }, 'DecryptionFailure', 400],
  ] as const)(
    '%j is answered with an error of the service',
    async (fault, name, httpStatusCode) => {
      const { client, emulator } = await startEmulator();
      await tokenWithVersions(client, 1);
      emulator.faults.inject(fault, { times: 1 });
      await expect(put(client, 2)).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
      expect(await current(client)).toBe('token_1');
    },
  );

  it('hits selected calls only', async () => {
    const { client, emulator } = await startEmulator();
    await tokenWithVersions(client, 1);
    emulator.faults.inject(
      { kind: 'throttling' },
      { when: ({ action, secretId }) => action === 'GetSecretValue' && secretId === 'token' },
    );
    await client.send(new DescribeSecretCommand({ SecretId: 'token' }));
    await expect(current(client)).rejects.toMatchObject({ name: 'ThrottlingException' });
    emulator.faults.clear();
    expect(await current(client)).toBe('token_1');
  });

  it('can drop the connection before the call is carried out', async () => {
    const { client, emulator } = await startEmulator();
    await tokenWithVersions(client, 1);
    emulator.faults.inject({ kind: 'reset' }, { times: 1 });
    await expect(put(client, 2)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await labels(client)).toEqual({ 1: ['AWSCURRENT'] });
  });

  it('can lose the response of a completed call, so that the SDK repeats it', async () => {
    const { client, emulator } = await startEmulator();
    await tokenWithVersions(client, 1);
    emulator.faults.inject({ kind: 'reset-after' }, { times: 1 });
    await expect(put(client, 2)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await labels(client)).toEqual({ 1: ['AWSPREVIOUS'], 2: ['AWSCURRENT'] });

    const patient = clientFor(emulator, { maxAttempts: 2 });
    emulator.faults.inject({ kind: 'reset-after' }, { times: 1 });
    await put(patient, 3);
    patient.destroy();
    expect(await labels(client)).toEqual({ 2: ['AWSPREVIOUS'], 3: ['AWSCURRENT'] });
    expect(emulator.calls.filter(({ action }) => action === 'PutSecretValue')).toHaveLength(4);
  });

  it('can lose the response of a failed call', async () => {
    const { client, emulator } = await startEmulator();
    emulator.faults.inject({ kind: 'reset-after' }, { times: 1 });
    await expect(current(client)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(emulator.calls).toEqual([
      { action: 'GetSecretValue', secretName: 'token', error: 'ResourceNotFoundException' },
    ]);
  });

  it('can delay a call, which then proceeds', async () => {
    const { client, emulator } = await startEmulator();
    await tokenWithVersions(client, 1);
    emulator.faults.inject({ kind: 'latency', ms: 1 }, { times: 1 });
    expect(await current(client)).toBe('token_1');
  });

  it('stops delaying a call when the client or the server gives up', async () => {
    const { client, emulator } = await startEmulator();
    await tokenWithVersions(client, 1);
    const arrived = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    let reads = 0;
    emulator.faults.inject(
      { kind: 'latency', ms: Number.MAX_SAFE_INTEGER },
      {
        when: () => {
          arrived[reads++]?.resolve();
          return true;
        },
      },
    );
    const giveUp = new AbortController();
    const abandoned = client.send(new GetSecretValueCommand({ SecretId: 'token' }), {
      abortSignal: giveUp.signal,
    });
    const refused = expect(abandoned).rejects.toMatchObject({ name: 'AbortError' });
    await arrived[0].promise;
    giveUp.abort();
    await refused;
    const hanging = current(client).catch(({ code }) => code);
    await arrived[1].promise;
    await emulator.stop();
    expect(await hanging).toBeDefined();
    expect(emulator.errors).toEqual([]);
  });
});

describe('the record of calls', () => {
  it('holds names and errors, but no values, until it is cleared', async () => {
    const { client, emulator } = await startEmulator();
    const { ARN } = await client.send(new CreateSecretCommand({ Name: 'a', SecretString: 'one' }));
    await client.send(new GetSecretValueCommand({ SecretId: ARN }));
    await client.send(new ListSecretsCommand({}));
    await client.send(new DescribeSecretCommand({ SecretId: 'b' })).catch(() => undefined);
    expect(emulator.calls).toEqual([
      { action: 'CreateSecret', secretName: 'a' },
      { action: 'GetSecretValue', secretName: 'a' },
      { action: 'ListSecrets', secretName: undefined },
      { action: 'DescribeSecret', secretName: 'b', error: 'ResourceNotFoundException' },
    ]);
    emulator.clearCalls();
    expect(emulator.calls).toEqual([]);
  });
});
