import { expect, it } from 'vitest';
import { parseOptions } from './options.ts';

it('a range of seeds includes both of its ends', () => {
  expect(parseOptions(['--seeds', '3-5', '--days', '7'])).toMatchObject({
    seeds: [3, 4, 5],
    days: 7,
    credentials: 10,
  });
  expect(parseOptions(['--seed', '4'])).toMatchObject({ seed: 4, seeds: undefined });
});

it.each([
  ['a range that ends before it begins', ['--seeds', '10-1'], 'must begin with the lower number'],
  [
    'a range without end',
    ['--seeds', '1-99999999999'],
    'a range such as 1-20, from 1 to 999,999,999',
  ],
  ['more seeds than fit', ['--seeds', '1-999999999'], '--seeds must be 99,999 seeds at most'],
  ['no range', ['--seeds', '1,200'], '--seeds must be a range'],
  ['one seed in place of a range', ['--seeds', '5'], '--seeds must be a range'],
  ['seed 0', ['--seed', '0'], '--seed must be a whole number from 1 to 999,999,999'],
  ['a seed beyond the last', ['--seed', '4294967296'], 'from 1 to 999,999,999'],
  ['days without end', ['--days', '99999999999'], '--days must be a whole number from 1 to 9,999'],
  [
    'more credentials than fit',
    ['--credentials', '1000'],
    '--credentials must be a whole number from 1 to 999',
  ],
  ['days beyond the last', ['--days', '10000'], '--days must be a whole number from 1 to 9,999'],
  ['a seed that is no number', ['--seed', 'one'], '--seed must be'],
  ['no days', ['--days', '0'], '--days must be'],
  ['days that are over', ['--days=-1'], '--days must be'],
  ['half a credential', ['--credentials', '0.5'], '--credentials must be'],
  ['no jobs', ['--seeds', '1-2', '--jobs', '0'], '--jobs must be'],
  ['a report of one seed', ['--seed', '3', '--report', 'x.md'], 'need --seeds'],
  ['several jobs for one seed', ['--seed', '3', '--jobs', '2'], 'need --seeds'],
  ['one seed and many', ['--seed', '1', '--seeds', '1-3'], 'exclude each other'],
  ['an option that does not exist', ['--sed', '1'], "Unknown option '--sed'"],
])('%s is an error, rather than a run that shows nothing', (_, args, message) => {
  expect(() => parseOptions(args)).toThrow(message);
});
