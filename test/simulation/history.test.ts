import { expect, it } from 'vitest';
import { History, kindOf } from './history.ts';

const start = Date.parse('2026-01-01') / 1000;

it('tells what only repeats once, and how often', () => {
  const history = new History();
  for (let number = 1; number <= 200; number += 1) {
    history.tell(start + number * 60, 'fusion', `#${number} stores 01a2-${number}`);
    history.tell(start + number * 60, 'fusion', `#${number} info: renewed {"reason":"due"}`);
    if (number === 150) history.tell(start + number * 60, '', 'the scheduler skips a tick');
  }
  history.tell(start + 86_400, 'fusion', '#201 info: renewed {"reason":"changed"}');
  const [, ...lines] = history.about('fusion');
  expect(lines).toEqual([
    '2026-01-01T00:01:00Z  #1 stores 01a2-1',
    '2026-01-01T00:01:00Z  #1 info: renewed {"reason":"due"}',
    '… (the same 149 times more, until 2026-01-01T02:30:00Z)',
    '2026-01-01T02:30:00Z  the scheduler skips a tick',
    '2026-01-01T02:31:00Z  #151 stores 01a2-151',
    '2026-01-01T02:31:00Z  #151 info: renewed {"reason":"due"}',
    '… (the same 49 times more, until 2026-01-01T03:20:00Z)',
    '2026-01-02T00:00:00Z  #201 info: renewed {"reason":"changed"}',
  ]);
});

it('tells of every credential before a violation that is about none', () => {
  const history = new History();
  history.tell(start, 'fusion', '#1 tags the token secret');
  history.tell(start + 1, '', 'the scheduler skips a tick');
  history.tell(start + 2, 'firefly', '#2 info: renewed');
  history.tell(start + 3, '', 'VIOLATION of P3: #2 asks a host again, which is broken');
  const [, ...lines] = history.about(undefined);
  expect(lines.map((line) => line.slice(22))).toEqual([
    '#1 tags the token secret',
    'the scheduler skips a tick',
    '#2 info: renewed',
    'VIOLATION of P3: #2 asks a host again, which is broken',
  ]);
});

it('says that earlier lines are left out', () => {
  const history = new History();
  for (let number = 0; number < 61; number += 1) {
    history.tell(start + number, 'fusion', 'x'.repeat(number + 1));
  }
  const [, cut, first, ...others] = history.about('fusion');
  expect(cut).toBe('… (earlier lines are left out)');
  expect(first).toBe('2026-01-01T00:00:01Z  xx');
  expect(others).toHaveLength(59);
});

it('takes violations for the same that differ in instants, numbers and ids alone', () => {
  const one = kindOf('the token 01a2-8c of 2026-01-01T00:00:00Z lasts 5 s');
  expect(kindOf('the token 02b3-9d of 2027-02-03T04:05:06Z lasts 60 s')).toBe(one);
  expect(kindOf('the token 01a2-8c of 2026-01-01T00:00:00Z is gone')).not.toBe(one);
});
