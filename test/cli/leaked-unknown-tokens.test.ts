import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { epochSeconds } from '../../core/instant.ts';
import { claimsAt, encodeAccessToken } from '../../emulators/ims/access-token.ts';
import { day } from '../support/builders.ts';
import { labelsOf } from '../support/start-rotating.ts';
import { type LeakWorld, startLeak, textOf } from './leak-world.ts';
import { byHand, type Form, response, storeByHand } from './stored-by-hand.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

const beside = (access_token: string, token: string) => JSON.stringify({ access_token, token });

const unknownForms: readonly [string, Form][] = [
  ['in base64', (accessToken) => base64(accessToken)],
  ['that has no form', () => JSON.stringify({ token: 'q7Rk-2mVx_9TtLw4ZbN8' })],
  ['in base64 in the place of it', (accessToken) => response(base64(accessToken), '')],
  ['in base64 beside junk', (accessToken) => beside('of-no-use', base64(accessToken))],
];

describe.each(unknownForms)('leaked finds no token %s', (_, form) => {
  it('and says which version may hold one', async () => {
    const leak = await startLeak();
    await storeByHand(leak, form);
    const SecretId = leak.world.secretId('fusion', 'token');
    const id = (await labelsOf(leak.client, SecretId))['AWSCURRENT'];
    const exit = await leak.answer();
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(exit.stdout.replaceAll(/\s+/g, ' ')).toContain(
      `Version ${id} of ${SecretId} could not be decrypted, or may hold a token that was not recognised: the tokens there may be valid`,
    );
  });

  it('and does not call what was the current version useless', async () => {
    const leak = await startLeak();
    await storeByHand(leak, form);
    const exit = await leak.answer({ token: true });
    expect(exit).toMatchObject({ code: 1 });
    expect(textOf(exit)).toMatch(
      /^ERR_LEAK_UNPROVEN .* version \S+ of .* may hold a valid token that was not recognised \(.*\) → have Adobe support invalidate all tokens/,
    );
  });
});

it('leaked does not call useless what stands beside a token, and is long enough for one', async () => {
  const leak = await startLeak();
  await storeByHand(leak, (accessToken) => beside(leak.tokens[0] ?? '', base64(accessToken)));
  expect(textOf(await leak.answer({ token: true }))).toMatch(/^ERR_LEAK_UNPROVEN /);
});

it('leaked recognises, by its claims, a token that is useless already', async () => {
  const leak = await startLeak();
  const token = await storeByHand(leak, byHand);
  expect(await leak.answer({ token: true })).toMatchObject({ code: 0 });
  expect(leak.world.ims.isValid(token)).toBe(false);
  await storeByHand(leak, (_, clientId) => byHand(token, clientId));
  const exit = await leak.answer({ token: true });
  expect(exit, exit.stderr).toMatchObject({ code: 0 });
  expect(exit.stdout).not.toContain('not recognised');
});

it.each([
  'PLACEHOLDER',
  'REPLACE_ME_BEFORE_USE',
  'Replaced-By-The-Rotator',
  '{"status":"not-yet-provisioned"}',
  '{"schema":1,"access_token":"","client_secret_version":""}',
  '{"access_token":"","client_id":"15503a06a2228695ee189e050cd42c8a"}',
])('leaked takes for no token: %s', async (value) => {
  const leak = await startLeak();
  await storeByHand(leak, () => value);
  const exit = await leak.answer({ token: true });
  expect(exit, exit.stderr).toMatchObject({ code: 0 });
  expect(exit.stdout).not.toContain('not recognised');
});

/** Those of this client by their claims, but not by their signatures. */
function forge({ adobe }: LeakWorld, length: number): string {
  const holder = { ...adobe, technicalAccountId: 'x', scope: 'openid', lifetimeSeconds: day };
  const forged = Array.from({ length }, () => {
    const token = encodeAccessToken(claimsAt(Date.now(), holder));
    return `${token.slice(0, -342)}${randomBytes(256).toString('base64url')}`;
  });
  return forged.join('\n');
}

/** In the form of a JWT; only IMS can tell that they are none. */
function junk(length: number): string {
  const part = () => randomBytes(30).toString('base64url');
  return Array.from({ length }, () => `eyJhIjoxfQ.${part()}.${part()}`).join('\n');
}

/** How often IMS is asked for a path. */
function countCalls({ world }: LeakWorld): ReadonlyMap<string, number> {
  const calls = new Map<string, number>();
  const when = ({ path }: { readonly path: string }): boolean => {
    calls.set(path, (calls.get(path) ?? 0) + 1);
    return false;
  };
  world.ims.faults.inject({ kind: 'throttled' }, { when });
  return calls;
}

const notRecognised = /^ERR_LEAK_UNPROVEN .* may hold a valid token that was not recognised/;

it('leaked asks IMS about no more than ten tokens of one version', async () => {
  const leak = await startLeak();
  await storeByHand(leak, () => forge(leak, 40));
  expect(textOf(await leak.answer({ token: true }))).toMatch(notRecognised);
  expect(leak.world.ims.invalidations).toHaveLength(1 + 10);
});

it.each([
  ['may be the own ones', forge],
  ['only IMS can tell from junk', (_: LeakWorld, count: number) => junk(count)],
])('leaked asks IMS about no more than 50 tokens in all, which %s', async (_, form) => {
  const leak = await startLeak();
  for (let version = 0; version < 8; version += 1) await storeByHand(leak, () => form(leak, 10));
  const calls = countCalls(leak);
  const { stdout, stderr } = await leak.answer({ token: true });
  expect(stdout + stderr).toContain('not recognised');
  expect(calls.get('/ims/validate_token/v1')).toBeLessThan(2 * 50);
  expect(calls.get('/ims/invalidate_token/v2') ?? 0).toBeLessThanOrEqual(50);
});

it('leaked invalidates the leaked token however many others are stored before it', async () => {
  const leak = await startLeak();
  for (let version = 0; version < 8; version += 1) {
    await storeByHand(leak, () => forge(leak, 10));
  }
  const token = await storeByHand(leak, byHand);
  expect(await leak.answer({ token: true })).toMatchObject({ code: 0 });
  expect(leak.world.ims.isValid(token)).toBe(false);
});

it.each([true, false])(
  'leaked ends although something too long for a token is stored: --token %s',
  async (isTokenOnly) => {
    const leak = await startLeak();
    await storeByHand(leak, () => response(randomBytes(20_000).toString('base64url'), ''));
    const exit = await leak.answer({ token: isTokenOnly });
    if (isTokenOnly) expect(textOf(exit)).toMatch(notRecognised);
    else {
      expect(exit, exit.stderr).toMatchObject({ code: 0 });
      expect(exit.stdout.replaceAll(/\s+/g, ' ')).toContain('a token that was not recognised');
      expect(await leak.answer({ token: true })).toMatchObject({ code: 0 });
    }
  },
);

it.each([400, 429])(
  'leaked ends although IMS answers %i when asked about what may be a token',
  async (status) => {
    const leak = await startLeak();
    await storeByHand(leak, () => junk(1));
    let asked = 0;
    const when = ({ path }: { readonly path: string }): boolean => {
      if (path === '/ims/validate_token/v1') asked += 1;
      return path === '/ims/validate_token/v1' && asked === 1;
    };
    leak.world.ims.faults.inject({ kind: 'server-error', status }, { when, times: 1 });
    expect(textOf(await leak.answer({ token: true }))).toMatch(notRecognised);
  },
);

it('leaked points to no log line for what it has asked IMS itself', async () => {
  const leak = await startLeak();
  const when = ({ path }: { readonly path: string }) => path === '/ims/validate_token/v1';
  leak.world.ims.faults.inject({ kind: 'server-error', status: 400 }, { when });
  expect(textOf(await leak.answer({ token: true }))).toMatch(
    /^ERR_TOKEN_INVALID .* → if it lasts, give Adobe support the x-debug-id of IMS's response: [\da-f-]{36}; then/,
  );
});

it.each([
  [11, 1],
  [13, 0],
])('leaked, %i days after it was stored, ends with %i for an unknown token', async (days, code) => {
  let ahead = -days * day;
  const leak = await startLeak({ now: () => Date.now() + ahead * 1000 });
  await storeByHand(leak, (accessToken) => base64(accessToken));
  ahead = 0;
  const exit = await leak.answer({ token: true });
  expect(exit, exit.stderr).toMatchObject({ code });
  expect((exit.stdout + exit.stderr).includes('not recognised')).toBe(code === 1);
});

/** A JWT of this client that has ended, and that was cut. */
function ended({ adobe }: LeakWorld): string {
  const holder = { ...adobe, technicalAccountId: 'x', scope: 'openid', lifetimeSeconds: day };
  return encodeAccessToken(claimsAt(Date.now() - 2 * day * 1000, holder)).slice(0, -100);
}

it('leaked does not call unrecognised what has ended by its claims', async () => {
  const leak = await startLeak();
  await storeByHand(leak, () => ended(leak));
  const calls = countCalls(leak);
  const exit = await leak.answer({ token: true });
  expect(exit, exit.stderr).toMatchObject({ code: 0 });
  expect(exit.stdout).not.toContain('not recognised');
  // The new token, and the one that was stored first.
  expect(calls.get('/ims/validate_token/v1')).toBe(2);
});

it('leaked asks IMS nothing about what was stored longer ago than a token can live', async () => {
  let ahead = -13 * day;
  const leak = await startLeak({ now: () => Date.now() + ahead * 1000 });
  await storeByHand(leak, () => junk(3));
  ahead = 0;
  const calls = countCalls(leak);
  const exit = await leak.answer({ token: true });
  expect(exit, exit.stderr).toMatchObject({ code: 0 });
  expect(calls.get('/ims/validate_token/v1')).toBe(1);
});

it('leaked takes for valid what is noted with another client, and of which IMS does not tell', async () => {
  const leak = await startLeak();
  const other = 'c'.repeat(32);
  await storeByHand(leak, () => byHand('q7Rk-2mVx_9TtLw4ZbN8', other));
  leak.world.ims.faults.inject(
    { kind: 'server-error', status: 503 },
    { when: ({ clientId }) => clientId === other },
  );
  expect(textOf(await leak.answer({ token: true }))).toMatch(
    /^ERR_LEAK_UNPROVEN .*: the leaked token is of another client: earlier tokens of the client c+, /,
  );
});

it('leaked invalidates a token that has ended by a clock that is ahead', async () => {
  let ahead = 200 - day;
  const leak = await startLeak({ now: () => Date.now() + ahead * 1000 });
  const [token = ''] = leak.tokens;
  ahead = 0;
  expect(leak.world.ims.isValid(token)).toBe(true);
  const now = () => epochSeconds(Math.floor(Date.now() / 1000) + 280);
  const exit = await leak.answer({ token: true }, { now });
  expect(exit, exit.stderr).toMatchObject({ code: 0 });
  expect(leak.world.ims.isValid(token)).toBe(false);
});
