import { describe, expect, it } from 'vitest';
import type { SecretValue } from '../../client/options.ts';
import { pending, Source, secretValue, settle, start, startReader } from './start-reader.ts';

const day = 86_400_000;

describe('invalidate', () => {
  it('has the secret read once, however many callers report the token', async () => {
    const source = new Source();
    const { reader, problems } = startReader(source);
    await reader.getToken();
    source.advance(10);
    source.answer = secretValue('token-2', start + day);
    const report = async (): Promise<string> => {
      reader.invalidate('token-1');
      return await reader.getToken();
    };
    const tokens = await Promise.all(Array.from({ length: 1000 }, report));
    expect(new Set(tokens)).toEqual(new Set(['token-2']));
    expect(source.reads).toHaveLength(2);
    expect(source.reads[1]?.fresh).toBe(true);
    expect(problems).toEqual([]);
  });

  it('does nothing for a token that is no longer the cached one', async () => {
    const source = new Source();
    const { reader } = startReader(source);
    reader.invalidate('token-1');
    await reader.getToken();
    source.advance(10);
    reader.invalidate('token-0');
    expect(await reader.getToken()).toBe('token-1');
    expect(source.reads).toHaveLength(1);
  });

  it('leaves the last answer in use until 10 seconds after the last read', async () => {
    const source = new Source();
    const { reader } = startReader(source);
    await reader.getToken();
    source.answer = secretValue('token-2', start + day);
    reader.invalidate('token-1');
    source.advance(9.999);
    expect(await reader.getToken()).toBe('token-1');
    source.advance(0.001);
    expect(await reader.getToken()).toBe('token-2');
  });

  it('of a token that the secret still holds is reported, and the token stays in use', async () => {
    const source = new Source();
    const { reader, problems } = startReader(source);
    await reader.getToken();
    source.advance(10);
    reader.invalidate('token-1');
    expect(await reader.getToken()).toBe('token-1');
    await settle();
    expect(problems).toMatchObject([{ code: 'ERR_TOKEN_REVOKED' }]);
    source.advance(10);
    await reader.getToken();
    expect(source.reads).toHaveLength(2);
  });

  it('during a read is not confirmed by its answer, but by the next read', async () => {
    const source = new Source();
    const asked: string[] = [];
    const started = startReader(source, {}, (versionId) => {
      asked.push(versionId);
      return Promise.resolve(true);
    });
    await started.reader.getToken();
    const token = source.answer as SecretValue;
    const { promise, resolve } = pending<SecretValue>();
    source.answer = () => promise;
    source.advance(300);
    const call = started.reader.getToken();
    started.reader.invalidate('token-1');
    // The secret may have got a new value after this one was read.
    resolve(token);
    expect(await call).toBe('token-1');
    expect(asked).toEqual([]);
    source.advance(10);
    source.answer = token;
    await started.reader.getToken();
    expect(source.reads[2]?.fresh).toBe(true);
    expect(asked).toEqual(['version-of-token-1']);
    expect(started.problems).toEqual([]);
  });
});

describe('a renewal port', () => {
  /** Rejects the current token once more, 10 seconds later. */
  async function reject(source: Source, { reader }: ReturnType<typeof startReader>) {
    source.advance(10);
    reader.invalidate('token-1');
    return await reader.getToken();
  }

  it('is asked to replace the version that was confirmed, and then the secret is read again', async () => {
    const source = new Source();
    const asked: string[] = [];
    const started = startReader(source, {}, (versionId) => {
      asked.push(versionId);
      source.answer = secretValue('token-2', start + 2 * day);
      return Promise.resolve(true);
    });
    await started.reader.getToken();
    expect(await reject(source, started)).toBe('token-1');
    expect(asked).toEqual(['version-of-token-1']);
    source.advance(9.999);
    expect(await started.reader.getToken()).toBe('token-1');
    source.advance(0.001);
    expect(await started.reader.getToken()).toBe('token-2');
    expect(started.problems).toEqual([]);
  });

  it('is not asked for a token that was replaced meanwhile', async () => {
    const source = new Source();
    const started = startReader(source, {}, () => Promise.reject(new Error('asked')));
    await started.reader.getToken();
    source.answer = secretValue('token-2', start + day);
    expect(await reject(source, started)).toBe('token-2');
    expect(started.problems).toEqual([]);
  });

  it('that fails is reported, and the token stays in use', async () => {
    const source = new Source();
    const failure = new Error('denied');
    const started = startReader(source, {}, () => Promise.reject(failure));
    await started.reader.getToken();
    expect(await reject(source, started)).toBe('token-1');
    await settle();
    expect(started.problems).toEqual([failure]);
  });

  it('that a frozen sandbox interrupts is no problem to report', async () => {
    const source = new Source();
    const started = startReader(source, {}, (_, signal) => {
      const { promise, reject } = pending<boolean>();
      signal.addEventListener('abort', () => reject(new Error('aborted')));
      return promise;
    });
    await started.reader.getToken();
    const before = reject(source, started);
    await settle();
    source.advance(3600);
    expect(await started.reader.getToken()).toBe('token-1');
    expect(await before).toBe('token-1');
    await settle();
    expect(started.problems).toEqual([]);
  });
});
