import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInstrumenter } from '@stryker-mutator/instrumenter';
import { createInjector } from 'typed-inject';

/** One change that StrykerJS makes to a file of `core/`. */
export interface Mutant {
  readonly id: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
  readonly replacement: string;
}

const silent = () => undefined;
const log = {
  ...{ isTraceEnabled: () => false, isDebugEnabled: () => false, isInfoEnabled: () => false },
  ...{ isWarnEnabled: () => false, isErrorEnabled: () => false, isFatalEnabled: () => false },
  ...{ trace: silent, debug: silent, info: silent, warn: silent, error: silent, fatal: silent },
};

/**
 * Puts all mutants into the files of a folder, each behind a switch that is off.
 *
 * @see https://stryker-mutator.io/docs/mutation-testing-elements/mutant-schemata/
 */
export async function instrument(folder: string): Promise<readonly Mutant[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts'));
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      return { name: path, content: await readFile(path, 'utf8'), mutate: true };
    }),
  );
  const instrumenter = createInstrumenter(createInjector().provideValue('logger', log));
  const options = { plugins: null, excludedMutations: [], ignorers: [] };
  const result = await instrumenter.instrument(files, options);
  for (const { name, content } of result.files) await writeFile(name, content);
  const sources = new Map(files.map(({ name, content }) => [name, content.split('\n')]));
  return result.mutants.map(({ id, fileName, location: { start, end }, replacement }) => {
    const lines = (sources.get(fileName) ?? []).slice(start.line, end.line + 1);
    const last = lines.length - 1;
    const text = lines
      .map((line, index) => (index === last ? line.slice(0, end.column) : line))
      .map((line, index) => (index === 0 ? line.slice(start.column) : line))
      .join(' ');
    return { id, file: basename(fileName), line: start.line + 1, text, replacement };
  });
}
