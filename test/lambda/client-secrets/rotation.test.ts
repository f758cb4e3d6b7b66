import { randomUUID } from 'node:crypto';
import {
  DescribeSecretCommand,
  PutSecretValueCommand,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../../core/contract.ts';
import { renewEach } from '../../../lambda/commands/renew.ts';
import { hour } from '../../support/builders.ts';
import { secretId } from '../../support/credential.ts';
import { tick } from '../../support/outcomes.ts';
import { clientSecretOf, readToken } from '../../support/start-parts.ts';
import { rotationSteps as steps } from '../../support/start-rotating.ts';
import {
  ClientSecretId,
  consoleOrgId,
  credentialId,
  documentOf,
  type RotatingClient,
  startRotatingClient,
} from '../../support/start-rotating-client.ts';

const old = clientSecretOf('fusion');

const store = ({ client }: RotatingClient, document: object) =>
  client.send(
    new PutSecretValueCommand({ SecretId: ClientSecretId, SecretString: JSON.stringify(document) }),
  );

describe('a rotation of a client secret', () => {
  it('stores a new secret of Adobe in front of the one that it retires', async () => {
    const rotating = await startRotatingClient();
    const { parts, adobe } = rotating;
    const before = await rotating.document();
    const [stored] = await rotating.entries();
    const labels = await rotating.labels();
    expect(await rotating.rotateSecret()).toEqual([]);
    expect(rotating.steps).toEqual(steps);

    const [first, second] = adobe.liveSecrets;
    const after = await rotating.document();
    expect(after).toEqual({
      ...before,
      client_secrets: [
        {
          client_secret: second?.value,
          uuid: second?.uuid,
          created_at: '2026-11-22T13:00:00Z',
        },
        { ...stored, uuid: first?.uuid, retired_at: '2026-11-22T13:00:00Z' },
      ],
    });
    expect(rotating.live()).toEqual([old, second?.value]);
    const { AWSCURRENT, ...others } = await rotating.labels();
    expect(others).toEqual({ AWSPREVIOUS: labels['AWSCURRENT'] });
    // A run that had read the old secret may use it for 15 minutes, and clocks differ by 2.
    expect(await rotating.tag()).toBe(
      `retired uuid=${first?.uuid} at=2026-11-22T13:17:00Z version=${AWSCURRENT}`,
    );
    expect(parts.lines.slice(-5).map(({ message }) => message)).toEqual([
      'a client secret is added at Adobe',
      'a pending client secret is stored',
      'nothing to set: Adobe already has the client secret',
      'IMS accepts the pending client secret',
      'the client secret is rotated',
    ]);
  });

  it('is followed by a token that is minted with the new secret', async () => {
    const rotating = await startRotatingClient();
    const { parts, adobe } = rotating;
    await rotating.rotateSecret();
    const usedBefore = adobe.liveSecrets[0]?.lastUsedAt;
    parts.clock.advance(10);
    // As "Secret Label Updated" does.
    await renewEach(parts.run(), ['fusion'], { force: false }, () => undefined);
    expect(adobe.liveSecrets.map(({ lastUsedAt }) => lastUsedAt)).toEqual([
      usedBefore,
      parts.clock.seconds * 1000,
    ]);
    const token = JSON.parse((await readToken(parts, 'fusion'))?.SecretString ?? '');
    expect(token.client_secret_version).toBe((await rotating.labels())['AWSCURRENT']);
  });

  it('stays within the budget of mints: one to manage, one to test, one for the token', async () => {
    const rotating = await startRotatingClient();
    const { parts } = rotating;
    const minted = parts.ims.mintCount;
    await rotating.rotateSecret();
    await renewEach(parts.run(), ['fusion'], { force: false }, () => undefined);
    expect(parts.ims.mintCount - minted).toBe(3);
    await tick(parts.run());
    expect(parts.ims.mintCount - minted).toBe(3);
  });

  it('is refused while the budget is spent, and adds nothing', async () => {
    const rotating = await startRotatingClient();
    const { parts } = rotating;
    for (let renewal = 0; renewal < 3; renewal += 1) {
      parts.clock.advance(60);
      await renewEach(parts.run(), ['fusion'], { force: true }, () => undefined);
    }
    expect(await rotating.rotateSecret()).toEqual(['ERR_MINT_BUDGET_SPENT']);
    expect(rotating.live()).toEqual([old]);
    expect(await rotating.tag()).toBeUndefined();
    parts.clock.advance(1_800);
    for (const step of steps) await rotating.step(step);
    expect(rotating.live()).toHaveLength(2);
  });

  it('changes nothing when its steps are repeated', async () => {
    const rotating = await startRotatingClient();
    const versionId = await rotating.beginRotation();
    for (const step of steps) {
      for (let call = 1; call <= 3; call += 1) {
        await rotating.step(step);
        rotating.parts.clock.advance(600);
      }
    }
    for (const step of steps) await rotating.step(step);
    expect(rotating.live()).toHaveLength(2);
    expect(await rotating.labels()).toMatchObject({ AWSCURRENT: versionId });
    expect(`${await rotating.tag()}`).toMatch(/^retired /);
  });

  it('is refused while the credential is paused, before anything is asked for', async () => {
    const rotating = await startRotatingClient();
    const { parts, client } = rotating;
    const minted = parts.ims.mintCount;
    const Tags = [{ Key: tagKeys.paused, Value: 'true' }];
    const SecretId = secretId('fusion', 'token');
    await client.send(new TagResourceCommand({ SecretId, Tags }));
    expect(await rotating.rotateSecret()).toEqual(['ERR_PAUSED']);
    expect(parts.ims.mintCount).toBe(minted);
    expect(parts.consoleApi.requests).toEqual([]);
  });

  it.each(['testSecret', 'finishSecret'] as const)(
    'is not continued with %s after the credential was paused',
    async (step) => {
      const rotating = await startRotatingClient();
      const before = await rotating.entries();
      await rotating.beginRotation();
      await rotating.step('createSecret');
      const SecretId = secretId('fusion', 'token');
      const Tags = [{ Key: tagKeys.paused, Value: 'true' }];
      await rotating.client.send(new TagResourceCommand({ SecretId, Tags }));
      await expect(rotating.step(step)).rejects.toMatchObject({ code: 'ERR_PAUSED' });
      expect(await rotating.entries()).toEqual(before);
    },
  );

  it('needs to know which credential it is in the Console', async () => {
    const document: typeof documentOf = (client) => ({
      ...documentOf(client),
      console_org_id: undefined,
    });
    const rotating = await startRotatingClient({ document });
    expect(await rotating.rotateSecret()).toEqual(['ERR_CREDENTIAL_INVALID']);
    expect(rotating.parts.lines.at(-1)?.message).toContain('credential_id and console_org_id');
    expect(rotating.parts.consoleApi.requests).toEqual([]);
  });
});

describe('testSecret alone, as CloudFormation calls it for a client secret', () => {
  it('passes for a copy of the current version, and for a secret without a value', async () => {
    const rotating = await startRotatingClient();
    const minted = rotating.parts.ims.mintCount;
    expect(await rotating.rotateSecret({ RotateImmediately: false })).toEqual([]);
    expect(rotating.steps).toEqual(['testSecret']);
    expect(rotating.parts.ims.mintCount).toBe(minted);
    const versionId = await rotating.beginRotation();
    await rotating.step('testSecret', versionId);
    expect(rotating.parts.lines.at(-1)?.message).toBe('nothing to test: the version has no value');
  });
});

describe('a document in another form', () => {
  const project = ({ clientId, liveSecrets }: Parameters<typeof documentOf>[0]) => ({
    project: {
      id: '4566206088344900000',
      name: 'fusionautomation',
      org: { id: consoleOrgId, name: 'Example', ims_org_id: '7E7B5C8E5E4F0A2B0A495C8D@AdobeOrg' },
      workspace: {
        id: '4566206088344900001',
        details: {
          credentials: [
            {
              id: credentialId,
              integration_type: 'oauth_server_to_server',
              oauth_server_to_server: {
                client_id: clientId,
                client_secrets: liveSecrets.map(({ value }) => value),
                scopes: ['openid'],
              },
            },
          ],
        },
      },
    },
  });

  it('is rotated into the documented form, and means the same', async () => {
    const rotating = await startRotatingClient({ document: project });
    expect(await rotating.rotateSecret()).toEqual([]);
    const [first] = rotating.adobe.liveSecrets;
    const { client_secrets, ...others } = await rotating.document();
    const { client_secrets: _, ...expected } = documentOf(rotating.adobe) as Record<
      string,
      unknown
    >;
    expect(others).toEqual(expected);
    // The file does not tell the uuid, but Adobe has only this secret.
    expect(client_secrets).toMatchObject([{}, { client_secret: old, uuid: first?.uuid }]);
    expect(await rotating.tag()).toContain(`uuid=${first?.uuid}`);
  });

  it('keeps its product, and takes no scopes from the tags of the token secret', async () => {
    const document: typeof documentOf = (client) => ({
      ...documentOf(client),
      scopes: undefined,
      client_secrets: undefined,
      client_secret: client.liveSecrets[0]?.value,
    });
    const tags = { [tagKeys.scopes]: 'openid' };
    const rotating = await startRotatingClient({ document, tags });
    expect(await rotating.rotateSecret()).toEqual([]);
    const rotated = await rotating.document();
    expect(rotated['scopes']).toBeUndefined();
    expect(rotated['client_secret']).toBeUndefined();
    expect(rotated['client_secrets']).toHaveLength(2);
  });
});

describe('a credential that was stored during the rotation', () => {
  it.each(['createSecret', 'testSecret', 'finishSecret'] as const)(
    'is not undone by %s, and the new secret at Adobe is deleted',
    async (step) => {
      const rotating = await startRotatingClient();
      await rotating.beginRotation();
      await rotating.step('createSecret');
      await store(rotating, {
        ...documentOf(rotating.adobe),
        client_secrets: [old, 'p8e-by-hand'],
      });
      const current = await rotating.document();
      await expect(rotating.step(step)).rejects.toMatchObject({ code: 'ERR_ROTATION_STALE' });
      expect(await rotating.document()).toEqual(current);
      expect(await rotating.labels()).not.toHaveProperty('AWSPENDING');
      expect(rotating.live()).toEqual([old]);
      expect(await rotating.tag()).toBe('none');
      rotating.parts.clock.advance(hour);
      expect(await rotating.rotateSecret()).toEqual([]);
    },
  );

  it('keeps the new secret if it holds that', async () => {
    const rotating = await startRotatingClient();
    await rotating.beginRotation();
    await rotating.step('createSecret');
    const [, added] = rotating.live();
    await store(rotating, { ...documentOf(rotating.adobe), client_secrets: [added] });
    await expect(rotating.step('finishSecret')).rejects.toMatchObject({
      code: 'ERR_ROTATION_STALE',
    });
    expect(rotating.live()).toEqual([old, added]);
  });
});

describe('a client secret that another credential uses too', () => {
  it('is rotated once, and both credentials get a token of the new secret', async () => {
    const rotating = await startRotatingClient();
    const { parts, adobe } = rotating;
    parts.secretsManager.seed({ name: secretId('lent', 'token') });
    const { ARN: arn = '' } = await rotating.client.send(
      new DescribeSecretCommand({ SecretId: ClientSecretId }),
    );
    const run = () => {
      const { config } = parts.run();
      return parts.run({ config: { ...config, clientSecrets: new Map([['lent', arn]]) } });
    };
    expect(await rotating.rotateSecret()).toEqual([]);
    parts.clock.advance(10);
    await renewEach(run(), ['fusion', 'lent'], { force: false }, () => undefined);
    const current = (await rotating.labels())['AWSCURRENT'];
    for (const credential of ['fusion', 'lent']) {
      const token = JSON.parse((await readToken(parts, credential))?.SecretString ?? '');
      expect(token.client_secret_version).toBe(current);
    }
    expect(adobe.liveSecrets.at(-1)?.lastUsedAt).toBe(parts.clock.seconds * 1000);
  });
});

describe('a step that names a secret which this function does not rotate', () => {
  it('is refused for the client secret of another account', async () => {
    const rotating = await startRotatingClient();
    const event = {
      Step: 'createSecret',
      SecretId: `arn:aws:secretsmanager:us-east-1:999999999999:secret:${ClientSecretId}-AbCdEf`,
      ClientRequestToken: randomUUID(),
    };
    await expect(rotating.act(event)).rejects.toMatchObject({ code: 'ERR_CREDENTIAL_MISSING' });
  });

  it('is refused for a version that is not pending', async () => {
    const rotating = await startRotatingClient();
    await rotating.beginRotation();
    await expect(rotating.step('createSecret', randomUUID())).rejects.toMatchObject({
      code: 'ERR_ROTATION_NOT_PENDING',
    });
    await expect(rotating.step('finishSecret')).rejects.toMatchObject({
      code: 'ERR_ROTATION_NOT_PENDING',
    });
  });
});
