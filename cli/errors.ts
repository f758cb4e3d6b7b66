/** What a command ended with, beside the codes of the rotator itself (`core/errors.ts`). */
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
  'ERR_TOKEN_NOT_READY',
  'ERR_TOKEN_EXPIRED',
  'ERR_INTERRUPTED',
] as const;

export type CliErrorCode = (typeof cliErrorCodes)[number];

const exitCodes: Readonly<Record<string, number>> = {
  ERR_USAGE: 2,
  ERR_AWS_REGION: 2,
  ERR_INTERRUPTED: 130,
};

/** Why a command did not do what it was asked to. The message says what happened, `fix` who does what. */
export class CliError extends Error {
  /** One of `cliErrorCodes`, or an error code of the rotator. */
  readonly code: string;
  readonly fix: string | undefined;

  constructor(code: string, message: string, fix?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = code;
    this.code = code;
    this.fix = fix;
  }

  /** 1 for what failed, 2 for what was asked wrongly, 130 after Ctrl-C. */
  get exitCode(): number {
    return exitCodes[this.code] ?? 1;
  }
}

export function usageError(message: string, fix?: string): CliError {
  return new CliError('ERR_USAGE', message, fix);
}

/** @param state what Ctrl-C has left behind */
export function interrupted(state?: string): CliError {
  return new CliError('ERR_INTERRUPTED', ['interrupted', state].filter(Boolean).join(': '));
}
