import { asRotatorError } from '../core/errors.ts';
import type { Command } from '../core/event.ts';
import type { CredentialOutcome } from '../core/outcome.ts';
import { isShortLived } from '../core/renew-before.ts';
import { tickMetrics } from '../core/run-metrics.ts';
import { credentialError, type RunResult, runResult, tickError } from '../core/run-result.ts';
import { formatShard } from '../core/shard.ts';
import type { Run } from './steps/run.ts';

/**
 * In: a command, and the work that carries it out. Out: the invocation's result, after the run was
 * logged and counted.
 *
 * @throws the error that fails the invocation
 */
export async function reportRun(
  run: Run,
  command: Command,
  work: Promise<readonly CredentialOutcome[]>,
): Promise<RunResult> {
  const { action } = command;
  const step = command.action === 'rotate' ? command.step : undefined;
  const shard =
    command.action === 'tick' && command.shard !== undefined
      ? formatShard(command.shard)
      : undefined;
  const outcomes = await work.catch((error: unknown) => {
    run.log.error('run', { action, shard, code: asRotatorError(error).code });
    throw error;
  });
  const result = runResult(action, run.config.rotator, outcomes);
  if (action !== 'status') addMetrics(run, action, outcomes);
  if (shard !== undefined) run.metrics.alsoFor(shard);
  const renewed = outcomes.filter(({ outcome }) => outcome === 'renewed');
  run.log.info('run', {
    action,
    step,
    shard,
    managed: result.managed,
    reasons: result.reasons,
    outcomes: result.outcomes,
    failing: outcomes.filter(({ failing }) => failing).length,
    failed_replicas: renewed.filter(({ hasFailedReplica }) => hasFailedReplica === true).length,
    short_lived: renewed.filter(({ token }) => isShortLived(token, run.config.tick)).length,
  });
  const error = errorOf(action, outcomes);
  if (error !== undefined) throw error;
  return { ...result, step };
}

function addMetrics(
  { metrics, now }: Run,
  action: Command['action'],
  outcomes: readonly CredentialOutcome[],
): void {
  const renewed = outcomes.filter(({ outcome }) => outcome === 'renewed');
  for (const { duration } of renewed) {
    if (duration !== undefined) metrics.add('RenewalDuration', Math.round(duration * 1000));
  }
  // Only a tick has seen every credential, of its shard at least; less says nothing about the whole.
  if (action === 'tick') {
    const { values, properties } = tickMetrics(outcomes, now());
    for (const [name, value] of values) metrics.add(name, value);
    for (const [name, value] of properties) metrics.tell(name, value);
  }
  metrics.add('Renewed', renewed.length);
}

function errorOf(
  action: Command['action'],
  outcomes: readonly CredentialOutcome[],
): Error | undefined {
  const [outcome, ...others] = outcomes;
  const isSingle = action === 'renew' && others.length === 0;
  if (isSingle) return outcome && credentialError(outcome);
  return action === 'tick' || action === 'renew' ? tickError(outcomes) : undefined;
}
