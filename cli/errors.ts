import { type ErrorCode, errorKinds } from '../core/errors.ts';
import { listProblems, type Problem } from '../core/problems.ts';

/** The codes of the commands' own errors. The function's are in `core/errors.ts`. */
export const cliErrorCodes = [
  'ERR_USAGE',
  'ERR_AWS_REGION',
  'ERR_AWS_CREDENTIALS',
  'ERR_AWS_DENIED',
  'ERR_AWS_REFUSED',
  'ERR_AWS_UNAVAILABLE',
  'ERR_ROTATOR_NOT_FOUND',
  'ERR_ROTATOR_AMBIGUOUS',
  'ERR_FUNCTION_NOT_FOUND',
  'ERR_FUNCTION_FAILED',
  'ERR_CREDENTIAL_NOT_FOUND',
  'ERR_CREDENTIAL_EXISTS',
  'ERR_CREDENTIAL_CHANGED',
  'ERR_TOKEN_NOT_READY',
  'ERR_TOKEN_EXPIRED',
  'ERR_CLOCK_WRONG',
  'ERR_LEAK_UNPROVEN',
  'ERR_ROTATION_OFF',
  'ERR_ROTATION_NOT_FINISHED',
  'ERR_INTERRUPTED',
] as const;

export type CliErrorCode = (typeof cliErrorCodes)[number] | ErrorCode;

const exitCodes: Readonly<Partial<Record<CliErrorCode, number>>> = {
  ERR_USAGE: 2,
  ERR_AWS_REGION: 2,
  ERR_INTERRUPTED: 130,
};

export interface CliErrorOptions extends ErrorOptions {
  /** Each thing wrong with an input. */
  readonly problems?: readonly Problem[] | undefined;
  /** `fix` is all that is to be done: to go on with the command would be wrong. */
  readonly isFixWhole?: boolean | undefined;
  /** The right that the principal lacks, as a policy names it. */
  readonly right?: string | undefined;
}

/** The failure of a command. The summary says what happened, `fix` who can do what about it. */
export class CliError extends Error {
  readonly code: CliErrorCode;
  /** The message without the problems. */
  readonly summary: string;
  readonly problems: readonly Problem[];
  readonly fix: string | undefined;
  readonly isFixWhole: boolean;
  readonly right: string | undefined;

  constructor(
    code: CliErrorCode,
    summary: string,
    fix?: string,
    { problems = [], right, isFixWhole = false, ...options }: CliErrorOptions = {},
  ) {
    super(problems.length === 0 ? summary : `${summary}: ${listProblems(problems)}`, options);
    this.name = code;
    this.code = code;
    this.summary = summary;
    this.problems = problems;
    this.fix = fix;
    this.isFixWhole = isFixWhole;
    this.right = right;
  }

  /** 2 for a usage error, 130 after Ctrl-C, 1 for every other failure. */
  get exitCode(): number {
    return exitCodes[this.code] ?? 1;
  }
}

export function usageError(message: string, fix?: string, options?: CliErrorOptions): CliError {
  return new CliError('ERR_USAGE', message, fix, options);
}

/** The error of a write that AWS did not answer. */
export function perhapsCarriedOut(error: CliError, fix = error.fix): CliError {
  const text = `${error.summary}; it is unknown whether it was carried out`;
  return new CliError(error.code, text, fix, { cause: error });
}

/** @param state what Ctrl-C left behind */
export function interrupted(state?: string): CliError {
  return new CliError('ERR_INTERRUPTED', ['interrupted', state].filter(Boolean).join(': '));
}

/** False for a code that only another release of the function knows. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorKinds, code);
}
