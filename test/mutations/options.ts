import { argumentsOf } from './arguments.ts';
import type { Mutation } from './mutation.ts';
import { mutations } from './mutations.ts';

export const usage = `Usage: npm run mutations [-- WORD ...]

Breaks the project in ${mutations.length} listed ways, one at a time and in copies, and shows that a test
notices each. With words, only those for which the fault, the file or the test file has each of them,
in capitals or not.
`;

/**
 * Undefined when help is asked for.
 *
 * @throws TypeError for an option that does not exist, or words that choose nothing
 */
export function chosenBy(args: readonly string[]): readonly Mutation[] | undefined {
  const { values, positionals } = argumentsOf(args, {});
  if (values.help === true) return undefined;
  const words = positionals.map((word) => word.toLowerCase());
  // Everything has it.
  if (words.includes('')) throw new TypeError('A word is empty.');
  const wanted = mutations.filter(({ fault, file, caughtBy }) =>
    [fault, file, caughtBy].some((text) =>
      words.every((word) => text.toLowerCase().includes(word)),
    ),
  );
  if (wanted.length > 0) return wanted;
  throw new TypeError(
    `No mutation has ${positionals.join(' and ')} in its fault, file or test file.`,
  );
}
