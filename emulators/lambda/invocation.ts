import { randomBytes } from 'node:crypto';
import { type Outcome, outcomeOf } from './outcome.ts';
import type { PhaseEnd, Sandbox } from './sandbox.ts';

export interface InvocationOrder {
  readonly requestId: string;
  /** JSON. */
  readonly payload: string;
  /** True if the sandbox is new and must be initialised first. */
  readonly cold: boolean;
  readonly functionArn: string;
  readonly timeoutMs: number;
  readonly initTimeoutMs: number;
  readonly memoryMb: number;
  readonly log: (line: string) => void;
}

/** Runs one invocation in a sandbox, and logs the platform's own lines around it. */
export async function runIn(sandbox: Sandbox, order: InvocationOrder): Promise<Outcome> {
  const { requestId, payload, functionArn, timeoutMs, initTimeoutMs, log } = order;
  const created = performance.now();
  let limitMs = initTimeoutMs;
  let end: PhaseEnd = 'ready';
  let initMs: number | undefined;
  if (order.cold) {
    end = await sandbox.initialise(initTimeoutMs);
    initMs = performance.now() - created;
  }
  log(`START RequestId: ${requestId} Version: $LATEST`);
  const started = performance.now();
  if (end === 'ready') {
    limitMs = timeoutMs;
    const deadline = new Date(Date.now() + timeoutMs);
    const traceId = newTraceId();
    const invocation = { requestId, payload, deadline, functionArn, traceId };
    end = await sandbox.invoke(invocation, timeoutMs);
  }
  const durationMs = performance.now() - started;
  const outcome = outcomeOf(end, sandbox.answer, { requestId, limitMs });
  for (const line of outcome.platformLines) log(line);
  log(`END RequestId: ${requestId}`);
  log(reportLine(order, outcome, { durationMs, initMs, peakMb: sandbox.peakMemoryMb }));
  return outcome;
}

interface Measured {
  readonly durationMs: number;
  readonly initMs: number | undefined;
  readonly peakMb: number | undefined;
}

function reportLine(
  order: InvocationOrder,
  outcome: Outcome,
  { durationMs, initMs, peakMb }: Measured,
): string {
  const parts = [
    `REPORT RequestId: ${order.requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(durationMs + (initMs ?? 0))} ms`, // AWS bills the initialisation since August 2025
    `Memory Size: ${order.memoryMb} MB`,
  ];
  if (peakMb !== undefined) parts.push(`Max Memory Used: ${peakMb} MB`);
  if (initMs !== undefined) parts.push(`Init Duration: ${initMs.toFixed(2)} ms`);
  if (outcome.status !== 'success') parts.push(`Status: ${outcome.status}`);
  if (outcome.status === 'error') parts.push(`Error Type: ${outcome.errorType}`);
  return parts.join('\t');
}

function newTraceId(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  const root = `1-${seconds}-${randomBytes(12).toString('hex')}`;
  return `Root=${root};Parent=${randomBytes(8).toString('hex')};Sampled=0`;
}
