import { describe, expect, it } from 'vitest';
import type { ImsFault } from '../../emulators/ims/fault.ts';
import type { Call, SecretsManagerFault } from '../../emulators/secrets-manager/fault.ts';
import { callsOf, secretId, startDueCredential } from '../support/credential.ts';
import { type FaultCase, imsFaults } from '../support/ims-faults.ts';
import { tick } from '../support/outcomes.ts';
import { type Parts, plainClient, readToken } from '../support/start-parts.ts';
import { labelsOf } from '../support/start-rotating.ts';

const unavailable = 'ERR_TOKEN_UNAVAILABLE';

type StoreFault = { readonly action: string; readonly fault: SecretsManagerFault };

const error = (type: string): SecretsManagerFault => ({ kind: 'error', type, message: 'x' });

/** Every fault of Secrets Manager, at each call of a renewal. */
const storeFaults: readonly FaultCase<StoreFault>[] = [
  ['DescribeSecret', 'PutSecretValue', 'GetSecretValue'].flatMap(
    (action) =>
      [
        [
          `throttling of ${action}`,
          { action, fault: { kind: 'throttling' } },
          'ERR_SECRET_UNAVAILABLE',
        ],
        [
          `500 of ${action}`,
          { action, fault: { kind: 'internal-error' } },
          'ERR_SECRET_UNAVAILABLE',
        ],
        [`reset of ${action}`, { action, fault: { kind: 'reset' } }, 'ERR_SECRET_UNAVAILABLE'],
        [`denial of ${action}`, { action, fault: { kind: 'denied' } }, 'ERR_SECRET_ACCESS_DENIED'],
      ] satisfies FaultCase<StoreFault>[],
  ),
  [
    [
      'a disabled key at the read',
      { action: 'GetSecretValue', fault: error('DecryptionFailure') },
      'ERR_SECRET_DECRYPTION',
    ],
    [
      'a disabled key at the put',
      { action: 'PutSecretValue', fault: error('EncryptionFailure') },
      'ERR_SECRET_ENCRYPTION',
    ],
    [
      'too many versions',
      { action: 'PutSecretValue', fault: error('LimitExceededException') },
      'ERR_VERSION_LIMIT',
    ],
    [
      'a version that exists',
      { action: 'PutSecretValue', fault: error('ResourceExistsException') },
      'ERR_VERSION_EXISTS',
    ],
    [
      'a refusal',
      { action: 'PutSecretValue', fault: error('InvalidParameterException') },
      'ERR_SECRET_REFUSED',
    ],
  ] satisfies FaultCase<StoreFault>[],
].flat();

const inject = ({ secretsManager }: Parts, { action, fault }: StoreFault): void =>
  secretsManager.faults.inject(fault, {
    // The test reads the token secret itself, and must not be hit.
    when: (call: Call) =>
      call.action === action &&
      (action !== 'GetSecretValue' || !String(call.secretId).endsWith('/token')),
  });

/** Other names of transient errors. */
const transientTypes = [
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'ExpiredTokenException',
];

const isTransient = (code: string): boolean => code.endsWith('_UNAVAILABLE');

/** Expects a tick to fail and keep the token, and later ticks to renew it once the fault is over. */
async function expectSurvival(parts: Parts, code: string, fault?: ImsFault): Promise<void> {
  const before = await readToken(parts, 'fusion');
  const slow = fault?.kind === 'slow-headers' || fault?.kind === 'slow-body';
  const impatient = slow ? { tokenEndpoint: parts.tokenEndpoint(0.05) } : {};
  const [failed] = await tick(parts.run(impatient));
  expect(failed).toMatchObject({ outcome: 'failed', failing: true, isNews: true });
  expect(failed?.error?.code).toBe(code);
  // `token-unread` if the value could not be read.
  expect(['token-expiring', 'token-unread']).toContain(failed?.reason);
  expect(await readToken(parts, 'fusion')).toEqual(before);

  parts.ims.faults.clear();
  parts.secretsManager.faults.clear();
  // The next tick retries after a transient fault; after a final one, a tick retries within an hour.
  parts.clock.advance(isTransient(failed?.error?.code ?? '') ? 900 : 4_500);
  const repaired = await tick(parts.run());
  expect(repaired).toMatchObject([{ outcome: 'renewed', failing: false }]);
  expect((await readToken(parts, 'fusion'))?.VersionId).not.toBe(before?.VersionId);
  expect(await tick(parts.run())).toMatchObject([{ outcome: 'kept', failing: false }]);
}

describe.each(imsFaults)('a renewal while IMS responds with %s', (_, imsFault, imsCode) => {
  it('keeps the stored token, and succeeds once the fault is over', async () => {
    const parts = await startDueCredential();
    parts.ims.faults.inject(imsFault);
    await expectSurvival(parts, imsCode, imsFault);
  });
});

describe.each(storeFaults)('a renewal with %s', (_, storeFault, code) => {
  it('keeps the stored token, and succeeds once the fault is over', async () => {
    const parts = await startDueCredential();
    inject(parts, storeFault);
    await expectSurvival(parts, code);
  });
});

describe('a transient fault', () => {
  it.each([
    ...imsFaults.filter(([, , code]) => code === unavailable),
    ['504', { kind: 'server-error', status: 504 }, unavailable] satisfies FaultCase<ImsFault>,
  ])('of IMS (%s) is retried in the same run', async (_, fault) => {
    const parts = await startDueCredential();
    parts.ims.faults.inject(fault, { times: 3 });
    const tokenEndpoint = parts.tokenEndpoint(0.5);
    expect(await tick(parts.run({ tokenEndpoint }))).toMatchObject([{ outcome: 'renewed' }]);
    expect(parts.ims.tokenRequests).toHaveLength(4);
  });

  it('of a put causes no second mint and no second version', async () => {
    const parts = await startDueCredential();
    const when = callsOf('PutSecretValue');
    const before = await readToken(parts, 'fusion');
    parts.secretsManager.faults.inject({ kind: 'throttling' }, { when, times: 3 });
    parts.secretsManager.faults.inject({ kind: 'reset-after' }, { when, times: 2 });
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'renewed' }]);
    expect(parts.ims.mintCount).toBe(1);
    const puts = parts.secretsManager.calls.filter(({ action }) => action === 'PutSecretValue');
    expect(puts).toHaveLength(6);
    const labels = await labelsOf(plainClient(parts), secretId('fusion', 'token'));
    expect(labels['AWSPREVIOUS']).toBe(before?.VersionId);
  });

  it.each(transientTypes)('is recognised by the name %s', async (type) => {
    const parts = await startDueCredential();
    const when = callsOf('PutSecretValue');
    parts.secretsManager.faults.inject(error(type), { when, times: 3 });
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'renewed' }]);
  });
});

describe('a final fault', () => {
  it('is not retried in the same run', async () => {
    const parts = await startDueCredential();
    inject(parts, { action: 'PutSecretValue', fault: error('LimitExceededException') });
    await tick(parts.run());
    const puts = parts.secretsManager.calls.filter(({ action }) => action === 'PutSecretValue');
    expect(puts).toHaveLength(1);
  });
});
