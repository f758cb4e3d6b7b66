import { asRotatorError } from '../../core/errors.ts';
import { listProblems } from '../../core/problems.ts';
import { stackFrames } from '../../core/stack-frames.ts';
import type { CommonOptions } from '../common-options.ts';
import { CliError, interrupted } from '../errors.ts';
import { wrapLines } from './table.ts';
import { Terminal } from './terminal.ts';

/** Prints an error and its fix. @returns the exit code */
export function reportError(error: unknown, options: CommonOptions, host: NodeJS.Process): number {
  const known = asCliError(error);
  const terminal = new Terminal(host);
  if (options.json === true) {
    // One line, so that the output of --watch stays one document a line.
    terminal.printJsonLine({ error: errorJson(known) });
    return known.exitCode;
  }
  const { code } = known;
  const [first = '', ...rest] = [
    ...errorLines(known, terminal.noteColumns),
    ...(code === 'ERR_UNEXPECTED' ? stackFrames(error) : []),
  ];
  terminal.note(
    first.replace(code, () => terminal.styleNote('red', code)),
    ...rest,
  );
  return known.exitCode;
}

/** The error, then a line for each problem and for the fix. */
export function errorLines(
  { code, summary, problems, fix }: CliError,
  columns: number | undefined,
): readonly string[] {
  const first = `${code} ${summary}${problems.length === 0 ? '' : ':'}`;
  return [
    ...wrapLines(first, 0, columns),
    ...problems.flatMap((problem) => wrapLines(listProblems([problem]), 2, columns)),
    ...(fix === undefined ? [] : wrapLines(`→ ${fix}`, 2, columns)),
  ];
}

function errorJson({ code, message, problems, fix }: CliError) {
  return { code, message, problems: problems.length === 0 ? undefined : problems, fix };
}

/** Any error as a command reports it. */
export function asCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  // A prompt throws these on Ctrl-C.
  const name = error instanceof Error ? error.name : '';
  if (name === 'ExitPromptError' || name === 'AbortPromptError' || name === 'AbortError') {
    return interrupted();
  }
  const { code, message } = asRotatorError(error);
  return new CliError(code, message, 'report it with these lines');
}
