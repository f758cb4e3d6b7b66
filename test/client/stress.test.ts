import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { expect, it, onTestFinished } from 'vitest';
import { CachedTokenReader } from '../../client/cached-token-reader.ts';
import { createImsFetch } from '../../client/index.ts';
import type { ReadSecret } from '../../client/options.ts';
import { readSecretsManager } from '../../client/secrets-manager.ts';
import { TokenError } from '../../client/token-error.ts';
import { ProductApiEmulator } from '../../emulators/ims/product-api.ts';
import { clientId, mint, startIms } from '../emulators/ims/start-ims.ts';
import { startEmulator } from '../emulators/secrets-manager/start-secrets-manager.ts';
import { secretId, secretValue, settle } from './start-reader.ts';

const callers = 2000;
const lifetimeSeconds = 600;

/** Secrets Manager, IMS and a product on one virtual clock, and thousands of callers of one reader. */
async function startLoad() {
  const { clock, emulator, client } = await startEmulator();
  const ims = await startIms({ now: clock.now, lifetimeSeconds });
  const product = new ProductApiEmulator(ims);
  await product.start();
  onTestFinished(() => product.stop());
  emulator.seed({ name: secretId });

  const reads: number[] = [];
  const sdk = readSecretsManager(secretId, client);
  let inFlight: Promise<unknown> | undefined;
  const read: ReadSecret = async (request) => {
    expect(inFlight, 'read in flight').toBe(undefined);
    reads.push(clock.ms);
    const reading = sdk(request).finally(() => {
      inFlight = undefined;
    });
    inFlight = reading;
    return await reading;
  };
  const renewals: string[] = [];
  const problems: string[] = [];
  const renewed = async (): Promise<string> => {
    const token = await mint(ims);
    const { SecretString } = secretValue(token, clock.ms + lifetimeSeconds * 1000, {
      client_id: clientId,
    });
    await client.send(new PutSecretValueCommand({ SecretId: secretId, SecretString }));
    return token;
  };
  const reader = new CachedTokenReader(
    {
      secretId,
      headers: { 'x-organization-id': '4711', 'x-gw-region': 'or2' },
      onProblem: ({ code }) => problems.push(code),
    },
    {
      now: clock.now,
      read,
      renew: async (versionId) => {
        renewals.push(versionId);
        await renewed();
        return true;
      },
    },
  );

  /** All callers at once: the tokens that they get, and the codes of those that get none. */
  const wave = async () => {
    const results = await Promise.allSettled(
      Array.from({ length: callers }, () => reader.getToken()),
    );
    const tokens = new Set<string>();
    const codes = new Set<string>();
    for (const result of results) {
      if (result.status === 'fulfilled') tokens.add(result.value);
      else if (result.reason instanceof TokenError) codes.add(result.reason.code);
      else throw result.reason;
    }
    // What is read behind the callers lands before the clock moves.
    await inFlight?.catch(() => undefined);
    await settle();
    for (const token of tokens) {
      const { valid, reason } = { reason: undefined, ...ims.inspect(token) };
      // A revoked token is not told from the clock; an expired one never passes.
      expect(valid || reason === 'revoked_token', reason).toBe(true);
    }
    return { tokens: [...tokens], codes: [...codes] };
  };
  const imsFetch = createImsFetch(reader, { origins: [product.url] });
  const call = (): Promise<Response> => imsFetch(`${product.url}/api/v3/scenarios`);
  return { clock, emulator, ims, reader, reads, problems, renewals, renewed, wave, call };
}

function expectNoStorm(reads: readonly number[]): void {
  reads.slice(1).forEach((at, index) => {
    expect(at - (reads[index] ?? 0), 'milliseconds between reads').toBeGreaterThanOrEqual(10_000);
  });
}

it('serves thousands of callers through a renewal without a call that waits or fails', async () => {
  const { clock, ims, reads, problems, renewed, wave } = await startLoad();
  const first = await renewed();
  expect(await wave()).toEqual({ tokens: [first], codes: [] });
  const seen = new Set<string>();
  for (let second = 0; second < 2 * lifetimeSeconds; second += 20) {
    clock.ms += 20_000;
    // As the rotator does: when half of the life is over.
    if (second % (lifetimeSeconds / 2) === 0) await renewed();
    const { tokens, codes } = await wave();
    expect(codes).toEqual([]);
    for (const token of tokens) {
      expect(ims.isValid(token)).toBe(true);
      seen.add(token);
    }
  }
  expect(seen.size).toBeGreaterThan(3);
  expect(reads.length).toBeLessThan(15);
  expectNoStorm(reads);
  expect(problems).toEqual([]);
});

it('serves them through an outage until the token expires, then says so without a storm', async () => {
  const { clock, emulator, reads, problems, renewed, wave } = await startLoad();
  const first = await renewed();
  await wave();
  emulator.faults.inject({ kind: 'throttling' });
  for (let second = 10; second < lifetimeSeconds + 60; second += 10) {
    clock.ms += 10_000;
    expect(await wave()).toEqual(
      second < lifetimeSeconds
        ? { tokens: [first], codes: [] }
        : { tokens: [], codes: ['ERR_TOKEN_READ_FAILED'] },
    );
  }
  expect(new Set(problems)).toEqual(new Set(['ERR_TOKEN_READ_FAILED']));
  emulator.faults.clear();
  const second = await renewed();
  clock.ms += 10_000;
  expect(await wave()).toEqual({ tokens: [second], codes: [] });
  expectNoStorm(reads);
});

it('asks for one renewal of a revoked token, and recovers within two reads', async () => {
  const { clock, ims, reads, problems, renewals, reader, renewed, wave, call } = await startLoad();
  const first = await renewed();
  await wave();
  ims.revoke(first);
  clock.ms += 10_000;
  const rejected = await Promise.all(Array.from({ length: 100 }, call));
  expect(new Set(rejected.map(({ status }) => status))).toEqual(new Set([401]));
  for (let caller = 0; caller < callers; caller += 1) reader.invalidate(first);
  expect((await wave()).tokens).toEqual([first]);
  expect(renewals).toHaveLength(1);
  clock.ms += 10_000;
  const { tokens } = await wave();
  expect(tokens).not.toEqual([first]);
  expect((await call()).status).toBe(200);
  expect(renewals).toHaveLength(1);
  expect(reads).toHaveLength(3);
  expectNoStorm(reads);
  expect(problems).toEqual([]);
});

it('is not moved by late 401s of the token before', async () => {
  const { clock, reads, reader, renewals, renewed, wave } = await startLoad();
  const first = await renewed();
  await wave();
  const second = await renewed();
  clock.ms += 10_000;
  reader.invalidate(first);
  expect((await wave()).tokens).toEqual([second]);
  for (let wait = 0; wait < 20; wait += 1) {
    clock.ms += 1000;
    for (let caller = 0; caller < callers; caller += 1) reader.invalidate(first);
    expect((await wave()).tokens).toEqual([second]);
  }
  expect(reads).toHaveLength(2);
  expect(renewals).toEqual([]);
});
