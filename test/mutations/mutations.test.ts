import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { broken, type Mutation } from './mutation.ts';
import { lists, mutations, outdated } from './mutations.ts';
import { verdict } from './verdict.ts';

describe('the list of mutations', () => {
  it('breaks code that exists, each in one place, and names a test file that exists', () => {
    for (const mutation of mutations) {
      const source = readFileSync(mutation.file, 'utf8');
      expect(broken(source, mutation)).not.toBe(source);
      expect(existsSync(mutation.caughtBy), mutation.caughtBy).toBe(true);
      expect(mutation.test).not.toBe('');
    }
  });

  it('has all lists', () => {
    const files = readdirSync('test/mutations/listed').map(
      (file) => `test/mutations/listed/${file}`,
    );
    expect(new Set(Object.keys(lists))).toEqual(new Set(files));
  });

  it('has no fault twice', () => {
    const faults = mutations.map(({ fault }) => fault);
    expect(new Set(faults).size).toBe(faults.length);
    expect(faults.length).toBeGreaterThan(100);
  });

  it('has no entry whose text occurs never or twice', () => {
    const entry = { file: 'x.ts', find: 'one', replace: 'two' } as Mutation;
    for (const source of ['nothing', 'one and one']) {
      expect(() => broken(source, entry)).toThrow('"one" must occur exactly once in x.ts');
    }
    expect(broken('just one', entry)).toBe('just two');
  });

  it('says of an entry that applies no more which it is, and where it is listed', () => {
    const some = mutations.filter(({ file }) => file === 'core/retry-delay.ts');
    expect(outdated(some)).toEqual([]);
    expect(outdated(some, () => 'other code')).toContainEqual(
      expect.stringMatching(
        /^Retry-After is ignored \(test\/mutations\/listed\/core\.ts\): ".*" must occur exactly once in core\/retry-delay\.ts$/,
      ),
    );
    const gone = some.map((mutation) => ({ ...mutation, file: 'core/gone.ts' }));
    expect(outdated(gone)).toContainEqual(expect.stringContaining('ENOENT'));
  });
});

describe('a mutation', () => {
  const mutation = { test: 'keeps the token' } as Mutation;
  const reportOf = (fullName: string, status: string, ...failureMessages: readonly string[]) => ({
    testResults: [{ message: '', assertionResults: [{ fullName, status, failureMessages }] }],
  });

  it.each([
    ['AssertionError: expected 1 to be 2'],
    ['Error: Property failed after 3 tests'],
    ['Error: promise resolved "x" instead of rejecting'],
  ])('is caught by a test of that name that fails with %s', (message) => {
    const json = reportOf('it keeps the token', 'failed', message);
    expect(verdict(mutation, json)).toEqual({ caught: true, by: 'it keeps the token' });
  });

  it.each([
    ['passed', reportOf('it keeps the token', 'passed'), 'every test passed'],
    ['has another name', reportOf('another', 'failed', 'AssertionError: x'), 'no such test ran'],
    ['was skipped', reportOf('it keeps the token', 'skipped'), 'no such test ran'],
    [
      'could not run',
      reportOf('it keeps the token', 'failed', 'TypeError: x is not a function\n  at y'),
      'failed without an assertion: TypeError: x is not a function',
    ],
    [
      'did not end',
      reportOf('it keeps the token', 'failed', 'Error: Test timed out in 60000ms.'),
      'failed without an assertion: Error: Test timed out in 60000ms.',
    ],
    ['wrote no report', undefined, 'vitest wrote no report'],
  ])('is not caught by a test that %s', (_, json, why) => {
    expect(verdict(mutation, json)).toEqual({ caught: false, why });
  });
});
