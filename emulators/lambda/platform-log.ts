import type { Outcome } from './outcome.ts';

/** What the platform measured of one invocation. */
export interface Measured {
  readonly durationMs: number;
  /** Only of a cold start. */
  readonly initMs: number | undefined;
  /** Undefined where the system does not say. */
  readonly peakMb: number | undefined;
}

export interface LoggedInvocation {
  readonly requestId: string;
  readonly functionArn: string;
  readonly memoryMb: number;
  readonly now: () => number;
  readonly loggingFormat: 'JSON' | 'Text';
}

/** The platform's line before an invocation. */
export function startLine({
  requestId,
  functionArn,
  loggingFormat,
  now,
}: LoggedInvocation): string {
  if (loggingFormat === 'Text') return `START RequestId: ${requestId} Version: $LATEST`;
  return event(now(), 'platform.start', { requestId, functionArn, version: '$LATEST' });
}

/**
 * The platform's lines after an invocation. In JSON, the end is an event of level DEBUG, which a log
 * at the level INFO has only of a failure.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
 */
export function endLines(
  invocation: LoggedInvocation,
  outcome: Outcome,
  measured: Measured,
): readonly string[] {
  const { requestId, memoryMb, loggingFormat, now } = invocation;
  const { durationMs, initMs, peakMb } = measured;
  const billedMs = Math.ceil(durationMs + (initMs ?? 0)); // AWS bills the initialisation since August 2025
  if (loggingFormat === 'Text') {
    return [
      ...outcome.platformLines,
      `END RequestId: ${requestId}`,
      reportLine(invocation, outcome, { ...measured, billedMs }),
    ];
  }
  const { status, errorType } = outcome;
  const result = { status, errorType: status === 'error' ? errorType : undefined };
  const metrics = {
    durationMs: rounded(durationMs),
    billedDurationMs: billedMs,
    memorySizeMB: memoryMb,
    maxMemoryUsedMB: peakMb,
    initDurationMs: initMs && rounded(initMs),
  };
  const done = { requestId, metrics: { durationMs: metrics.durationMs }, ...result };
  return [
    ...(status === 'success' ? [] : [event(now(), 'platform.runtimeDone', done)]),
    event(now(), 'platform.report', { requestId, metrics, ...result }),
  ];
}

function reportLine(
  { requestId, memoryMb }: LoggedInvocation,
  { status, errorType }: Outcome,
  { durationMs, billedMs, initMs, peakMb }: Measured & { readonly billedMs: number },
): string {
  const parts = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${billedMs} ms`,
    `Memory Size: ${memoryMb} MB`,
  ];
  if (peakMb !== undefined) parts.push(`Max Memory Used: ${peakMb} MB`);
  if (initMs !== undefined) parts.push(`Init Duration: ${initMs.toFixed(2)} ms`);
  if (status !== 'success') parts.push(`Status: ${status}`);
  if (status === 'error') parts.push(`Error Type: ${errorType}`);
  return parts.join('\t');
}

function event(now: number, type: string, record: object): string {
  return JSON.stringify({ time: new Date(now).toISOString(), type, record });
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
