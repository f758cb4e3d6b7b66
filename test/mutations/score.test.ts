import { expect, it } from 'vitest';
import type { Mutant } from './core/mutant.ts';
import { scoreOf } from './core/score.ts';

/** Ten mutants that a test has run and one that none has, with so many noticed. */
function resultsOf(noticed: number, isWhole: boolean) {
  const mutants = Array.from(
    { length: 11 },
    (_, id): Mutant => ({ id: `${id}`, file: 'a.ts', line: 7, text: '+', replacement: '-' }),
  );
  const ids = mutants.map(({ id }) => id);
  const killed = new Set(ids.slice(0, noticed));
  const leftOut = { own: 1, all: 2 };
  return { mutants, killed, covered: new Set(ids.slice(0, 10)), leftOut, isWhole };
}

it('the score has the survivors, each file and all', () => {
  expect(scoreOf(resultsOf(9, true))).toEqual({
    text: `core/a.ts:7: + → -
a.ts                         90.0 % (9 of 10)
all 90.0 % (9 of 10); not counted: 1
tests left out for their time: 1 for their own file, 2 for all files`,
    hasFailed: false,
  });
});

it('below 90 %, the whole of core/ fails, and a part of it only says so', () => {
  const whole = scoreOf(resultsOf(8, true));
  expect([whole.hasFailed, whole.text]).toEqual([
    true,
    expect.stringMatching(/^That is below 90 %\.$/m),
  ]);
  const part = scoreOf(resultsOf(8, false));
  expect([part.hasFailed, part.text]).toEqual([
    false,
    expect.stringMatching(/^That is below 90 %, which only all/m),
  ]);
});
