import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import type { Call, SecretsManagerFault } from '../../emulators/secrets-manager/fault.ts';
import { renew } from '../../lambda/commands/renew.ts';
import { tick } from '../../lambda/commands/tick.ts';
import { hour } from '../support/builders.ts';
import { readToken } from '../support/start-parts.ts';
import { type Rotating, SecretId, startRotatingToken } from './rotating.ts';

const actions = ({ parts }: Rotating): readonly string[] =>
  parts.secretsManager.calls.map(({ action }) => action);

const removing = ({ action, body }: Call): boolean =>
  action === 'UpdateSecretVersionStage' && body['VersionStage'] === 'AWSPENDING';

/** A renewal that is due. */
async function renewDue(rotating: Rotating): Promise<void> {
  rotating.parts.clock.advance(13 * hour);
  expect(await tick(rotating.parts.run())).toMatchObject([{ outcome: 'renewed', failing: false }]);
}

/** The rotation that was overtaken ends in an error, and a new one in a new token. */
async function expectOvertaken(rotating: Rotating): Promise<void> {
  const before = await rotating.labels();
  expect(before['AWSPENDING']).toBeUndefined();
  for (const step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const) {
    await expect(rotating.step(step)).rejects.toMatchObject({ code: 'ERR_ROTATION_NOT_PENDING' });
  }
  expect(await rotating.labels()).toEqual(before);
  rotating.parts.clock.advance(1);
  expect(await rotating.rotateSecret()).toEqual([]);
}

describe('a renewal that overtakes a rotation', () => {
  it.each<[string, readonly ('createSecret' | 'testSecret')[]]>([
    ['that has only begun', []],
    ['that has minted', ['createSecret']],
    ['that is nearly done', ['createSecret', 'testSecret']],
  ])('%s takes AWSPENDING off it, so that the next can begin', async (_, steps) => {
    const rotating = await startRotatingToken();
    await rotating.beginRotation();
    for (const step of steps) await rotating.step(step);
    // Secrets Manager itself refuses to begin another one.
    await expect(rotating.rotateSecret()).rejects.toThrow("previous rotation isn't complete");
    await renewDue(rotating);
    await expectOvertaken(rotating);
  });

  it('takes it off too where it was left beside AWSCURRENT', async () => {
    const rotating = await startRotatingToken();
    const versionId = await rotating.beginRotation();
    await rotating.step('createSecret');
    const { faults } = rotating.parts.secretsManager;
    faults.inject({ kind: 'denied' }, { when: removing });
    await expect(rotating.step('finishSecret')).rejects.toThrow('UpdateSecretVersionStage');
    faults.clear();
    expect(await rotating.labels()).toMatchObject({ AWSCURRENT: versionId, AWSPENDING: versionId });
    await renewDue(rotating);
    await expectOvertaken(rotating);
  });

  it.each<SecretsManagerFault>([{ kind: 'denied' }, { kind: 'internal-error' }])(
    'is none the worse if that meets %j, and the next one does it',
    async (fault) => {
      const rotating = await startRotatingToken();
      const { parts } = rotating;
      const versionId = await rotating.beginRotation();
      parts.secretsManager.faults.inject(fault, { when: removing });
      await renewDue(rotating);
      expect(parts.lines.filter(({ level }) => level !== 'info')).toMatchObject([
        {
          level: 'warn',
          message: expect.stringContaining('AWSPENDING is still on an outdated version'),
          fields: { credential: 'fusion', code: expect.stringMatching(/^ERR_SECRET_/) },
        },
      ]);
      expect(actions(rotating)).not.toContain('TagResource');
      expect(await rotating.labels()).toMatchObject({ AWSPENDING: versionId });
      parts.secretsManager.faults.clear();
      await renewDue(rotating);
      await expectOvertaken(rotating);
    },
  );

  it('is not troubled by a single answer that is lost', async () => {
    const rotating = await startRotatingToken();
    const { parts } = rotating;
    await rotating.beginRotation();
    parts.secretsManager.faults.inject({ kind: 'reset-after' }, { when: removing, times: 1 });
    await renewDue(rotating);
    expect(parts.lines.filter(({ level }) => level !== 'info')).toEqual([]);
    await expectOvertaken(rotating);
  });
});

describe('an ordinary renewal', () => {
  it('makes no call more than it did without rotation', async () => {
    const rotating = await startRotatingToken();
    rotating.parts.clock.advance(13 * hour);
    rotating.parts.secretsManager.clearCalls();
    await renew(rotating.parts.run(), 'fusion', { force: false });
    expect(actions(rotating).toSorted()).toEqual([
      'DescribeSecret',
      'GetSecretValue',
      'PutSecretValue',
    ]);
  });

  it('outlives a lost answer when it moves AWSCURRENT back to a version that was there', async () => {
    const rotating = await startRotatingToken();
    const { parts, client } = rotating;
    const before = await readToken(parts, 'fusion');
    await client.send(new PutSecretValueCommand({ SecretId, SecretString: 'junk' }));
    const when = ({ action }: Call): boolean => action === 'UpdateSecretVersionStage';
    parts.secretsManager.faults.inject({ kind: 'reset-after' }, { when, times: 1 });
    // At the instant of the first mint IMS gives the same token, so it is the same version.
    parts.ims.faults.inject({ kind: 'repeat-token' });
    parts.clock.advance(-hour);
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'renewed' }]);
    expect(await readToken(parts, 'fusion')).toEqual(before);
  });
});

describe('ticks after a rotation', () => {
  async function startRotated(): Promise<Rotating> {
    const rotating = await startRotatingToken();
    await rotating.rotateSecret();
    return rotating;
  }

  it('read the value once each, keep the token while it is fresh, and renew it in time', async () => {
    const rotating = await startRotated();
    const { parts } = rotating;
    const reasons: (string | undefined)[] = [];
    for (let ticks = 1; ticks <= 48; ticks += 1) {
      parts.clock.advance(900);
      parts.secretsManager.clearCalls();
      const [outcome] = await tick(parts.run());
      reasons.push(outcome?.reason);
      if (outcome?.outcome === 'kept') {
        expect(actions(rotating)).toEqual(['ListSecrets', 'GetSecretValue']);
      }
    }
    expect(reasons).toEqual([...Array(47).fill('token-fresh'), 'token-expiring']);
    // Now the version is one of the rotator's own again.
    parts.clock.advance(900);
    parts.secretsManager.clearCalls();
    expect(await tick(parts.run())).toMatchObject([{ reason: 'token-fresh' }]);
    expect(actions(rotating)).toEqual(['ListSecrets']);
  });

  it('notice a credential that was stored again', async () => {
    const rotating = await startRotated();
    const { parts, client } = rotating;
    const SecretString = JSON.stringify({
      client_id: 'client-fusion',
      client_secret: 'secret-of-fusion',
      scope: 'openid',
      note: 'again',
    });
    const clientSecret = SecretId.replace('/token', '/client');
    await client.send(new PutSecretValueCommand({ SecretId: clientSecret, SecretString }));
    expect(await tick(parts.run())).toMatchObject([
      { reason: 'credential-changed', outcome: 'renewed' },
    ]);
  });
});
