import { expect, it } from 'vitest';
import { breaks } from './breaks.ts';
import { type Break, simulateBroken } from './simulate-broken.ts';

const size = ['--days', '30', '--credentials', '6'];

it.each(breaks)(
  'is caught if it $what',
  async (broken) => {
    const { stdout } = await simulateBroken(broken, '--seeds', '1-30', '--stop', ...size);
    expect(stdout).toContain(`: ${broken.rule}: `);
    expect(stdout).not.toMatch(/\d\.\d{3}/);
  },
  600_000,
);

it('prints a shorter history that ends in the same violation, and says why a token is kept', async () => {
  const [broken] = breaks;
  const { stdout } = await simulateBroken(broken as Break, '--seed', '3', ...size);
  const [first = '', last = ''] = stdout.split('looking for a shorter history');
  const told = 'VIOLATION of invariant 1: the new token does not expire later';
  expect(first).toContain(told);
  expect(last).toContain(told);
  expect(last).toMatch(/#\d+ kept for token-fresh$/m);
  expect(last).toContain('"rates":{"lag":0,"oddPage":0,"cold":0},"imsSkew":0');
  expect(last.split('\n').length).toBeLessThan(20);
}, 600_000);
