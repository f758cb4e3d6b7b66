import { describe, expect, it } from 'vitest';
import { parseOptions } from './core/options.ts';
import { mutations } from './mutations.ts';
import { chosenBy } from './options.ts';

describe('the words of npm run mutations', () => {
  it('choose entries in capitals or not, and none chooses all', () => {
    const chosen = chosenBy(['RETRY-AFTER']);
    expect(chosen?.map(({ fault }) => fault)).toContain('Retry-After is ignored');
    expect(chosen).toEqual(chosenBy(['retry-after']));
    expect(chosen).not.toEqual(mutations);
    expect(chosenBy([])).toEqual(mutations);
  });

  it.each([
    ['an option that does not exist', ['--bogus'], /^Unknown option '--bogus'$/],
    ['a variable that is not set', [''], /^A word is empty\.$/],
    ['a word that is nowhere', ['core/', 'Zebra'], /^No mutation has core\/ and Zebra in its/],
  ])('%s is an error', (_, args, message) => {
    expect(() => chosenBy(args)).toThrow(message);
  });

  it('--help asks for help', () => {
    expect(chosenBy(['--help'])).toBeUndefined();
  });
});

describe('the options of npm run mutate:core', () => {
  const names = {
    tests: ['status.test.ts', 'status-forms.test.ts', 'hostile-input.test.ts'],
    files: ['instant.ts', 'next-status.ts', 'status.ts', 'text-kinds.ts'],
  };

  it('without words, everything is run and counted', () => {
    expect(parseOptions([], names)).toEqual({
      quick: false,
      tests: names.tests,
      files: new Set(names.files),
      isWhole: true,
    });
  });

  it('with words, in capitals or not, the files of the same names as the tests count', () => {
    expect(parseOptions(['Status', '--quick'], names)).toEqual({
      quick: true,
      tests: ['status.test.ts', 'status-forms.test.ts'],
      files: new Set(['status.ts']),
      isWhole: false,
    });
  });

  it.each(['core/status.ts', 'status.ts', 'core/status.ts:12', 'core/status.ts:12:'])(
    'a file is chosen by its name, as a survivor shows it: %s',
    (word) => {
      const { files, tests } = parseOptions([word], names) ?? {};
      expect([files, tests]).toEqual([new Set(['status.ts']), ['status.test.ts']]);
    },
  );

  it('a file without a test of the same name is tried by all tests', () => {
    expect(parseOptions(['text-kinds'], names)).toEqual({
      quick: false,
      tests: names.tests,
      files: new Set(['text-kinds.ts']),
      isWhole: false,
    });
    expect(parseOptions(['status', 'text'], names)?.tests).toEqual(names.tests);
  });

  it.each([
    ['an option that does not exist', ['--bogus'], /^Unknown option '--bogus'$/],
    ['a variable that is not set', ['status', ''], /^A word is empty\.$/],
    ['the folder', ['core/'], /^A word is empty\.$/],
    ['a report of some files', ['--report', 'page.md', 'status'], /^--report needs all of core\//],
    [
      'a report of quick tests',
      ['--report', 'page.md', '--quick'],
      /^--report needs all of core\//,
    ],
    ['a word that is nowhere', ['Zebra'], /^No file of core\/ begins with Zebra\.$/],
    ['a test of no single file', ['hostile'], /^No file of core\/ begins with hostile\.$/],
  ])('%s is an error', (_, args, message) => {
    expect(() => parseOptions(args, names)).toThrow(message);
  });

  it('--help asks for help', () => {
    expect(parseOptions(['--help'], names)).toBeUndefined();
  });
});
