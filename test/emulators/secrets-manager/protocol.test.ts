import { describe, expect, it } from 'vitest';
import type { SecretsManagerEmulator } from '../../../emulators/secrets-manager/emulator.ts';
import { start, startEmulator, versionId } from './start-secrets-manager.ts';

async function send(emulator: SecretsManagerEmulator, action: string, body: unknown) {
  const response = await fetch(emulator.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `secretsmanager.${action}`,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

describe('the wire protocol', () => {
  it('sends instants as epoch seconds and binary data as base64', async () => {
    const { emulator, clock } = await startEmulator();
    clock.ms += 250;
    const SecretBinary = Buffer.from('binary').toString('base64');
    const ClientRequestToken = versionId(1);
    await send(emulator, 'CreateSecret', { Name: 'a', SecretBinary, ClientRequestToken });
    const { status, headers, body } = await send(emulator, 'GetSecretValue', { SecretId: 'a' });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(body).toMatchObject({ SecretBinary, CreatedDate: start / 1000 + 0.25 });
  });

  it('sends an error with its type, message and request id', async () => {
    const { emulator } = await startEmulator();
    const { status, headers, body } = await send(emulator, 'GetSecretValue', { SecretId: 'a' });
    expect(status).toBe(400);
    expect(headers.get('x-amzn-errortype')).toBe('ResourceNotFoundException');
    expect(headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(body).toEqual({
      __type: 'ResourceNotFoundException',
      Message: "Secrets Manager can't find the specified secret.",
    });
  });

  it('does not know an operation as AWS does not: with the type alone', async () => {
    const { emulator } = await startEmulator();
    const { status, body } = await send(emulator, 'GetRandomPassword', {});
    expect([status, body]).toEqual([400, { __type: 'UnknownOperationException' }]);
  });

  it('treats null as absent and ignores unknown members', async () => {
    const { emulator } = await startEmulator();
    const { status } = await send(emulator, 'CreateSecret', {
      Name: 'a',
      Description: null,
      Tags: null,
      Novelty: true,
    });
    expect(status).toBe(200);
  });

  it.each([
    ['an unknown operation', 'GetRandomness', {}, 'UnknownOperationException'],
    ['broken JSON', 'GetSecretValue', '{"SecretId":', 'SerializationException'],
    ['a body that is not an object', 'GetSecretValue', [], 'SerializationException'],
    ['a member of the wrong type', 'GetSecretValue', { SecretId: 1 }, 'SerializationException'],
    ['an absent member', 'GetSecretValue', {}, 'ValidationException'],
    ['no body', 'GetSecretValue', '', 'ValidationException'],
    [
      'a value without a token',
      'CreateSecret',
      { Name: 'b', SecretString: 'x' },
      'InvalidRequestException',
    ],
    [
      'a put without a token',
      'PutSecretValue',
      { SecretId: 'a', SecretString: 'x' },
      'InvalidRequestException',
    ],
    ['a rotation without a token', 'RotateSecret', { SecretId: 'a' }, 'InvalidParameterException'],
  ])('rejects %s', async (_what, action, body, type) => {
    const { emulator } = await startEmulator();
    await send(emulator, 'CreateSecret', { Name: 'a' });
    const refused = await send(emulator, action, body);
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({ __type: type });
  });

  it('names the invalid members as AWS does', async () => {
    const { emulator } = await startEmulator();
    const { body } = await send(emulator, 'TagResource', {
      SecretId: '',
      Tags: [{ Key: 'k' }, { Key: '', Value: '' }],
    });
    const tooShort =
      'failed to satisfy constraint: Member must have length greater than or equal to 1';
    expect(body).toMatchObject({
      message: `2 validation errors detected: Value at 'secretId' ${tooShort}; Value at 'tags.2.member.key' ${tooShort}`,
    });
  });

  it('rejects a request that is not a call', async () => {
    const { emulator } = await startEmulator();
    const response = await fetch(emulator.url);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: 'UnknownOperationException' });
  });

  it('never reveals a value in an error or in the record of calls', async () => {
    const value = 'hunter2';
    const { emulator } = await startEmulator();
    const put = { SecretId: 'a', SecretString: value, ClientRequestToken: versionId(1) };
    await send(emulator, 'CreateSecret', { Name: 'a' });
    await send(emulator, 'PutSecretValue', put);
    const wrong = [
      { ...put, SecretString: `${value}!` },
      { ...put, SecretString: [value] },
      { ...put, SecretString: value.repeat(10_000), ClientRequestToken: versionId(2) },
      { ...put, SecretBinary: 'aHVudGVyMg==', ClientRequestToken: versionId(2) },
      { ...put, ClientRequestToken: undefined },
      { ...put, RotationToken: value },
      `{"SecretId": "a", "SecretString": ${value}`,
    ];
    for (const body of wrong) {
      const refused = await send(emulator, 'PutSecretValue', body);
      expect(refused.status).toBe(400);
      expect(JSON.stringify(refused.body)).not.toMatch(/hunter2|aHVudGVyMg/);
    }
    expect(JSON.stringify(emulator.calls)).not.toMatch(/hunter2|aHVudGVyMg/);
  });
});
