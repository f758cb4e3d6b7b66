import { randomUUID } from 'node:crypto';
import {
  DeleteSecretCommand,
  PutSecretValueCommand,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import type { RotationStep } from '../../../core/rotation.ts';
import type { Call } from '../../../emulators/secrets-manager/fault.ts';
import { renew } from '../../../lambda/commands/renew.ts';
import { day, hour } from '../../support/builders.ts';
import { actionsOf, statusOf } from '../../support/credential.ts';
import { tick } from '../../support/outcomes.ts';
import { readToken } from '../../support/start-parts.ts';
import {
  type Rotating,
  SecretId,
  startRotating,
  startRotatingToken,
  rotationSteps as steps,
} from '../../support/start-rotating.ts';

const pause = ({ client }: Rotating, value: string) =>
  client.send(
    new TagResourceCommand({ SecretId, Tags: [{ Key: 'ims-token-rotator:paused', Value: value }] }),
  );

/** Stores a value as somebody would by hand. */
const put = ({ client }: Rotating, SecretString: string, stage: string, versionId?: string) =>
  client.send(
    new PutSecretValueCommand({
      SecretId,
      SecretString,
      VersionStages: [stage],
      ClientRequestToken: versionId,
    }),
  );

async function expectRotatable({ rotateSecret, labels }: Rotating): Promise<void> {
  const before = await labels();
  expect(before['AWSPENDING']).toBeUndefined();
  expect(await rotateSecret()).toEqual([]);
  expect(await labels()).toMatchObject({ AWSPREVIOUS: before['AWSCURRENT'] });
}

describe('a step that names a secret of another account', () => {
  it('is refused before that secret is touched, although its name is right', async () => {
    const rotating = await startRotatingToken();
    const { secretsManager } = rotating.parts;
    const foreign = 'arn:aws:secretsmanager:us-east-1:999999999999:secret';
    const event = {
      Step: 'createSecret',
      SecretId: `${foreign}:ims-token-rotator/prod/fusion/token-AbCdEf`,
      ClientRequestToken: randomUUID(),
    };
    await expect(rotating.act(event)).rejects.toMatchObject({ code: 'ERR_TOKEN_SECRET_MISSING' });
    expect(JSON.stringify(secretsManager.calls)).not.toContain(foreign);
  });
});

describe('a rotation by Secrets Manager', () => {
  it('replaces the token with a validated one, and leaves no label behind', async () => {
    const rotating = await startRotatingToken();
    const { parts } = rotating;
    const before = await readToken(parts, 'fusion');
    expect(await rotating.rotateSecret()).toEqual([]);
    expect(rotating.steps).toEqual(steps);

    const after = await readToken(parts, 'fusion');
    expect(await rotating.labels()).toEqual({
      AWSCURRENT: after?.VersionId,
      AWSPREVIOUS: before?.VersionId,
    });
    const [old, token] = [before, after].map((value) => JSON.parse(value?.SecretString ?? ''));
    expect(Object.keys(token)).toEqual(Object.keys(old));
    expect(token).toMatchObject({ schema: 1, client_secret_version: old.client_secret_version });
    expect(token.expires_at > old.expires_at).toBe(true);
    expect(parts.ims.isValid(token.access_token)).toBe(true);
    expect(parts.ims.mintCount).toBe(2);
    expect(parts.lines.map(({ message }) => message).slice(-4)).toEqual([
      'a pending token is stored',
      'nothing to set: IMS already knows the token',
      'IMS accepts the pending token',
      'rotated',
    ]);
    await expectRotatable(rotating);
  });

  it('returns the rotation token with the value, if the event has one', async () => {
    const rotating = await startRotatingToken();
    const given: unknown[] = [];
    const when = ({ action, body }: Call): boolean => {
      if (action === 'PutSecretValue') given.push(body['RotationToken']);
      return false;
    };
    rotating.parts.secretsManager.faults.inject({ kind: 'reset' }, { when });
    await rotating.rotateSecret();
    rotating.parts.clock.advance(hour);
    await rotating.beginRotation();
    await rotating.step('createSecret');
    expect(given).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), undefined]);
  });

  it('mints once, however often each step is repeated', async () => {
    const rotating = await startRotatingToken();
    const versionId = await rotating.beginRotation();
    const outcomes: string[] = [];
    for (const step of steps) {
      for (let call = 1; call <= 3; call += 1) outcomes.push((await rotating.step(step)).outcome);
    }
    expect(outcomes).toEqual([...Array(9).fill('kept'), 'renewed', 'kept', 'kept']);
    for (const step of steps) await rotating.step(step);
    expect(rotating.parts.ims.mintCount).toBe(2);
    expect(await rotating.labels()).toMatchObject({ AWSCURRENT: versionId });
  });

  it('survives two concurrent calls of createSecret', async () => {
    const rotating = await startRotatingToken();
    await rotating.beginRotation();
    await Promise.all([rotating.step('createSecret'), rotating.step('createSecret')]);
    await rotating.step('testSecret');
    expect(await rotating.step('finishSecret')).toMatchObject({ outcome: 'renewed' });
  });
});

describe('testSecret alone, as CloudFormation calls it', () => {
  it.each<[string, () => Promise<Rotating>]>([
    ['an empty secret', startRotating],
    ['a secret with a token', startRotatingToken],
    [
      'a secret whose token has expired',
      async () => {
        const rotating = await startRotatingToken();
        rotating.parts.clock.advance(2 * day);
        return rotating;
      },
    ],
    [
      'a secret without a credential',
      () =>
        startRotating(({ secretsManager }) => {
          secretsManager.seed({ name: SecretId });
        }),
    ],
    [
      'a paused secret',
      async () => {
        const rotating = await startRotating();
        await pause(rotating, 'true');
        return rotating;
      },
    ],
  ])('succeeds on %s, and logs that there was nothing to test', async (_, start) => {
    const rotating = await start();
    const { parts } = rotating;
    const [before, minted] = [await rotating.labels(), parts.ims.mintCount];
    expect(await rotating.rotateSecret({ RotateImmediately: false })).toEqual([]);
    expect(rotating.steps).toEqual(['testSecret']);
    expect(await rotating.labels()).toEqual(before);
    expect(parts.ims.mintCount).toBe(minted);
    expect(parts.lines.at(-1)).toEqual({
      level: 'info',
      message: expect.stringMatching(
        /^nothing to test: the version (has no value|is a copy of the current one)$/,
      ),
      fields: { credential: 'fusion', step: 'testSecret' },
    });
  });
});

describe('a rotation', () => {
  it('succeeds in the same second as the last mint', async () => {
    const rotating = await startRotating();
    await tick(rotating.parts.run());
    expect(await rotating.rotateSecret()).toEqual([]);
    expect(rotating.parts.ims.mintCount).toBe(2);
  });

  it('succeeds with a token of a shorter life, because it was asked for', async () => {
    const rotating = await startRotatingToken();
    const before = await rotating.labels();
    rotating.parts.ims.client('client-fusion').lifetimeSeconds = 2 * hour;
    expect(await rotating.rotateSecret()).toEqual([]);
    expect((await rotating.labels())['AWSPREVIOUS']).toBe(before['AWSCURRENT']);
  });

  it('fails on a secret without a token, and succeeds after its first renewal', async () => {
    const rotating = await startRotating();
    const { parts } = rotating;
    expect(await rotating.rotateSecret()).toEqual(['ERR_ROTATION_NEEDS_FIRST_TOKEN']);
    expect(parts.ims.mintCount).toBe(0);
    expect(await readToken(parts, 'fusion')).toBeUndefined();
    expect(parts.lines).toMatchObject([
      {
        level: 'error',
        message: expect.stringContaining('renew fusion first'),
        fields: { credential: 'fusion', step: 'createSecret', actor: 'operator' },
      },
    ]);
    expect(await renew(parts.run(), 'fusion', { force: false })).toMatchObject({
      outcome: 'renewed',
    });
    await expectRotatable(rotating);
  });

  it.each<[RotationStep, readonly RotationStep[]]>([
    ['createSecret', []],
    ['finishSecret', ['createSecret', 'testSecret']],
  ])('fails in %s while it is paused, and completes afterwards', async (step, done) => {
    const rotating = await startRotatingToken();
    const { AWSCURRENT } = await rotating.labels();
    await rotating.beginRotation();
    for (const earlier of done) await rotating.step(earlier);
    const minted = rotating.parts.ims.mintCount;
    await pause(rotating, '');
    await expect(rotating.step(step)).rejects.toMatchObject({ code: 'ERR_PAUSED' });
    expect(await rotating.labels()).toMatchObject({ AWSCURRENT });
    expect(rotating.parts.ims.mintCount).toBe(minted);

    await pause(rotating, 'false');
    for (const each of steps) await rotating.step(each);
    await expectRotatable(rotating);
  });

  it.each(steps)('fails in %s if the version is not pending', async (step) => {
    const rotating = await startRotatingToken();
    const before = await rotating.labels();
    const acting = rotating.step(step, '5f0c9a3e-0000-4000-8000-000000000000');
    await expect(acting).rejects.toMatchObject({
      code: 'ERR_ROTATION_NOT_PENDING',
      message: expect.stringContaining('start the rotation again'),
    });
    expect(await rotating.labels()).toEqual(before);
  });

  it('never makes a version without a value current', async () => {
    const rotating = await startRotatingToken();
    await rotating.beginRotation();
    const before = await rotating.labels();
    await expect(rotating.step('finishSecret')).rejects.toMatchObject({
      code: 'ERR_ROTATION_NOT_PENDING',
    });
    expect(await rotating.labels()).toEqual(before);
  });

  it.each<[string, string, (rotating: Rotating) => unknown]>([
    [
      'a token secret that is scheduled for deletion',
      'ERR_TOKEN_SECRET_MISSING',
      ({ client }) => client.send(new DeleteSecretCommand({ SecretId })),
    ],
    [
      'the replica of a token secret',
      'ERR_TOKEN_SECRET_MISSING',
      ({ parts }) => parts.secretsManager.seed({ name: SecretId, primaryRegion: 'eu-west-1' }),
    ],
    [
      'a deleted credential',
      'ERR_CREDENTIAL_MISSING',
      ({ client }) =>
        client.send(new DeleteSecretCommand({ SecretId: SecretId.replace('/token', '/client') })),
    ],
    [
      'an invalid credential',
      'ERR_CREDENTIAL_INVALID',
      ({ parts }) =>
        parts.secretsManager.seed({
          name: SecretId.replace('/token', '/client'),
          secretString: '{}',
        }),
    ],
    [
      'a credential that IMS rejects',
      'ERR_TOKEN_REJECTED',
      ({ parts }) => parts.ims.removeClient('client-fusion'),
    ],
  ])('fails for %s with %s before anything is stored', async (_, code, spoil) => {
    const rotating = await startRotatingToken();
    const { parts } = rotating;
    await rotating.beginRotation();
    await spoil(rotating);
    parts.secretsManager.clearCalls();
    await expect(rotating.step('createSecret')).rejects.toMatchObject({ code });
    expect(parts.lines.at(-1)).toMatchObject({
      level: 'error',
      fields: { credential: 'fusion', step: 'createSecret', code },
    });
    const reading = ['DescribeSecret', 'GetSecretValue'];
    const others = actionsOf(parts).filter((action) => !reading.includes(action));
    // A request to IMS is recorded, whatever becomes of it.
    expect(others).toEqual(code === 'ERR_TOKEN_REJECTED' ? ['TagResource'] : []);
  });

  it('does not ask IMS if too little time is left', async () => {
    const rotating = await startRotatingToken();
    await rotating.beginRotation();
    const short = { remaining: () => 20 };
    const creating = rotating.step('createSecret', undefined, short);
    await expect(creating).rejects.toMatchObject({ code: 'ERR_NO_TIME_LEFT' });
    expect(rotating.parts.ims.tokenRequests).toHaveLength(1);
    await rotating.step('createSecret');
    const testing = rotating.step('testSecret', undefined, short);
    await expect(testing).rejects.toMatchObject({ code: 'ERR_NO_TIME_LEFT' });
  });

  it('never changes the status tag', async () => {
    const rotating = await startRotatingToken();
    const { parts } = rotating;
    parts.ims.faults.inject({ kind: 'missing-access-token' });
    expect(await rotating.rotateSecret()).toEqual(['ERR_TOKEN_MALFORMED']);
    parts.ims.faults.clear();
    for (const step of steps) await rotating.step(step);
    expect(await statusOf(parts)).toBeUndefined();
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'kept', failing: false }]);
  });
});

const tested: readonly RotationStep[] = ['createSecret', 'testSecret', 'finishSecret'];

describe.each(tested)('%s, with a stale pending token,', (step) => {
  it.each<[string, (rotating: Rotating) => unknown]>([
    ['expired', ({ parts }) => parts.clock.advance(day)],
    [
      'older than another one',
      async (rotating) => {
        const times = { issued_at: '2026-11-22T13:02:00Z', expires_at: '2026-11-24T12:00:00Z' };
        await put(rotating, JSON.stringify({ access_token: 'x', ...times }), 'AWSCURRENT');
        rotating.parts.clock.advance(180);
        rotating.parts.ims.client('client-fusion').lifetimeSeconds = 3 * day;
      },
    ],
  ])(
    'removes the label if the token is %s, and the rotation can be started again',
    async (_, age) => {
      const rotating = await startRotatingToken();
      await rotating.beginRotation();
      await rotating.step('createSecret');
      await age(rotating);
      const { AWSCURRENT } = await rotating.labels();
      await expect(rotating.step(step)).rejects.toMatchObject({
        code: 'ERR_ROTATION_STALE',
        message: expect.stringContaining('start the rotation again'),
      });
      expect(await rotating.labels()).toMatchObject({ AWSCURRENT });
      await expectRotatable(rotating);
    },
  );

  it('removes the label if the value is not a token', async () => {
    const rotating = await startRotatingToken();
    const versionId = await rotating.beginRotation();
    await put(rotating, 'by hand', 'AWSPENDING', versionId);
    await expect(rotating.step(step)).rejects.toMatchObject({ code: 'ERR_ROTATION_STALE' });
    await expectRotatable(rotating);
  });
});

describe('a pending token that IMS rejects', () => {
  it('loses its label, because its version cannot hold another token', async () => {
    const rotating = await startRotatingToken();
    const { parts } = rotating;
    const before = await readToken(parts, 'fusion');
    const versionId = await rotating.beginRotation();
    await rotating.step('createSecret');
    const pending = await parts
      .run()
      .secrets.readVersion({ secretId: SecretId, versionId }, AbortSignal.timeout(5_000));
    parts.ims.revoke(JSON.parse(pending?.secretString.reveal() ?? '').access_token);
    await expect(rotating.step('testSecret')).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' });
    expect(await readToken(parts, 'fusion')).toEqual(before);
    await expectRotatable(rotating);
  });
});
