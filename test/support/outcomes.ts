import type { CredentialOutcome } from '../../core/outcome.ts';
import { tickError } from '../../core/run-result.ts';
import { RunSummary } from '../../core/run-summary.ts';
import type { Shard } from '../../core/shard.ts';
import { status as reportStatus } from '../../lambda/commands/status.ts';
import { tick as reportTick } from '../../lambda/commands/tick.ts';
import { reportRun } from '../../lambda/report-run.ts';
import type { Report, Run } from '../../lambda/steps/run.ts';

/** Every outcome of a tick: those of the work that it did, in its order, then the others. */
export async function tick(run: Run, shard?: Shard): Promise<readonly CredentialOutcome[]> {
  return await collect((report) => reportTick(run, report, shard));
}

export async function status(run: Run): Promise<readonly CredentialOutcome[]> {
  return await collect((report) => reportStatus(run, report));
}

/** Runs a tick and reports it; ignores the error that would fail the invocation. */
export async function countedTick(run: Run): Promise<readonly CredentialOutcome[]> {
  return await collect(async (report) => {
    await reportRun(run, { action: 'tick' }, (count) =>
      reportTick(run, (outcome, place) => {
        count(outcome, place);
        report(outcome, place);
      }),
    ).catch(() => undefined);
  });
}

async function collect(
  work: (report: Report) => Promise<void>,
): Promise<readonly CredentialOutcome[]> {
  const reported: { readonly outcome: CredentialOutcome; readonly place: number }[] = [];
  await work((outcome, place = Number.MAX_SAFE_INTEGER) => reported.push({ outcome, place }));
  return reported.toSorted((a, b) => a.place - b.place).map(({ outcome }) => outcome);
}

export function summaryOf(outcomes: readonly CredentialOutcome[], tickSeconds = 900): RunSummary {
  const summary = new RunSummary(tickSeconds);
  for (const outcome of outcomes) summary.add(outcome);
  return summary;
}

/** The error with which these outcomes fail a tick. */
export function failureOf(outcomes: readonly CredentialOutcome[]): AggregateError | undefined {
  return tickError(summaryOf(outcomes));
}
