import type { Answer } from './runtime-api.ts';
import type { Exit, PhaseEnd } from './sandbox.ts';

/** The outcome of an invocation, as Lambda reports it. */
export interface Outcome {
  readonly status: 'success' | 'error' | 'timeout';
  /** JSON. */
  readonly payload: string;
  readonly errorType?: string | undefined;
  /** The lines that the platform itself writes to the log. */
  readonly platformLines: readonly string[];
}

// Go's names for the signals: Lambda is written in Go.
const signalNames: Partial<Record<NodeJS.Signals, string>> = {
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGILL: 'illegal instruction',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
  SIGTRAP: 'trace/breakpoint trap',
};

const unsettledPromiseExitCode = 13;

/** An answer that the runtime has posted counts, even if the runtime then hangs or dies. */
export function outcomeOf(
  end: PhaseEnd,
  answer: Answer | undefined,
  {
    requestId,
    limitMs,
    now,
  }: { readonly requestId: string; readonly limitMs: number; readonly now: number },
): Outcome {
  if (end === 'timeout' && answer === undefined) return timedOut(requestId, limitMs, now);
  if (answer === undefined) return crashed(requestId, typeof end === 'string' ? undefined : end);
  const { payload } = answer;
  if (!answer.failed) return { status: 'success', payload, platformLines: [] };
  return { status: 'error', payload, errorType: errorTypeOf(payload), platformLines: [] };
}

function timedOut(requestId: string, limitMs: number, now: number): Outcome {
  const problem = `Task timed out after ${(limitMs / 1000).toFixed(2)} seconds`;
  const errorType = 'Sandbox.Timedout';
  return {
    status: 'timeout',
    payload: JSON.stringify({
      errorType,
      errorMessage: `RequestId: ${requestId} Error: ${problem}`,
    }),
    errorType,
    platformLines: [`${new Date(now).toISOString()} ${requestId} ${problem}`],
  };
}

function crashed(requestId: string, exit: Exit | undefined): Outcome {
  const errorType =
    exit?.code === unsettledPromiseExitCode ? 'Runtime.NodeJsExit' : 'Runtime.ExitError';
  const errorMessage = `RequestId: ${requestId} Error: ${describe(exit)}`;
  return {
    status: 'error',
    payload: JSON.stringify({ errorType, errorMessage }),
    errorType,
    platformLines: [errorMessage, errorType],
  };
}

function describe(exit: Exit | undefined): string {
  if (exit?.code === unsettledPromiseExitCode) {
    return (
      'The Lambda runtime client detected an unexpected Node.js exit code. ' +
      'This is most commonly caused by a Promise that was never settled. ' +
      'For more information, see https://nodejs.org/docs/latest/api/process.html#process_exit_codes'
    );
  }
  if (exit?.signal) {
    return `Runtime exited with error: signal: ${signalNames[exit.signal] ?? exit.signal}`;
  }
  if (exit?.code) return `Runtime exited with error: exit status ${exit.code}`;
  return 'Runtime exited without providing a reason';
}

function errorTypeOf(payload: string): string {
  try {
    const { errorType } = JSON.parse(payload) as { readonly errorType?: unknown };
    return typeof errorType === 'string' ? errorType : 'Unhandled';
  } catch {
    return 'Unhandled';
  }
}
