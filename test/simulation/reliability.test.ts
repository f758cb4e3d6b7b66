import { describe, expect, it } from 'vitest';
import { read } from '../support/document.ts';
import { expected } from './report.ts';

const text = read('docs/reliability.md');
const figures = new Map(
  [...text.matchAll(/^\| (.+?) \| ([\d,]+) \|$/gm)].map(([, name = '', figure = '']) => [
    name,
    Number(figure.replaceAll(',', '')),
  ]),
);

describe('docs/reliability.md', () => {
  it.each(Object.entries(expected))(
    'tells of every one of the %s, and none is zero',
    (_, names) => {
      const missing = names.filter((name) => !((figures.get(name) ?? 0) > 0));
      expect(missing).toEqual([]);
    },
  );

  it('tells of no violation', () => {
    expect(figures.get('violations')).toBe(0);
    expect(figures.get('seeds')).toBeGreaterThanOrEqual(200);
  });
});
