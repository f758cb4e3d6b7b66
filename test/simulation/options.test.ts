import { expect, it } from 'vitest';
import { parseOptions, usage } from './options.ts';

it('a range of seeds includes both of its ends', () => {
  expect(parseOptions(['--seeds', '3-5', '--days', '7'])).toMatchObject({
    seeds: [3, 4, 5],
    days: 7,
    credentials: 10,
  });
  expect(parseOptions(['--seed', '4'])).toMatchObject({ seed: 4, seeds: undefined });
});

it.each([
  ['a range that ends before it begins', ['--seeds', '10-1']],
  ['no range', ['--seeds', '1,200']],
  ['one seed in place of a range', ['--seeds', '5']],
  ['seed 0', ['--seed', '0']],
  ['a seed that is no number', ['--seed', 'one']],
  ['no days', ['--days', '0']],
  ['days that are over', ['--days=-1']],
  ['half a credential', ['--credentials', '0.5']],
  ['no jobs', ['--jobs', '0']],
  ['a report of one seed', ['--seed', '3', '--report', 'x.md']],
])('%s is an error, rather than a run that shows nothing', (_, args) => {
  expect(() => parseOptions(args)).toThrow(usage);
});
