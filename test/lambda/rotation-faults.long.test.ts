import { describe, expect, it } from 'vitest';
import type { RotationStep } from '../../core/rotation.ts';
import type { ImsFault } from '../../emulators/ims/fault.ts';
import type { Call, SecretsManagerFault } from '../../emulators/secrets-manager/fault.ts';
import { renew } from '../../lambda/commands/renew.ts';
import { tick } from '../support/outcomes.ts';
import { readToken, seedDueCredential } from '../support/start-parts.ts';
import {
  type Rotating,
  SecretId,
  startRotating,
  rotationSteps as steps,
} from '../support/start-rotating.ts';

/** One of the calls of a step. The current version is foreign, so that it is read. */
type WhichCall = (call: Call) => boolean;

const describing: WhichCall = ({ action }) => action === 'DescribeSecret';
const readingPending: WhichCall = ({ action, body }) =>
  action === 'GetSecretValue' && body['VersionId'] !== undefined;
const readingCurrent: WhichCall = ({ action, secretId, body }) =>
  action === 'GetSecretValue' &&
  body['VersionId'] === undefined &&
  // The function reads by ARN, the test by name.
  /:secret:.*\/token-\w{6}$/.test(secretId ?? '');
const readingClient: WhichCall = ({ action, secretId }) =>
  action === 'GetSecretValue' && secretId === SecretId.replace('/token', '/client');
const putting: WhichCall = ({ action }) => action === 'PutSecretValue';
const moving: WhichCall = ({ action, body }) =>
  action === 'UpdateSecretVersionStage' && body['VersionStage'] === 'AWSCURRENT';

const calls: readonly [RotationStep, string, WhichCall][] = [
  ['createSecret', 'DescribeSecret', describing],
  ['createSecret', 'the read of the current version', readingCurrent],
  ['createSecret', 'the read of the pending version', readingPending],
  ['createSecret', 'the read of the credential', readingClient],
  ['createSecret', 'the put', putting],
  ['setSecret', 'DescribeSecret', describing],
  ['testSecret', 'DescribeSecret', describing],
  ['testSecret', 'the read of the current version', readingCurrent],
  ['testSecret', 'the read of the pending version', readingPending],
  ['finishSecret', 'DescribeSecret', describing],
  ['finishSecret', 'the read of the current version', readingCurrent],
  ['finishSecret', 'the read of the pending version', readingPending],
  ['finishSecret', 'the move of AWSCURRENT', moving],
];

/** Faults before the call is carried out. */
const storeFaults: readonly [SecretsManagerFault, string][] = [
  [{ kind: 'throttling' }, 'ERR_SECRET_UNAVAILABLE'],
  [{ kind: 'internal-error' }, 'ERR_SECRET_UNAVAILABLE'],
  [{ kind: 'reset' }, 'ERR_SECRET_UNAVAILABLE'],
  [{ kind: 'denied' }, 'ERR_SECRET_ACCESS_DENIED'],
  [{ kind: 'error', type: 'InvalidRequestException', message: 'x' }, 'ERR_SECRET_REFUSED'],
];

const oldVersion = '019ac0de-0000-4000-8000-000000000000';

/** Starts a rotation and completes the steps before `step`; the stored token has a minute left. */
async function startBefore(
  step: RotationStep,
  world: Parameters<typeof startRotating>[1] = {},
): Promise<Rotating> {
  const rotating = await startRotating((parts) => seedDueCredential(parts, 'fusion'), world);
  await rotating.beginRotation();
  for (const earlier of steps.slice(0, steps.indexOf(step))) await rotating.step(earlier);
  return rotating;
}

/** Expects the step to fail and keep the current token, and the rotation to complete afterwards. */
async function expectSurvival(rotating: Rotating, step: RotationStep, code: string) {
  const { parts } = rotating;
  const before = await readToken(parts, 'fusion');
  await expect(rotating.step(step)).rejects.toMatchObject({ code });
  parts.secretsManager.faults.clear();
  parts.ims.faults.clear();
  expect(await readToken(parts, 'fusion')).toEqual(before);
  // Secrets Manager starts again with the first step.
  for (const each of steps) await rotating.step(each);
  const { AWSCURRENT, AWSPREVIOUS, ...others } = await rotating.labels();
  expect([AWSPREVIOUS, others]).toEqual([before?.VersionId, {}]);
  expect((await readToken(parts, 'fusion'))?.VersionId).toBe(AWSCURRENT);
}

describe.each(calls)('%s, with a fault in %s,', (step, _, when) => {
  it.each(storeFaults)('keeps the current token while %j lasts', async (fault, code) => {
    const rotating = await startBefore(step);
    let hits = 0;
    const faulty: WhichCall = (call) => {
      const isHit = when(call);
      if (isHit) hits += 1;
      return isHit;
    };
    rotating.parts.secretsManager.faults.inject(fault, { when: faulty });
    await expectSurvival(rotating, step, code);
    expect(hits).toBeGreaterThan(0);
  });

  it.each<SecretsManagerFault>([
    { kind: 'throttling' },
    { kind: 'reset' },
    { kind: 'reset-after' },
  ])('succeeds after a single %j', async (fault) => {
    const rotating = await startBefore(step);
    const { parts } = rotating;
    const faulty: WhichCall = (call) => when(call);
    parts.secretsManager.faults.inject(fault, { when: faulty, times: 1 });
    for (const each of steps.slice(steps.indexOf(step))) await rotating.step(each);
    expect(parts.ims.mintCount).toBe(1);
    expect(Object.keys(await rotating.labels())).toEqual(
      expect.arrayContaining(['AWSCURRENT', 'AWSPREVIOUS']),
    );
    expect((await rotating.labels())['AWSPENDING']).toBeUndefined();
  });
});

describe('a put whose response is lost', () => {
  it('has stored the token, so that the repeated step mints nothing', async () => {
    const rotating = await startBefore('createSecret');
    const { parts } = rotating;
    parts.secretsManager.faults.inject({ kind: 'reset-after' }, { when: putting });
    await expectSurvival(rotating, 'createSecret', 'ERR_SECRET_UNAVAILABLE');
    expect(parts.ims.mintCount).toBe(1);
  });
});

describe('finishSecret', () => {
  const removing: WhichCall = ({ action, body }) =>
    action === 'UpdateSecretVersionStage' && body['VersionStage'] === 'AWSPENDING';

  it.each<[string, SecretsManagerFault, WhichCall]>([
    ['the label AWSPENDING is removed', { kind: 'denied' }, removing],
    ['the label AWSPENDING can be removed', { kind: 'internal-error' }, removing],
    ['the response to the move arrives', { kind: 'reset-after' }, moving],
    ['the response to the removal arrives', { kind: 'reset-after' }, removing],
  ])('completes when repeated, if it failed before %s', async (_, fault, when) => {
    const rotating = await startBefore('finishSecret');
    const { parts } = rotating;
    const { AWSPENDING } = await rotating.labels();
    parts.secretsManager.faults.inject(fault, { when });
    await expect(rotating.step('finishSecret')).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_SECRET_/),
    });
    parts.secretsManager.faults.clear();
    expect((await rotating.labels())['AWSCURRENT']).toBe(AWSPENDING);
    for (const step of steps) await rotating.step(step);
    expect(await rotating.labels()).toEqual({
      AWSCURRENT: AWSPENDING,
      AWSPREVIOUS: expect.any(String),
    });
  });

  it('succeeds if a single response is lost', async () => {
    const rotating = await startBefore('finishSecret');
    const { parts } = rotating;
    parts.secretsManager.faults.inject({ kind: 'reset-after' }, { when: removing, times: 1 });
    expect(await rotating.step('finishSecret')).toMatchObject({ outcome: 'renewed' });
    expect((await rotating.labels())['AWSPENDING']).toBeUndefined();
  });

  it('does not move AWSCURRENT from a version that it has not seen', async () => {
    let between: (() => Promise<unknown>) | undefined;
    const authorize = async (action: string): Promise<boolean> => {
      const act = action.endsWith(':UpdateSecretVersionStage') ? between : undefined;
      between = act === undefined ? between : undefined;
      await act?.();
      return true;
    };
    const rotating = await startBefore('finishSecret', { authorize });
    const { parts } = rotating;
    between = () => renew(parts.run(), 'fusion', { force: false });
    await expect(rotating.step('finishSecret')).rejects.toMatchObject({
      code: 'ERR_SECRET_REFUSED',
    });
    expect(await tick(parts.run())).toMatchObject([{ reason: 'recently-issued' }]);
    const { AWSCURRENT, AWSPREVIOUS, ...others } = await rotating.labels();
    expect([AWSPREVIOUS, others]).toEqual([oldVersion, {}]);
    await expect(rotating.step('finishSecret')).rejects.toMatchObject({
      code: 'ERR_ROTATION_NOT_PENDING',
    });
    expect(await rotating.labels()).toMatchObject({ AWSCURRENT });
  });
});

const imsFaults: readonly ImsFault[] = [
  { kind: 'throttled' },
  { kind: 'server-error', status: 503 },
  { kind: 'server-error', status: 200, body: 'html' },
  { kind: 'reset' },
  { kind: 'reset-in-body' },
  { kind: 'truncated-json' },
];

describe.each(imsFaults)('a rotation while IMS has the fault %j', (fault) => {
  it('keeps the current token if it meets the mint', async () => {
    const rotating = await startBefore('createSecret');
    rotating.parts.ims.faults.inject(fault);
    await expectSurvival(rotating, 'createSecret', 'ERR_TOKEN_UNAVAILABLE');
    expect(rotating.parts.ims.mintCount).toBeGreaterThan(0);
  });

  it('keeps the current and the pending token if it meets the validation', async () => {
    const rotating = await startBefore('testSecret');
    const minted = rotating.parts.ims.mintCount;
    rotating.parts.ims.faults.inject(fault);
    await expectSurvival(rotating, 'testSecret', 'ERR_TOKEN_UNAVAILABLE');
    expect(rotating.parts.ims.mintCount).toBe(minted);
  });

  it('succeeds if it happens once a step', async () => {
    const rotating = await startBefore('createSecret');
    rotating.parts.ims.faults.inject(fault, { times: 1 });
    await rotating.step('createSecret');
    rotating.parts.ims.faults.inject(fault, { times: 1 });
    await rotating.step('testSecret');
    expect(await rotating.step('finishSecret')).toMatchObject({ outcome: 'renewed' });
  });
});

describe('the deadline', () => {
  it.each<[RotationStep, string, WhichCall]>(calls)(
    'ends %s while %s hangs, and the current token stays',
    async (step, _, when) => {
      const rotating = await startBefore(step);
      const before = await readToken(rotating.parts, 'fusion');
      const deadline = new AbortController();
      const hanging: WhichCall = (call) => {
        const isHit = when(call);
        if (isHit) deadline.abort();
        return isHit;
      };
      const faults = rotating.parts.secretsManager.faults;
      faults.inject({ kind: 'latency', ms: 3_600_000 }, { when: hanging });
      const acting = rotating.step(step, undefined, { signal: deadline.signal });
      await expect(acting).rejects.toMatchObject({ code: 'ERR_NO_TIME_LEFT' });
      faults.clear();
      expect(await readToken(rotating.parts, 'fusion')).toEqual(before);
    },
  );
});
