import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { day } from '../../support/builders.ts';
import { interceptIms, oneAtATime } from '../../support/credential.ts';
import { tick } from '../../support/outcomes.ts';
import { seedCredential, startParts } from '../../support/start-parts.ts';
import { startRotator } from '../../support/start-rotator.ts';

describe('a tick', () => {
  it('mints the first token, stores it in schema 1, and then keeps it', async () => {
    const { world, onboard, invoke, read } = await startRotator();
    const sample = await onboard('fusion');

    const first = await invoke({ action: 'tick' });
    expect(first.result).toMatchObject({
      action: 'tick',
      rotator: 'local',
      managed: 1,
      reasons: { 'token-missing': 1 },
      outcomes: { renewed: 1 },
      credentials: [{ name: 'fusion', reason: 'token-missing', outcome: 'renewed' }],
      truncated: 0,
    });
    const stored = await read('fusion');
    expect(stored?.token).toMatchObject({
      schema: 1,
      token_type: 'bearer',
      expires_in: 86_399,
      expires_at: first.result.credentials[0]?.expires_at,
      client_id: sample.clientId,
      scope: sample.scopes.join(','),
      org_id: sample.orgId,
      ims_host: 'ims-na1.adobelogin.com',
    });
    expect(world.ims.isValid(String(stored?.token['access_token']))).toBe(true);

    const second = await invoke({ action: 'tick' });
    expect(second.result).toMatchObject({
      outcomes: { kept: 1 },
      reasons: { 'recently-issued': 1 },
    });
    expect((await read('fusion'))?.versionId).toBe(stored?.versionId);
    expect(world.ims.mintCount).toBe(1);
  });

  it('encodes the expiry in the version id', async () => {
    const { onboard, invoke, read } = await startRotator();
    await onboard('fusion');
    await invoke({ action: 'tick' });
    const stored = await read('fusion');
    const expiry = Number.parseInt(stored?.versionId.replace('-', '').slice(0, 12) ?? '', 16);
    expect(expiry).toBe(Date.parse(String(stored?.token['expires_at'])));
  });

  it('makes only the calls that it needs', async () => {
    const { world, onboard, invoke } = await startRotator();
    await onboard('fusion');
    const calls = () => world.secretsManager.calls.map(({ action }) => action);

    world.secretsManager.clearCalls();
    await invoke({ action: 'tick' });
    expect(calls().toSorted()).toEqual([
      'DescribeSecret',
      'GetSecretValue',
      'ListSecrets',
      'PutSecretValue',
      'TagResource',
    ]);

    world.secretsManager.clearCalls();
    await invoke({ action: 'tick' });
    expect(calls()).toEqual(['ListSecrets']);
  });

  it('sends IMS a form, with the scopes in their given order and nothing in the query', async () => {
    const { world, onboard, invoke } = await startRotator();
    const sample = await onboard('fusion');
    await invoke({ action: 'tick' });
    expect(world.ims.tokenRequests).toEqual([
      {
        clientId: sample.clientId,
        scope: sample.scopes.join(','),
        contentType: 'application/x-www-form-urlencoded',
        hasQuery: false,
        outcome: 'issued',
        fault: undefined,
      },
    ]);
    expect(sample.scopes).not.toEqual(sample.scopes.toSorted());
  });

  it('renews the token for a new version of the credential', async () => {
    const { world, client, onboard, invoke, read } = await startRotator();
    const sample = await onboard('fusion');
    await invoke({ action: 'tick' });
    const before = await read('fusion');
    await client.send(
      new PutSecretValueCommand({
        SecretId: world.secretId('fusion', 'client'),
        SecretString: JSON.stringify({
          client_id: sample.clientId,
          client_secret: sample.clientSecrets[0],
          scope: 'openid,AdobeID',
        }),
      }),
    );
    const { result } = await invoke({ action: 'tick' });
    expect(result.reasons).toEqual({ 'credential-changed': 1 });
    const after = await read('fusion');
    expect(after?.token).toMatchObject({ scope: 'openid,AdobeID' });
    expect(after?.token['client_secret_version']).not.toBe(before?.token['client_secret_version']);
  });

  it('keeps a token that was stored by hand, and renews a value that is not a token', async () => {
    const { world, client, onboard, invoke, read } = await startRotator();
    await onboard('good');
    await onboard('bad');
    const put = (credential: string, SecretString: string) => {
      const SecretId = world.secretId(credential, 'token');
      return client.send(new PutSecretValueCommand({ SecretId, SecretString }));
    };
    const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
    const byHand = { access_token: 'x', issued_at: at(-3600), expires_at: at(82_800) };
    await put('good', JSON.stringify(byHand));
    await put('bad', 'eyJhbGciOiJSUzI1NiJ9');
    const { result } = await invoke({ action: 'tick' });
    expect(result.reasons).toEqual({ 'token-fresh': 1, 'token-malformed': 1 });
    expect((await read('good'))?.token).toEqual(byHand);
    expect((await read('bad'))?.token).toMatchObject({ schema: 1 });
  });

  it('keeps a paused credential', async () => {
    const { world, client, onboard, invoke, read } = await startRotator();
    await onboard('fusion');
    await client.send(
      new TagResourceCommand({
        SecretId: world.secretId('fusion', 'token'),
        Tags: [{ Key: 'ims-token-rotator:paused', Value: 'true' }],
      }),
    );
    const { result } = await invoke({ action: 'tick' });
    expect(result).toMatchObject({ reasons: { paused: 1 }, outcomes: { kept: 1 } });
    expect(await read('fusion')).toBeUndefined();
  });

  it('uses the scopes of the product in the tag', async () => {
    const { world, client, onboard, invoke, read } = await startRotator();
    const sample = await onboard('fusion', '{}');
    await client.send(
      new PutSecretValueCommand({
        SecretId: world.secretId('fusion', 'client'),
        SecretString: JSON.stringify({
          client_id: sample.clientId,
          client_secret: sample.clientSecrets[0],
        }),
      }),
    );
    await client.send(
      new TagResourceCommand({
        SecretId: world.secretId('fusion', 'token'),
        Tags: [{ Key: 'ims-token-rotator:product', Value: 'workfront-fusion' }],
      }),
    );
    await invoke({ action: 'tick' });
    expect((await read('fusion'))?.token['scope']).toBe(
      'openid,AdobeID,profile,additional_info.projectedProductContext',
    );
  });

  it('waits for a credential that was never stored, and fails for a deleted one', async () => {
    const { world, client, onboard, invoke } = await startRotator();
    for (const kind of ['client', 'token'] as const) {
      await client.send(new CreateSecretCommand({ Name: world.secretId('empty', kind) }));
    }
    await onboard('gone');
    const first = await invoke({ action: 'tick' });
    expect(first.result.credentials).toMatchObject([
      { name: 'gone', outcome: 'renewed' },
      { name: 'empty', outcome: 'kept', reason: 'credential-missing' },
    ]);
    await client.send(new DeleteSecretCommand({ SecretId: world.secretId('gone', 'client') }));
    const second = await invoke({ action: 'tick' });
    expect(second.error?.errorMessage).toBe(
      'gone: ERR_CREDENTIAL_MISSING: ims-token-rotator/local/gone/client does not exist, ' +
        'has no value, or is scheduled for deletion',
    );
  });

  it('ignores the credentials of other rotators, and replicas', async () => {
    const { world, client, onboard, invoke } = await startRotator();
    await onboard('fusion');
    for (const Name of ['ims-token-rotator/local2/a/client', 'ims-token-rotator/local-2/a/token']) {
      await client.send(new CreateSecretCommand({ Name, SecretString: '{}' }));
    }
    world.secretsManager.seed({
      name: world.secretId('replica', 'token'),
      secretString: '{}',
      primaryRegion: 'eu-west-1',
    });
    const { result } = await invoke({ action: 'tick' });
    expect(result).toMatchObject({ managed: 1, outcomes: { renewed: 1 } });
  });

  it('renews 120 credentials from several pages of the list', async () => {
    const { world, invoke } = await startRotator();
    const shared = {
      clientId: 'shared',
      clientSecrets: ['shared-secret'],
      scopes: ['openid'],
    };
    world.ims.registerClient(shared);
    const document = JSON.stringify({
      client_id: 'shared',
      client_secret: 'shared-secret',
      scope: 'openid',
    });
    for (let index = 0; index < 120; index += 1) {
      world.secretsManager.seed({ name: world.secretId(`c${index}`, 'token') });
      world.secretsManager.seed({
        name: world.secretId(`c${index}`, 'client'),
        secretString: document,
      });
    }
    const { result } = await invoke({ action: 'tick' });
    expect(result).toMatchObject({ managed: 120, outcomes: { renewed: 120 }, truncated: 20 });
    expect(world.ims.mintCount).toBe(120);
    const second = await invoke({ action: 'tick' });
    expect(second.result.outcomes).toEqual({ kept: 120 });
  });

  it('renews working credentials before failing ones, and earlier expiries first', async () => {
    const parts = await startParts();
    for (const name of ['a-failing', 'b-later', 'c-earlier']) seedCredential(parts, name);
    parts.ims.client('client-c-earlier').lifetimeSeconds = 40_000;
    await tick(parts.run());
    parts.ims.faults.inject(
      { kind: 'reset' },
      { when: ({ clientId }) => clientId === 'client-a-failing' },
    );
    parts.clock.advance(day);
    await tick(parts.run());
    parts.ims.faults.clear();
    parts.clock.advance(day);
    parts.ims.clearTokenRequests();
    await tick(oneAtATime(parts));
    expect(parts.ims.tokenRequests.map(({ clientId }) => clientId)).toEqual([
      'client-c-earlier',
      'client-b-later',
      'client-a-failing',
    ]);
  });

  it('sends IMS eight requests at a time', async () => {
    const parts = await startParts();
    for (let index = 0; index < 40; index += 1) seedCredential(parts, `c${index}`);
    const waiting: (() => void)[] = [];
    const eight = Promise.withResolvers<void>();
    let most = 0;
    const tokenEndpoint = interceptIms(parts, async (_, send) => {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        most = Math.max(most, waiting.length);
        if (waiting.length === 8) eight.resolve();
      });
      return await send();
    });
    const ticking = tick(parts.run({ tokenEndpoint }));
    await eight.promise;
    // Every response makes room for one more request.
    while (parts.ims.mintCount < 40) {
      waiting.shift()?.();
      await new Promise(setImmediate);
    }
    expect(await ticking).toHaveLength(40);
    expect(most).toBe(8);
  });
});
