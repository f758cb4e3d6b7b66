import { expect, it } from 'vitest';
import { read } from '../support/document.ts';
import { breaks } from './breaks.ts';

it.each(breaks)('$file has the code that is broken once: it $what', (broken) => {
  const { file, from, to } = broken;
  expect(read(file).split(from)).toHaveLength(2);
  expect(to).not.toBe(from);
});
