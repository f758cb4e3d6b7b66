import { describe, expect, it } from 'vitest';
import type { ImsFault } from '../../emulators/ims/fault.ts';
import type { SecretsManagerFault } from '../../emulators/secrets-manager/fault.ts';
import { callsOf } from '../support/credential.ts';
import { expectNoSecrets } from '../support/no-secrets.ts';
import { type Rotator, startRotator } from '../support/start-rotator.ts';

/** Starts a rotator with one credential, whose stored token has 60 of its 86,399 seconds left. */
async function startDueToken(): Promise<Rotator & { readonly clientSecret: string }> {
  const rotator = await startRotator();
  const { world } = rotator;
  const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
  world.secretsManager.seed({
    name: world.secretId('fusion', 'token'),
    secretString: JSON.stringify({
      access_token: 'the-old-token-0123456789',
      issued_at: at(-86_339),
      expires_at: at(60),
    }),
  });
  const clientSecret = 'p8e-AVerySecret+Value/0123456789';
  world.ims.registerClient({
    clientId: 'the-client-id',
    clientSecrets: [clientSecret],
    scopes: ['openid'],
  });
  world.secretsManager.seed({
    name: world.secretId('fusion', 'client'),
    secretString: JSON.stringify({
      client_id: 'the-client-id',
      client_secret: clientSecret,
      scope: 'openid',
    }),
  });
  return { ...rotator, clientSecret };
}

/** Expects a tick to fail with a code, keep the stored token, and print no secret. */
async function expectFailure(
  { world, invoke, read, clientSecret }: Awaited<ReturnType<typeof startDueToken>>,
  code: string,
  ticking = invoke({ action: 'tick' }),
): Promise<string> {
  const before = await read('fusion');
  const { result, error } = await ticking;
  expect(result).toBeUndefined();
  expect(error?.errorType).toBe('AggregateError');
  expect(error?.errorMessage).toMatch(new RegExp(`^fusion: ${code}: `));
  expect(await read('fusion')).toEqual(before);
  const printed = `${JSON.stringify(error)}\n${world.lambda.logs(world.functionName).join('\n')}`;
  expect(printed).toContain(`"code":"${code}"`);
  expectNoSecrets(printed, [clientSecret, 'the-old-token-0123456789']);
  return error?.errorMessage ?? '';
}

describe('a tick fails and keeps the stored token', () => {
  it.each<[string, ImsFault, string]>([
    ['an error', { kind: 'server-error', status: 500, body: 'json' }, 'ERR_TOKEN_UNAVAILABLE'],
    [
      'a redirect',
      { kind: 'redirect', status: 307, location: 'https://example.com/' },
      'ERR_IMS_PROXY',
    ],
    ['an expiry in milliseconds', { kind: 'expires-in', value: 86_399_992 }, 'ERR_TOKEN_MALFORMED'],
  ])('when IMS responds with %s', async (_, fault, code) => {
    const rotator = await startDueToken();
    rotator.world.ims.faults.inject(fault);
    await expectFailure(rotator, code);

    rotator.world.ims.faults.clear();
    const { result } = await rotator.invoke({ action: 'tick' });
    expect(result.outcomes).toEqual({ renewed: 1 });
  });

  it('when IMS stops in the middle of a run', async () => {
    const rotator = await startDueToken();
    const asked = Promise.withResolvers<void>();
    const when = (): boolean => {
      asked.resolve();
      return true;
    };
    rotator.world.ims.faults.inject({ kind: 'slow-headers' }, { when });
    const ticking = rotator.invoke({ action: 'tick' });
    await asked.promise;
    await rotator.world.ims.stop();
    await expectFailure(rotator, 'ERR_TOKEN_UNAVAILABLE', ticking);
  });

  it("when IMS rejects the client secret, and reports IMS's error", async () => {
    const rotator = await startDueToken();
    rotator.world.ims.client('the-client-id').removeSecret(rotator.clientSecret);
    const message = await expectFailure(rotator, 'ERR_TOKEN_REJECTED');
    expect(message).toContain('IMS answered 400 invalid_client (invalid client_secret parameter)');
    const logs = rotator.world.lambda.logs(rotator.world.functionName).join('\n');
    expect(logs).toContain(
      '"client_id":"the-client-id","ims_status":400,"ims_error":"invalid_client"',
    );
    expect(logs).toMatch(/"x_debug_id":"[0-9a-f-]{36}"/);
  });

  it.each<[string, string, SecretsManagerFault, string]>([
    ['denies PutSecretValue', 'PutSecretValue', { kind: 'denied' }, 'ERR_SECRET_ACCESS_DENIED'],
    [
      'cannot encrypt the value',
      'PutSecretValue',
      { kind: 'error', type: 'EncryptionFailure', message: 'the key is disabled' },
      'ERR_SECRET_ENCRYPTION',
    ],
    ['denies DescribeSecret', 'DescribeSecret', { kind: 'denied' }, 'ERR_SECRET_ACCESS_DENIED'],
  ])('when Secrets Manager %s', async (_, action, fault, code) => {
    const rotator = await startDueToken();
    rotator.world.secretsManager.faults.inject(fault, { when: callsOf(action) });
    await expectFailure(rotator, code);
  });

  it('when the list is denied, before IMS is asked', async () => {
    const { world, invoke, read } = await startDueToken();
    const before = await read('fusion');
    const when = callsOf('ListSecrets');
    world.secretsManager.faults.inject({ kind: 'denied' }, { when });
    const { error } = await invoke({ action: 'tick' });
    expect(error?.errorType).toBe('ERR_SECRET_ACCESS_DENIED');
    expect(world.ims.tokenRequests).toEqual([]);
    expect(await read('fusion')).toEqual(before);
  });

  it('and still renews the other credentials', async () => {
    const rotator = await startDueToken();
    await rotator.onboard('healthy');
    rotator.world.ims.removeClient('the-client-id');
    await expectFailure(rotator, 'ERR_TOKEN_REJECTED');
    expect((await rotator.read('healthy'))?.token).toMatchObject({ schema: 1 });
  });
});
