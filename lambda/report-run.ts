import { asRotatorError } from '../core/errors.ts';
import type { Command } from '../core/event.ts';
import type { CredentialOutcome } from '../core/outcome.ts';
import { tickMetrics } from '../core/run-metrics.ts';
import { type RunResult, runResult, tickError } from '../core/run-result.ts';
import { RunSummary } from '../core/run-summary.ts';
import { formatShard } from '../core/shard.ts';
import type { Report, Run } from './steps/run.ts';

/**
 * In: a command, and the work that carries it out and reports each outcome. Out: the invocation's
 * result, after the run was logged and counted.
 *
 * @throws the error that fails the invocation
 */
export async function reportRun(
  run: Run,
  command: Command,
  work: (report: Report) => Promise<void>,
): Promise<RunResult> {
  const { action } = command;
  const step = command.action === 'rotate' ? command.step : undefined;
  const shard =
    command.action === 'tick' && command.shard !== undefined
      ? formatShard(command.shard)
      : undefined;
  const summary = new RunSummary(run.config.tick);
  try {
    await work((outcome, place) => {
      summary.add(outcome, place);
      addDuration(run, outcome);
    });
  } catch (error) {
    run.log.error('run', { action, shard, code: asRotatorError(error).code });
    throw error;
  }
  const result = runResult(action, run.config.rotator, summary);
  if (action !== 'status') addMetrics(run, command, summary);
  if (shard !== undefined) run.metrics.alsoFor(shard);
  run.log.info('run', {
    action,
    step,
    shard,
    managed: result.managed,
    reasons: result.reasons,
    outcomes: result.outcomes,
    failing: summary.failing,
    failed_replicas: summary.failedReplicas,
    short_lived: summary.shortLived,
  });
  const error = errorOf(action, summary);
  if (error !== undefined) throw error;
  return { ...result, step };
}

function addDuration({ metrics }: Run, { outcome, duration }: CredentialOutcome): void {
  if (outcome !== 'renewed' || duration === undefined) return;
  metrics.add('RenewalDuration', Math.round(duration * 1000));
}

function addMetrics({ config, metrics, now }: Run, command: Command, summary: RunSummary): void {
  // Only a tick has seen every credential, of its shard at least; less says nothing about the whole.
  if (command.action === 'tick') {
    const { values, properties } = tickMetrics(summary, now());
    // Or a schedule that somebody changed to a part of the fleet would keep the alarm on silence quiet.
    const isPass = command.shard === undefined || command.shard.of === config.shards;
    for (const [name, value] of values) if (isPass || name !== 'Ticks') metrics.add(name, value);
    for (const [name, value] of properties) metrics.tell(name, value);
  }
  metrics.add('Renewed', summary.outcomes.renewed ?? 0);
}

/** A run of one credential fails with its error, so that callers get the code as Lambda's errorType. */
function errorOf(action: Command['action'], summary: RunSummary): Error | undefined {
  const isSingle = action === 'renew' && summary.managed === 1;
  if (isSingle) return summary.failures.items[0]?.failure;
  return action === 'tick' || action === 'renew' ? tickError(summary) : undefined;
}
