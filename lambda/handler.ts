// In: an event and Lambda's context. Out: the run's result, or the error that fails the invocation.
import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { parseConfig } from '../core/config.ts';
import { parseEvent } from '../core/event.ts';
import { epochSeconds } from '../core/instant.ts';
import type { RunResult } from '../core/run-result.ts';
import { ConsoleOnDemand } from './adapters/console-on-demand.ts';
import { ImsOnDemand } from './adapters/ims-on-demand.ts';
import { PowertoolsLog } from './adapters/powertools-log.ts';
import { PowertoolsMetrics } from './adapters/powertools-metrics.ts';
import { sdkSettings } from './adapters/sdk-settings.ts';
import { SecretsManager } from './adapters/secrets-manager.ts';
import { runCommand } from './run-command.ts';
import { closingSeconds, timeouts } from './steps/budget.ts';
import { proxyCredentials } from './steps/proxy-credentials.ts';
import { newMemory, startRun } from './steps/run.ts';

/** The parts of Lambda's context that are used. */
interface Context {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

const config = parseConfig(process.env);
const secrets = new SecretsManager({
  ...sdkSettings(process.env),
  region: config.region,
  timeouts: timeouts.secretsManager,
  writesPerSecond: config.writesPerSecond,
  proxy: config.proxy,
});

const tokenEndpoint = new ImsOnDemand({
  open: async () => {
    const { ImsTokenEndpoint } = await import('./adapters/ims-token-endpoint.ts');
    return new ImsTokenEndpoint({
      ...config,
      proxyCredentials: proxyCredentials(config, secrets),
      timeouts: timeouts.ims,
    });
  },
  // A proxy's password is read anew for each invocation.
  isReusable: config.proxy === undefined,
});
const openConsole = async () => {
  const { DeveloperConsole } = await import('./adapters/console-endpoint.ts');
  return new DeveloperConsole({
    ...config,
    proxyCredentials: proxyCredentials(config, secrets),
    timeouts: timeouts.console,
  });
};
const log = new PowertoolsLog(config.rotator);
const counted = new PowertoolsMetrics(config.rotator);
const memory = newMemory();

/**
 * The function's entry point, which wires its parts and nothing else.
 *
 * @param event a tick, renew or status event, a label event, or a step of Secrets Manager's rotation
 * @returns metadata of at most 100 credentials
 * @throws RotatorError ERR_EVENT_INVALID, ERR_CONFIG_INVALID, or the failure of a renewal or a
 * rotation's step; AggregateError with a line for each failure that began in a tick
 */
export async function handler(event: unknown, context: Context): Promise<RunResult> {
  const command = parseEvent(event, config);
  const remaining = (): number => context.getRemainingTimeInMillis() / 1000 - closingSeconds;
  using metrics = counted;
  log.begin(context.awsRequestId);
  await using ims = await tokenEndpoint.begin();
  await using consoleEndpoint = new ConsoleOnDemand(openConsole);
  const run = startRun(
    {
      config,
      now: () => epochSeconds(Date.now() / 1000),
      random: Math.random,
      sleep: (seconds, signal) => setTimeout(seconds * 1000, undefined, { signal }),
      remaining,
      digest: (text) => createHash('sha256').update(text).digest('hex'),
      secrets,
      tokenEndpoint: ims,
      consoleEndpoint,
      log,
      metrics,
      signal: AbortSignal.timeout(Math.max(0, Math.floor(remaining() * 1000))),
    },
    memory,
  );
  return await runCommand(run, command);
}
