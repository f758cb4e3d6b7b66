import type { Command } from '../core/event.ts';
import type { RunResult } from '../core/run-result.ts';
import { tick } from './commands/tick.ts';
import { reportRun } from './report-run.ts';
import { assertRenewalFits } from './steps/budget.ts';
import type { Report, Run } from './steps/run.ts';

/**
 * In: a run, and the command that its event holds. Out: the invocation's result.
 *
 * @throws the error that fails the invocation
 */
export async function runCommand(run: Run, command: Command): Promise<RunResult> {
  assertRenewalFits(run, command);
  return await reportRun(run, command, (report) => perform(run, command, report));
}

async function perform(run: Run, command: Command, report: Report): Promise<void> {
  if (command.action === 'tick') return await tick(run, report, command.shard);
  if (command.action === 'ignore') return;
  const { renewEach, renewOnNotice, rotate, status } = await import('./on-demand.ts');
  if (command.action === 'status') return await status(run, report);
  if (command.action === 'renew') {
    const { credentials, force, isNotice = false } = command;
    const work = isNotice ? renewOnNotice : renewEach;
    return await work(run, credentials, force, report);
  }
  report(await rotate(run, command));
}
