import { describe, expect, it } from 'vitest';
import type { SecretStore } from '../../core/ports.ts';
import type { Call, SecretsManagerFault } from '../../emulators/secrets-manager/fault.ts';
import { renew } from '../../lambda/commands/renew.ts';
import { hour } from '../support/builders.ts';
import {
  actionsOf,
  interceptIms,
  putToken,
  replacing,
  statusOf,
  storeCredential,
} from '../support/credential.ts';
import { tick } from '../support/outcomes.ts';
import { clientSecretOf, readToken } from '../support/start-parts.ts';
import { type Rotating, rotationSteps, startRotatingToken } from '../support/start-rotating.ts';

const actions = ({ parts }: Rotating): readonly string[] => actionsOf(parts);

const removing = ({ action, body }: Call): boolean =>
  action === 'UpdateSecretVersionStage' && body['VersionStage'] === 'AWSPENDING';

/** Renews a token that is due. */
async function renewDue(rotating: Rotating): Promise<void> {
  rotating.parts.clock.advance(13 * hour);
  expect(await tick(rotating.parts.run())).toMatchObject([{ outcome: 'renewed', failing: false }]);
}

/** Expects the overtaken rotation to fail, and a new one to succeed. */
async function expectOvertaken(rotating: Rotating): Promise<void> {
  const before = await rotating.labels();
  expect(before['AWSPENDING']).toBeUndefined();
  for (const step of rotationSteps) {
    await expect(rotating.step(step)).rejects.toMatchObject({ code: 'ERR_ROTATION_NOT_PENDING' });
  }
  expect(await rotating.labels()).toEqual(before);
  rotating.parts.clock.advance(1);
  expect(await rotating.rotateSecret()).toEqual([]);
}

describe('a renewal during a rotation', () => {
  it.each<[string, readonly ('createSecret' | 'testSecret')[]]>([
    ['has only begun', []],
    ['has minted a token', ['createSecret']],
    ['has validated its token', ['createSecret', 'testSecret']],
  ])('that %s removes AWSPENDING, so that another can begin', async (_, steps) => {
    const rotating = await startRotatingToken();
    await rotating.beginRotation();
    for (const step of steps) await rotating.step(step);
    // Until then, Secrets Manager refuses to begin another one.
    await expect(rotating.rotateSecret()).rejects.toThrow("previous rotation isn't complete");
    await renewDue(rotating);
    await expectOvertaken(rotating);
  });

  it('removes an AWSPENDING that was left beside AWSCURRENT', async () => {
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
    'succeeds although AWSPENDING cannot be removed (%j), and the next renewal removes it',
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
      expect(await statusOf(parts)).toBeUndefined();
      expect(await rotating.labels()).toMatchObject({ AWSPENDING: versionId });
      parts.secretsManager.faults.clear();
      await renewDue(rotating);
      await expectOvertaken(rotating);
    },
  );

  it('removes AWSPENDING although a single response is lost', async () => {
    const rotating = await startRotatingToken();
    const { parts } = rotating;
    await rotating.beginRotation();
    parts.secretsManager.faults.inject({ kind: 'reset-after' }, { when: removing, times: 1 });
    await renewDue(rotating);
    expect(parts.lines.filter(({ level }) => level !== 'info')).toEqual([]);
    await expectOvertaken(rotating);
  });
});

it('a rotation does not replace a version that became current after its last look', async () => {
  const rotating = await startRotatingToken();
  const { parts } = rotating;
  await rotating.beginRotation();
  await rotating.step('createSecret');
  const { secrets } = parts.run();
  const readVersion: SecretStore['readVersion'] = async (version, signal) => {
    const value = await secrets.readVersion(version, signal);
    await putToken(parts, 'fusion', 'stored by hand');
    return value;
  };
  const finish = rotating.step('finishSecret', undefined, {
    secrets: replacing(secrets, { readVersion }),
  });
  await expect(finish).rejects.toMatchObject({ code: 'ERR_SECRET_REFUSED' });
  expect(await readToken(parts, 'fusion')).toMatchObject({ SecretString: 'stored by hand' });
});

it('a rotation does not replace the token of a credential that was stored after it had minted', async () => {
  const rotating = await startRotatingToken();
  const { parts } = rotating;
  await rotating.beginRotation();
  const tokenEndpoint = interceptIms(parts, async (_, send) => {
    const response = await send();
    storeCredential(parts, 'fusion', {
      client_id: 'client-fusion',
      client_secret: clientSecretOf('fusion'),
      scope: 'openid',
      org_id: '1@AdobeOrg',
    });
    parts.clock.advance(30);
    expect(await tick(parts.run())).toMatchObject([
      { reason: 'credential-changed', outcome: 'renewed' },
    ]);
    return response;
  });
  await rotating.step('createSecret', undefined, { tokenEndpoint });
  await rotating.step('testSecret');
  const renewed = await rotating.labels();
  await expect(rotating.step('finishSecret')).rejects.toMatchObject({
    code: 'ERR_ROTATION_STALE',
    message: expect.stringContaining('of an earlier client secret than the current one; start'),
  });
  expect(await rotating.labels()).toEqual({ ...renewed, AWSPENDING: undefined });
  parts.clock.advance(600);
  expect(await rotating.rotateSecret()).toEqual([]);
});

describe('an ordinary renewal', () => {
  it('makes no additional calls', async () => {
    const rotating = await startRotatingToken();
    rotating.parts.clock.advance(13 * hour);
    rotating.parts.secretsManager.clearCalls();
    await renew(rotating.parts.run(), 'fusion', { force: false });
    expect(actions(rotating).toSorted()).toEqual([
      'DescribeSecret',
      'GetSecretValue',
      'PutSecretValue',
      'TagResource',
    ]);
  });
});

describe('the ticks after a rotation', () => {
  async function startRotated(): Promise<Rotating> {
    const rotating = await startRotatingToken();
    await rotating.rotateSecret();
    return rotating;
  }

  it('read the value once each, keep the token while it is fresh, and renew it in time', async () => {
    const rotating = await startRotated();
    const { parts } = rotating;
    const reasons: (string | undefined)[] = [];
    while (reasons.at(-1) !== 'token-expiring' && reasons.length < 48) {
      parts.clock.advance(900);
      parts.secretsManager.clearCalls();
      const [outcome] = await tick(parts.run());
      reasons.push(outcome?.reason);
      if (outcome?.outcome === 'kept') {
        expect(actions(rotating)).toEqual(['ListSecrets', 'GetSecretValue']);
      }
    }
    // After 10 to 12 hours.
    expect(reasons.length).toBeGreaterThan(40);
    expect(reasons).toEqual([...Array(reasons.length - 1).fill('token-fresh'), 'token-expiring']);
    // The current version is the rotator's own again.
    parts.clock.advance(900);
    parts.secretsManager.clearCalls();
    expect(await tick(parts.run())).toMatchObject([{ reason: 'token-fresh' }]);
    expect(actions(rotating)).toEqual(['ListSecrets']);
  });

  it('renew the token if another credential is stored', async () => {
    const rotating = await startRotated();
    const { parts } = rotating;
    storeCredential(parts, 'fusion', {
      client_id: 'client-fusion',
      client_secret: clientSecretOf('fusion'),
      scope: 'openid',
      org_id: '1@AdobeOrg',
    });
    expect(await tick(parts.run())).toMatchObject([
      { reason: 'credential-changed', outcome: 'renewed' },
    ]);
  });
});
