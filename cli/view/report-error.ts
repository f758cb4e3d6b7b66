import { asRotatorError } from '../../core/errors.ts';
import { CliError, interrupted } from '../errors.ts';
import type { CommonOptions } from '../session.ts';
import { wrapLines } from './table.ts';
import { Terminal } from './terminal.ts';

/** Says what went wrong and who can do what about it. @returns the exit code */
export function reportError(error: unknown, options: CommonOptions, host: NodeJS.Process): number {
  const known = asCliError(error);
  const { code, message, fix, exitCode } = known;
  const terminal = new Terminal(host);
  if (options.json === true) {
    const told = { error: { code, message, ...(fix === undefined ? {} : { fix }) } };
    // Whatever was printed before, such as by --watch, stays one document to a line.
    terminal.print(JSON.stringify(told));
    return exitCode;
  }
  const columns = terminal.noteColumns;
  // A list of problems is easier to read line by line.
  const [first = '', ...others] = `${code} ${message}`.split('; ');
  const lines = [
    ...wrapLines(first, 0, columns),
    ...others.flatMap((problem) => wrapLines(problem, 2, columns)),
    ...(fix === undefined ? [] : wrapLines(`→ ${fix}`, 2, columns)),
    ...(code === 'ERR_UNEXPECTED' ? [framesOf(error)] : []),
  ];
  terminal.note(lines.join('\n').replace(code, terminal.styleNote('red', code)));
  return exitCode;
}

function asCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  // Whoever is asked something may press Ctrl-C instead.
  const name = error instanceof Error ? error.name : '';
  if (name === 'ExitPromptError' || name === 'AbortPromptError' || name === 'AbortError') {
    return interrupted();
  }
  const { code, message } = asRotatorError(error);
  return new CliError(code, message, 'report it, with these lines');
}

/** The message is left out: it may quote a value. */
function framesOf(error: unknown): string {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  return lines.filter((line) => /^\s+at /.test(line)).join('\n');
}
