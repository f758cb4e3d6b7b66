import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { SecretValue } from '../../client/options.ts';
import {
  awsError,
  pending,
  Source,
  secretValue,
  settle,
  start,
  startReader,
} from './start-reader.ts';

const throttled = awsError('ThrottlingException', 'Rate exceeded');

describe('the cache', () => {
  it('reads nothing before it is asked, and the secret once for all callers', async () => {
    const source = new Source();
    const { reader } = startReader(source);
    expect(source.reads).toHaveLength(0);
    const tokens = await Promise.all(Array.from({ length: 1000 }, () => reader.getToken()));
    expect(new Set(tokens)).toEqual(new Set(['token-1']));
    expect(source.reads).toHaveLength(1);
  });

  it('reads behind the callers from three quarters of the time to live', async () => {
    const source = new Source();
    const { reader } = startReader(source, { timeToLive: 100 });
    await reader.getToken();
    source.answer = secretValue('token-2', start + 86_400_000);
    source.advance(74.999);
    await reader.getToken();
    expect(source.reads).toHaveLength(1);
    source.advance(0.001);
    expect(await reader.getToken()).toBe('token-1');
    expect(source.reads).toHaveLength(2);
    await settle();
    expect(await reader.getToken()).toBe('token-2');
  });

  it('waits for a read once the time to live is over, 300 seconds unless it is set', async () => {
    const source = new Source();
    const { reader } = startReader(source);
    await reader.getToken();
    source.answer = secretValue('token-2', start + 86_400_000);
    source.advance(300);
    expect(await reader.getToken()).toBe('token-2');
  });

  it('reads behind the callers from twice the margin before the token expires', async () => {
    const source = new Source(600);
    const { reader } = startReader(source, { timeToLive: 3600, margin: 90 });
    await reader.getToken();
    source.answer = secretValue('token-2', start + 86_400_000);
    source.advance(600 - 180 - 1);
    await reader.getToken();
    expect(source.reads).toHaveLength(1);
    source.advance(1);
    expect(await reader.getToken()).toBe('token-1');
    await settle();
    expect(await reader.getToken()).toBe('token-2');
  });

  it('returns a token below the margin until the millisecond it expires', async () => {
    const source = new Source(30);
    const { reader } = startReader(source);
    source.advance(29.999);
    expect(await reader.getToken()).toBe('token-1');
    source.advance(0.001);
    await expect(reader.getToken()).rejects.toMatchObject({ code: 'ERR_TOKEN_EXPIRED' });
    expect(source.reads).toHaveLength(1);
  });

  it('never returns a token that expires while the caller waits', async () => {
    const source = new Source(30);
    const { reader } = startReader(source);
    const { promise, resolve } = pending<SecretValue>();
    const answer = source.answer as SecretValue;
    source.answer = () => promise;
    const token = reader.getToken();
    source.advance(30);
    resolve(answer);
    await expect(token).rejects.toMatchObject({ code: 'ERR_TOKEN_EXPIRED' });
  });

  it('never returns the cached token if it expires during a read that fails', async () => {
    const source = new Source(30);
    const { reader } = startReader(source, { timeToLive: 10 });
    await reader.getToken();
    source.advance(25);
    const { promise, reject } = pending<SecretValue>();
    source.answer = () => promise;
    const token = reader.getToken();
    source.advance(5);
    reject(throttled);
    await expect(token).rejects.toMatchObject({ code: 'ERR_TOKEN_READ_FAILED' });
  });

  it('trusts the time to live alone for a token that says nothing about its expiry', async () => {
    const source = new Source();
    source.answer = { SecretString: '{"access_token":"opaque"}' };
    const { reader } = startReader(source);
    expect(await reader.getToken()).toBe('opaque');
    source.advance(200);
    expect(await reader.getToken()).toBe('opaque');
    expect(source.reads).toHaveLength(1);
    await expect(reader.getToken({ validFor: 1 })).rejects.toMatchObject({
      code: 'ERR_TOKEN_TOO_SHORT',
    });
  });

  it('reads again after its clock was set back an hour', async () => {
    const source = new Source();
    const { reader } = startReader(source);
    await reader.getToken();
    source.advance(-3600);
    await reader.getToken();
    expect(source.reads).toHaveLength(2);
  });
});

describe('a failing source', () => {
  it('leaves the valid token in use and is reported, without another wait', async () => {
    const source = new Source();
    const { reader, problems } = startReader(source);
    await reader.getToken();
    source.answer = throttled;
    source.advance(300);
    expect(await reader.getToken()).toBe('token-1');
    expect(problems).toMatchObject([{ code: 'ERR_TOKEN_READ_FAILED', cause: throttled }]);
    source.answer = () => pending<SecretValue>().promise;
    source.advance(10);
    let token: string | undefined;
    void reader.getToken().then((returned) => {
      token = returned;
    });
    await settle();
    expect(token).toBe('token-1');
    expect(source.reads).toHaveLength(3);
  });

  it('is asked at most once in 10 seconds; in between its error stands', async () => {
    const source = new Source();
    source.answer = throttled;
    const { reader } = startReader(source);
    const errors = await Promise.allSettled(Array.from({ length: 100 }, () => reader.getToken()));
    for (const result of errors) {
      expect(result).toMatchObject({ reason: { code: 'ERR_TOKEN_READ_FAILED' } });
    }
    source.advance(9.999);
    await expect(reader.getToken()).rejects.toMatchObject({ code: 'ERR_TOKEN_READ_FAILED' });
    expect(source.reads).toHaveLength(1);
    source.answer = secretValue('token-1', start + 86_400_000);
    source.advance(0.001);
    expect(await reader.getToken()).toBe('token-1');
  });

  it('says who has to act once the token has expired too', async () => {
    const source = new Source(100);
    const { reader } = startReader(source);
    await reader.getToken();
    source.answer = awsError('AccessDeniedException');
    source.advance(100);
    await expect(reader.getToken()).rejects.toMatchObject({
      code: 'ERR_TOKEN_ACCESS_DENIED',
      message: expect.stringContaining('secretsmanager:GetSecretValue'),
    });
  });

  it('that holds an expired token leaves the valid one in use', async () => {
    const source = new Source();
    const { reader, problems } = startReader(source);
    await reader.getToken();
    source.answer = secretValue('token-0', start);
    source.advance(300);
    expect(await reader.getToken()).toBe('token-1');
    expect(problems).toMatchObject([{ code: 'ERR_TOKEN_EXPIRED' }]);
  });

  it('that throws something other than an error is a failed read', async () => {
    const source = new Source();
    // A custom source may throw anything.
    source.answer = () => Promise.reject(undefined);
    const { reader } = startReader(source);
    await expect(reader.getToken()).rejects.toMatchObject({ code: 'ERR_TOKEN_READ_FAILED' });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('in the callback');
      },
    ],
    ['rejects', () => Promise.reject(new Error('in the callback'))],
  ])('is survived when the callback %s', async (_, onProblem) => {
    const source = new Source();
    source.answer = throttled;
    const { reader } = startReader(source, { onProblem });
    await expect(reader.getToken()).rejects.toMatchObject({ code: 'ERR_TOKEN_READ_FAILED' });
    await settle();
  });
});

describe('a frozen sandbox', () => {
  it('judges its cache by the wall clock when it thaws', async () => {
    const source = new Source();
    const { reader } = startReader(source);
    await reader.getToken();
    source.answer = secretValue('token-2', start + 2 * 86_400_000);
    source.advance(86_400);
    expect(await reader.getToken()).toBe('token-2');
  });

  it('abandons a read that was in flight when it froze', async () => {
    const source = new Source();
    const { reader } = startReader(source);
    source.answer = () => pending<SecretValue>().promise;
    const before = reader.getToken();
    before.catch(() => undefined);
    source.advance(3600);
    source.answer = secretValue('token-1', start + 86_400_000);
    expect(await reader.getToken()).toBe('token-1');
    expect(source.reads[0]?.signal.aborted).toBe(true);
    await expect(before).resolves.toBe('token-1');
  });

  it('that freezes after each call gets new tokens in time, and reports no problem', async () => {
    const source = new Source();
    const { reader, problems } = startReader(source);
    let landing: (() => void)[] = [];
    source.answer = async () => {
      const token = secretValue(`token-${source.ms}`, source.ms + 3_600_000);
      const { promise, resolve } = pending<void>();
      landing.push(resolve);
      await promise;
      return token;
    };
    for (let invocation = 0; invocation < 100; invocation += 1) {
      let isWaiting = true;
      const call = reader.getToken().finally(() => {
        isWaiting = false;
      });
      await settle();
      // Only a read that the invocation waits for can land: it is frozen when the call returns.
      if (isWaiting) for (const land of landing) land();
      landing = [];
      const readAt = Number((await call).slice('token-'.length));
      expect(source.ms - readAt).toBeLessThanOrEqual(300_000);
      source.advance(60);
    }
    await settle();
    expect(problems).toEqual([]);
  });

  it('does not wait for a read that took longer than 5 seconds', async () => {
    const source = new Source();
    const { reader } = startReader(source);
    source.answer = () => pending<SecretValue>().promise;
    reader.getToken().catch(() => undefined);
    source.advance(5);
    await expect(reader.getToken()).rejects.toMatchObject({
      code: 'ERR_TOKEN_READ_FAILED',
      message: expect.stringContaining('no answer within 5 s'),
    });
    expect(source.reads).toHaveLength(1);
  });

  it('ignores the late answer of an abandoned read', async () => {
    const source = new Source();
    const { reader } = startReader(source);
    const late = pending<SecretValue>();
    source.answer = () => late.promise;
    reader.getToken().catch(() => undefined);
    source.advance(60);
    source.answer = secretValue('token-2', start + 86_400_000);
    await reader.getToken();
    late.resolve(secretValue('token-1', start + 86_400_000));
    await settle();
    expect(await reader.getToken()).toBe('token-2');
  });
});

describe('validFor', () => {
  it('reads for a longer token, and returns one that lasts exactly that long', async () => {
    const source = new Source(7200);
    const { reader } = startReader(source);
    expect(await reader.getToken({ validFor: 7200 })).toBe('token-1');
    source.advance(10);
    source.answer = secretValue('token-2', start + 86_400_000);
    expect(await reader.getToken({ validFor: 7200 })).toBe('token-2');
    expect(source.reads[1]?.fresh).toBe(true);
  });

  it('fails when no token lasts that long, and leaves other callers theirs', async () => {
    const source = new Source(3600);
    const { reader } = startReader(source);
    await expect(reader.getToken({ validFor: 7200 })).rejects.toMatchObject({
      code: 'ERR_TOKEN_TOO_SHORT',
      message: expect.stringContaining('3600 s, less than 7200 s'),
    });
    expect(await reader.getToken()).toBe('token-1');
    expect(source.reads).toHaveLength(1);
  });

  it('must be a number of seconds', async () => {
    const { reader } = startReader(new Source());
    await expect(reader.getToken({ validFor: -1 })).rejects.toThrow(TypeError);
    await expect(reader.getToken({ validFor: Number.NaN })).rejects.toThrow(TypeError);
  });
});

describe('the headers', () => {
  it('are those that Adobe’s gateway wants, and those of the options', async () => {
    const source = new Source();
    source.answer = secretValue('token-1', start + 86_400_000, { org_id: 'A1B2@AdobeOrg' });
    const headers = { 'X-Organization-Id': '12345', 'x-gw-ims-org-id': undefined };
    const { reader } = startReader(source, { headers });
    expect(await reader.getHeaders()).toEqual({
      Authorization: 'Bearer token-1',
      'x-api-key': 'acme-client',
      'x-organization-id': '12345',
    });
    const plain = startReader(source).reader;
    expect(await plain.getHeaders()).toHaveProperty('x-gw-ims-org-id', 'A1B2@AdobeOrg');
  });

  it('carry the token of the secret whatever the options say', async () => {
    const { reader } = startReader(new Source(), { headers: { authorization: 'Bearer mine' } });
    expect(await reader.getHeaders()).toEqual({
      Authorization: 'Bearer token-1',
      'x-api-key': 'acme-client',
    });
  });
});

describe('the reader', () => {
  it.each([
    [{ timeToLive: 9 }],
    [{ timeToLive: Number.NaN }],
    [{ margin: 59 }],
    [{ margin: Number.NaN }],
  ])('refuses %o', (options) => {
    expect(() => startReader(new Source(), options)).toThrow(TypeError);
  });

  it('shows no token when it is printed', async () => {
    const { reader } = startReader(new Source());
    await reader.getToken();
    const shown = inspect(reader, { depth: 9, showHidden: true }) + JSON.stringify(reader);
    expect(shown).not.toContain('token-1');
  });
});
