import { randomBytes } from 'node:crypto';
import { type Outcome, outcomeOf } from './outcome.ts';
import { endLines, type LoggedInvocation, startLine } from './platform-log.ts';
import type { PhaseEnd, Sandbox } from './sandbox.ts';

export interface InvocationOrder extends LoggedInvocation {
  /** JSON. */
  readonly payload: string;
  /** True if the sandbox is new and must be initialised first. */
  readonly cold: boolean;
  readonly timeoutMs: number;
  readonly initTimeoutMs: number;
  readonly log: (line: string) => void;
}

/** Runs one invocation in a sandbox, and logs the platform's own lines around it. */
export async function runIn(sandbox: Sandbox, order: InvocationOrder): Promise<Outcome> {
  const { requestId, payload, functionArn, timeoutMs, initTimeoutMs, log, now } = order;
  const created = performance.now();
  let limitMs = initTimeoutMs;
  let end: PhaseEnd = 'ready';
  let initMs: number | undefined;
  if (order.cold) {
    end = await sandbox.initialise(initTimeoutMs);
    initMs = performance.now() - created;
  }
  log(startLine(order));
  const started = performance.now();
  if (end === 'ready') {
    limitMs = timeoutMs;
    const deadline = new Date(now() + timeoutMs);
    const traceId = newTraceId(now());
    const invocation = { requestId, payload, deadline, functionArn, traceId };
    end = await sandbox.invoke(invocation, timeoutMs);
  }
  const durationMs = performance.now() - started;
  const outcome = outcomeOf(end, sandbox.answer, { requestId, limitMs, now: now() });
  const measured = { durationMs, initMs, peakMb: sandbox.peakMemoryMb };
  for (const line of endLines(order, outcome, measured)) log(line);
  return outcome;
}

function newTraceId(now: number): string {
  const seconds = Math.floor(now / 1000).toString(16);
  const root = `1-${seconds}-${randomBytes(12).toString('hex')}`;
  return `Root=${root};Parent=${randomBytes(8).toString('hex')};Sampled=0`;
}
