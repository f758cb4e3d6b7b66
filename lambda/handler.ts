import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { parseConfig } from '../core/config.ts';
import { asRotatorError, RotatorError } from '../core/errors.ts';
import { type Command, parseEvent } from '../core/event.ts';
import { epochSeconds } from '../core/instant.ts';
import { isShortLived } from '../core/renew-before.ts';
import { type CredentialOutcome, type RunResult, runError, runResult } from '../core/run-result.ts';
import { ImsTokenEndpoint } from './adapters/ims-token-endpoint.ts';
import { PowertoolsLog } from './adapters/powertools-log.ts';
import { PowertoolsMetrics } from './adapters/powertools-metrics.ts';
import { SecretsManager } from './adapters/secrets-manager.ts';
import { renew } from './commands/renew.ts';
import { rotate } from './commands/rotate.ts';
import { status, tick } from './commands/tick.ts';
import { renewalSeconds } from './steps/renew-credential.ts';
import { type Run, startRun } from './steps/run.ts';

/** What of Lambda's context is used. */
interface Context {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

// What is left of the deadline for ending in order: awaiting what was aborted, and the answer.
const marginMs = 1_500;

const config = parseConfig(process.env);
const secrets = new SecretsManager({ region: config.region }, config.writesPerSecond);

/**
 * The function's entry point, and the one place where its parts are put together.
 *
 * @param event see design: tick, renew, status, and a label event or a rotation of Secrets Manager
 * @returns metadata of at most 100 credentials
 * @throws RotatorError ERR_EVENT_INVALID, or of a rotation's step; AggregateError with a line for each
 * credential that failed
 */
export async function handler(event: unknown, context: Context): Promise<RunResult> {
  const command = parseEvent(event, config);
  const remainingMs = (): number => context.getRemainingTimeInMillis() - marginMs;
  const log = new PowertoolsLog(config.rotator, context.awsRequestId);
  using metrics = new PowertoolsMetrics(config.rotator);
  await using tokenEndpoint = new ImsTokenEndpoint(config);
  const run = startRun({
    config,
    now: () => epochSeconds(Date.now() / 1000),
    random: Math.random,
    sleep: (seconds, signal) => setTimeout(seconds * 1000, undefined, { signal }),
    remaining: () => remainingMs() / 1000,
    digest: (text) => createHash('sha256').update(text).digest('hex'),
    secrets,
    tokenEndpoint,
    log,
    metrics,
    signal: AbortSignal.timeout(Math.max(0, remainingMs())),
  });
  const { action } = command;
  const renews = action === 'tick' || action === 'renew' || action === 'rotate';
  if (renews && remainingMs() / 1000 < renewalSeconds(config)) {
    throw new RotatorError(
      'ERR_CONFIG_INVALID',
      `the function's time-out leaves no time for a renewal: it must be more than ${renewalSeconds(config)} seconds`,
    );
  }
  const outcomes = await runCommand(command, run).catch((error: unknown) => {
    const { code } = asRotatorError(error);
    log.error('run', { action, code });
    throw error;
  });
  const result = runResult(action, config.rotator, outcomes);
  const renewed = outcomes.filter(({ outcome }) => outcome === 'renewed');
  if (action !== 'status') metrics.add('Renewed', renewed.length);
  log.info('run', {
    action,
    step: action === 'rotate' ? command.step : undefined,
    managed: result.managed,
    reasons: result.reasons,
    outcomes: result.outcomes,
    failing: outcomes.filter(({ failing }) => failing).length,
    short_lived: renewed.filter(({ token }) => isShortLived(token, config.tick)).length,
  });
  const error = action === 'status' ? undefined : runError(outcomes);
  if (error !== undefined) throw error;
  return action === 'rotate' ? { ...result, step: command.step } : result;
}

async function runCommand(command: Command, run: Run): Promise<readonly CredentialOutcome[]> {
  switch (command.action) {
    case 'tick':
      return await tick(run);
    case 'status':
      return await status(run);
    case 'renew':
      return [await renew(run, command.credential, command.force)];
    case 'rotate':
      return [await rotate(run, command)];
    case 'ignore':
      return [];
  }
}
