import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import {
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Replica } from '../../emulators/secrets-manager/secret.ts';
import { inSeconds, type Operator } from './operator.ts';
import {
  api,
  blindChecksOf,
  checksOf,
  keyArn,
  putToken,
  secretOf,
  setKey,
  startHealthy,
  withKey,
} from './patient.ts';

/** Leaves AWSPENDING on a version that is two hours old. */
async function leavePending({ client, world }: Operator, versionId: string): Promise<void> {
  const SecretId = world.secretId('old', 'token');
  world.secretsManager.seed({
    name: SecretId,
    secretString: '{}',
    versionId,
    createdAt: Date.now() - 2 * 3_600_000,
  });
  await client.send(
    new UpdateSecretVersionStageCommand({
      SecretId,
      VersionStage: 'AWSPENDING',
      MoveToVersionId: versionId,
    }),
  );
  const { VersionId: MoveToVersionId } = await client.send(
    new PutSecretValueCommand({ SecretId, SecretString: '{"a":1}', VersionStages: ['NEXT'] }),
  );
  await client.send(
    new UpdateSecretVersionStageCommand({
      SecretId,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId,
      RemoveFromVersionId: versionId,
    }),
  );
}

describe('doctor of a credential', () => {
  it.each(['Disabled', 'PendingDeletion', 'PendingImport', 'Unavailable'] as const)(
    'fails the keys when one is in the state %s',
    async (state) => {
      const operator = await startHealthy();
      await withKey(operator, 'Enabled');
      const good = (await checksOf(operator, 'keyed')).find('keys enabled');
      expect(good).toMatchObject({ verdict: 'ok', detail: `${keyArn} is enabled` });
      setKey(operator.world, state);
      const bad = (await checksOf(operator, 'keyed')).find('keys enabled');
      expect(bad).toMatchObject({ verdict: 'failed', detail: `${keyArn} is ${state}` });
      expect(bad.fix).toContain('aws kms enable-key');
    },
  );

  it('fails a rotation that left AWSPENDING behind, but none that may be in progress', async () => {
    const operator = await startHealthy();
    const { client } = operator;
    const SecretId = secretOf(operator, 'token');
    const { VersionId = '' } = await client.send(
      new PutSecretValueCommand({ SecretId, SecretString: '{}', VersionStages: ['AWSPENDING'] }),
    );
    const young = (await checksOf(operator, 'fusion')).find('token rotation');
    expect(young).toMatchObject({ verdict: 'unknown' });
    expect(young.detail).toMatch(/^one started \d+ s ago$/);
    await leavePending(operator, VersionId);
    const old = (await checksOf(operator, 'old')).find('token rotation');
    expect(old.verdict).toBe('failed');
    expect(old.fix).toContain(`--remove-from-version-id ${VersionId}`);
  });

  it('shows a version id that is not plain, but not in the command to copy: whoever wrote the version chose it', async () => {
    const operator = await startHealthy();
    const id = "$(touch /tmp/x);'`touch /tmp/x`'-0123456789";
    await leavePending(operator, id);
    const { detail, fix } = (await checksOf(operator, 'old')).find('token rotation');
    expect(detail).toContain(id);
    expect(fix?.split('--remove-from-version-id ')[1]).toBe('VERSION');
  });

  it.each([
    ['invalid_client', /wrong, deleted, or from another environment/],
    ['invalid_scope', /the credential does not have all requested scopes/],
    ['unauthorized_client', /does not allow this client server-to-server use/],
  ])(
    'explains %s when it mints, and from the failure that the rotator remembers',
    async (error, words) => {
      const operator = await startHealthy();
      const { clientId, clientSecrets } = await operator.onboard('other');
      const scope = error === 'invalid_scope' ? 'openid,not_granted' : 'openid';
      const secret = error === 'invalid_client' ? 'p8e-a-wrong-one-0123456789' : clientSecrets[0];
      operator.secrets.add('p8e-a-wrong-one-0123456789');
      if (error === 'unauthorized_client') {
        operator.world.ims.client(clientId).clientCredentialsAllowed = false;
      }
      await operator.client.send(
        new PutSecretValueCommand({
          SecretId: operator.world.secretId('other', 'client'),
          SecretString: JSON.stringify({ client_id: clientId, client_secret: secret, scope }),
        }),
      );
      await operator.invoke({ action: 'tick' });
      const { find } = await checksOf(operator, 'other', '--mint');
      for (const check of ['mint', 'token']) {
        expect(find(check)).toMatchObject({ verdict: 'failed' });
        expect(find(check).detail).toMatch(words);
        expect(find(check).detail).toContain(`ERR_TOKEN_REJECTED/${error}`);
      }
    },
  );

  it('finds a token that IMS accepts and a product rejects', async () => {
    const operator = await startHealthy();
    operator.world.productApi.technicalAccountHasAccess = false;
    const { find } = await checksOf(operator, 'fusion', ...api(operator));
    expect(find('token at IMS')).toMatchObject({ verdict: 'ok' });
    expect(find('product')).toMatchObject({
      verdict: 'failed',
      detail: 'responded with 403: IMS accepts the token, but the product grants it no access',
      fix: expect.stringContaining('technical account'),
    });
  });

  it.each([
    ['a missing header', [], /\(400003\): a header is missing$/],
    [
      'a wrong API key',
      ['--api-header', 'x-api-key: other'],
      /\(403003\): .* rejects the API key$/,
    ],
  ])('explains %s', async (_, headers, detail) => {
    const operator = await startHealthy();
    const url = `${operator.world.productApi.url}/api/v3/scenarios`;
    const { find } = await checksOf(operator, 'fusion', '--api', url, ...headers);
    expect(find('product')).toMatchObject({
      verdict: 'failed',
      detail: expect.stringMatching(detail),
    });
  });

  it('finds a product that rejects the token', async () => {
    const operator = await startHealthy();
    const stored = await operator.read('fusion');
    operator.world.ims.revoke(String(stored?.token['access_token']));
    const { find } = await checksOf(operator, 'fusion', ...api(operator));
    expect(find('product').detail).toBe(
      'responded with 401 (401013): the product rejects the token',
    );
  });

  it.each([
    [
      'is valid',
      () => ({ access_token: 'x', issued_at: inSeconds(-90), expires_at: inSeconds(7_500) }),
      'ok',
    ],
    [
      'has expired',
      () => ({ access_token: 'x', issued_at: inSeconds(-90), expires_at: inSeconds(-60) }),
      'failed',
    ],
    ['is not a token', () => ({ a: 1 }), 'failed'],
  ])('reads a token that was stored by hand, and %s', async (_, document, verdict) => {
    const operator = await startHealthy();
    await putToken(operator, document());
    const found = (await checksOf(operator, 'fusion')).find('token');
    expect(found).toMatchObject({ verdict });
    if (verdict !== 'ok') return;
    // A slow machine takes some of the five minutes beyond the two hours.
    expect(found.detail).toMatch(/^stored by hand or by a rotation; 2 h( [1-5] min)? left$/);
  });

  it('shows the life of a token that was stored by hand while its credential fails', async () => {
    const operator = await startHealthy();
    const { world, client } = operator;
    const { clientId } = await operator.onboard('other');
    world.ims.removeClient(clientId);
    const document = {
      access_token: 'x',
      issued_at: inSeconds(-90),
      expires_at: inSeconds(10_000),
    };
    const SecretId = world.secretId('other', 'token');
    await operator.invoke({ action: 'tick' });
    const SecretString = JSON.stringify(document);
    await client.send(new PutSecretValueCommand({ SecretId, SecretString }));
    expect((await checksOf(operator, 'other')).find('token')).toMatchObject({
      verdict: 'failed',
      detail: expect.stringMatching(/^IMS rejects the client id or secret.*; 2 h( \d+ min)? left$/),
    });
  });

  it('sends the token only to Adobe, whatever host the token names', async () => {
    const operator = await startHealthy();
    let connections = 0;
    const somebody = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    somebody.listen(0, '127.0.0.1');
    await once(somebody, 'listening');
    onTestFinished(() => {
      somebody.close();
    });
    const { port } = somebody.address() as AddressInfo;
    const stored = await operator.read('fusion');
    await putToken(operator, { ...stored?.token, ims_host: `localhost:${port}` });
    delete operator.environment['IMS_ENDPOINT_URL'];
    const found = (await checksOf(operator, 'fusion', ...api(operator))).find('token at IMS');
    expect(found).toMatchObject({ verdict: 'unknown' });
    expect(connections).toBe(0);
  });

  it('fails a token secret of which a replica is not up to date', async () => {
    const operator = await startHealthy();
    const name = operator.world.secretId('copied', 'token');
    const failure = 'The KMS key is disabled';
    const check = async (...replicas: readonly Replica[]) => {
      operator.world.secretsManager.seed({ name, secretString: '{}', replicas });
      return (await checksOf(operator, 'copied')).find('token secret');
    };
    const well = { Region: 'eu-west-1' };
    expect(await check(well)).toMatchObject({ verdict: 'ok', detail: name });
    expect(await check(well, { Region: 'eu-central-1', failure })).toMatchObject({
      verdict: 'failed',
      detail: `${name} is not copied to eu-central-1 (${failure})`,
    });
  });

  it('fails secrets that are replicas', async () => {
    const operator = await startHealthy();
    const { world } = operator;
    for (const kind of ['client', 'token'] as const) {
      const name = world.secretId('copied', kind);
      world.secretsManager.seed({ name, secretString: '{}', primaryRegion: 'eu-west-1' });
    }
    // Not `checksOf`, since the command is for another Region.
    const find = await blindChecksOf(operator, 'copied');
    const prefix = 'ims-token-rotator/local';
    for (const check of ['client secret', 'token secret']) {
      expect(find(check)).toMatchObject({
        verdict: 'failed',
        fix: `use the rotator there: ims-token-rotator doctor copied --prefix ${prefix} --region eu-west-1`,
      });
    }
    expect(find('token').verdict).toBe('failed');
  });

  it('reports a token stored by hand as unknown without the right to read it', async () => {
    const denied = { now: false };
    const operator = await startHealthy({
      authorize: (action) => !(denied.now && action === 'secretsmanager:GetSecretValue'),
    });
    await putToken(operator, {});
    denied.now = true;
    expect((await checksOf(operator, 'fusion')).find('token')).toMatchObject({
      verdict: 'unknown',
      detail: 'only its value shows the expiry, and you are not authorized to read it',
    });
  });
});
