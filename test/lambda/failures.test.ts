import { describe, expect, it } from 'vitest';
import type { ImsFault } from '../../emulators/ims/fault.ts';
import type { SecretsManagerFault } from '../../emulators/secrets-manager/fault.ts';
import { expectNoSecrets } from '../support/no-secrets.ts';
import { type Rotator, startRotator } from '../support/start-rotator.ts';

/** A rotator with one credential whose stored token is due: 60 of its 86,399 seconds are left. */
async function rotatorWithDueToken(): Promise<Rotator & { readonly clientSecret: string }> {
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

/** Ticks, expects a failure of this code and the old token, and that nothing secret was printed. */
async function expectFailure(
  { world, invoke, read, clientSecret }: Awaited<ReturnType<typeof rotatorWithDueToken>>,
  code: string,
  ticking = invoke({ action: 'tick' }),
): Promise<string> {
  const before = await read('fusion');
  const { error } = await ticking;
  expect(error?.errorMessage).toMatch(new RegExp(`^fusion: ${code}: `));
  expect(await read('fusion')).toEqual(before);
  const printed = `${JSON.stringify(error)}\n${world.lambda.logs(world.functionName).join('\n')}`;
  expect(printed).toContain(`"code":"${code}"`);
  expectNoSecrets(printed, [clientSecret, 'the-old-token-0123456789']);
  return error?.errorMessage ?? '';
}

describe('a failing IMS leaves the stored token as it was and fails the tick', () => {
  it.each<[string, ImsFault, string]>([
    ['500', { kind: 'server-error', status: 500, body: 'json' }, 'ERR_TOKEN_UNAVAILABLE'],
    [
      'a redirect',
      { kind: 'redirect', status: 307, location: 'https://example.com/' },
      'ERR_TOKEN_REJECTED',
    ],
    ['milliseconds', { kind: 'expires-in', value: 86_399_992 }, 'ERR_TOKEN_MALFORMED'],
  ])('%s', async (_, fault, code) => {
    const rotator = await rotatorWithDueToken();
    rotator.world.ims.faults.inject(fault);
    await expectFailure(rotator, code);

    rotator.world.ims.faults.clear();
    const { result } = await rotator.invoke({ action: 'tick' });
    expect(result.outcomes).toEqual({ renewed: 1 });
  });

  it('when it is killed in the middle of a run', async () => {
    const rotator = await rotatorWithDueToken();
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

  it('when it rejects the secret, and says what IMS said', async () => {
    const rotator = await rotatorWithDueToken();
    rotator.world.ims.client('the-client-id').removeSecret(rotator.clientSecret);
    const message = await expectFailure(rotator, 'ERR_TOKEN_REJECTED');
    expect(message).toContain('IMS answered 400 invalid_client (invalid client_secret parameter)');
    const logs = rotator.world.lambda.logs(rotator.world.functionName).join('\n');
    expect(logs).toContain(
      '"client_id":"the-client-id","ims_status":400,"ims_error":"invalid_client"',
    );
    expect(logs).toMatch(/"x_debug_id":"[0-9a-f-]{36}"/);
  });

  it('when its token does not expire later than the stored one', async () => {
    const rotator = await rotatorWithDueToken();
    rotator.world.ims.client('the-client-id').lifetimeSeconds = 30;
    await expectFailure(rotator, 'ERR_TOKEN_NOT_LATER');
  });
});

describe('a failing Secrets Manager', () => {
  it.each<[string, string, SecretsManagerFault, string]>([
    ['denies the put', 'PutSecretValue', { kind: 'denied' }, 'ERR_SECRET_ACCESS_DENIED'],
    [
      'cannot encrypt',
      'PutSecretValue',
      { kind: 'error', type: 'EncryptionFailure', message: 'the key is disabled' },
      'ERR_SECRET_ENCRYPTION',
    ],
    ['denies the describe', 'DescribeSecret', { kind: 'denied' }, 'ERR_SECRET_ACCESS_DENIED'],
  ])('%s: the old token stays', async (_, action, fault, code) => {
    const rotator = await rotatorWithDueToken();
    rotator.world.secretsManager.faults.inject(fault, { when: (call) => call.action === action });
    await expectFailure(rotator, code);
  });

  it('loses the answer of a put: the repeated put changes nothing', async () => {
    const { world, invoke, read } = await rotatorWithDueToken();
    const when = ({ action }: { action: string }) => action === 'PutSecretValue';
    world.secretsManager.faults.inject({ kind: 'reset-after' }, { when, times: 1 });
    const { result } = await invoke({ action: 'tick' });
    expect(result.outcomes).toEqual({ renewed: 1 });
    expect(world.ims.mintCount).toBe(1);
    expect((await read('fusion'))?.token).toMatchObject({ schema: 1 });
  });

  it('does not list: nothing is decided, and the tick fails under its code', async () => {
    const { world, invoke } = await rotatorWithDueToken();
    const when = ({ action }: { action: string }) => action === 'ListSecrets';
    world.secretsManager.faults.inject({ kind: 'denied' }, { when });
    const { error } = await invoke({ action: 'tick' });
    expect(error?.errorType).toBe('ERR_SECRET_ACCESS_DENIED');
    expect(world.ims.tokenRequests).toEqual([]);
  });
});

describe('several credentials', () => {
  it('are renewed although one of them fails, and the failing one is named', async () => {
    const rotator = await rotatorWithDueToken();
    await rotator.onboard('healthy');
    rotator.world.ims.removeClient('the-client-id');
    await expectFailure(rotator, 'ERR_TOKEN_REJECTED');
    expect((await rotator.read('healthy'))?.token).toMatchObject({ schema: 1 });
  });

  it('of a credential with two secrets uses the one that IMS accepts', async () => {
    const { world, onboard, invoke } = await startRotator();
    world.ims.registerClient({
      clientId: 'two',
      clientSecrets: ['the-new-secret'],
      scopes: ['openid'],
    });
    await onboard(
      'fusion',
      JSON.stringify({
        client_id: 'two',
        client_secrets: ['the-old-secret', 'the-new-secret'],
        scope: 'openid',
      }),
    );
    const { result } = await invoke({ action: 'tick' });
    expect(result.outcomes).toEqual({ renewed: 1 });
    expect(world.lambda.logs(world.functionName).join('\n')).toContain(
      '"client_secret_position":2',
    );
  });
});

it('prints no secret and no token of a renewal', async () => {
  const { world, onboard, invoke, read } = await startRotator();
  const sample = await onboard('fusion');
  const { result } = await invoke({ action: 'tick' });
  const token = String((await read('fusion'))?.token['access_token']);
  const logs = world.lambda.logs(world.functionName).join('\n');
  expect(logs).toContain('"message":"renewed"');
  expectNoSecrets(logs + JSON.stringify(result), [token, ...sample.clientSecrets]);
});
