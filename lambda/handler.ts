import { createHash } from 'node:crypto';
import { ImsTokenEndpoint } from './adapters/ims-token-endpoint.ts';
import { PowertoolsLog } from './adapters/powertools-log.ts';
import { SecretsManager } from './adapters/secrets-manager.ts';
import { parseConfig } from './core/config.ts';
import { type Command, parseEvent } from './core/event.ts';
import { epochSeconds } from './core/instant.ts';
import { type CredentialOutcome, type RunResult, runResult } from './core/run-result.ts';
import type { Deps } from './deps.ts';
import { renew } from './renew.ts';
import { status, tick } from './tick.ts';

/** What of Lambda's context is used. */
interface Context {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

// What is left of the deadline for ending in order: awaiting what was aborted, and the answer.
const marginMs = 1_500;

const config = parseConfig(process.env);
const secrets = new SecretsManager({ region: config.region });

/**
 * The function's entry point, and the one place where its parts are put together.
 *
 * @param event see design: tick, renew, status, or a label event of Secrets Manager
 * @returns metadata of at most 100 credentials
 * @throws RenewalError ERR_EVENT_INVALID; AggregateError with a line for each credential that failed
 */
export async function handler(event: unknown, context: Context): Promise<RunResult> {
  const command = parseEvent(event, config.prefix);
  const log = new PowertoolsLog(config.rotator, context.awsRequestId);
  await using tokenEndpoint = new ImsTokenEndpoint(config);
  const outcomes = await run(command, {
    config,
    now: () => epochSeconds(Date.now() / 1000),
    digest: (text) => createHash('sha256').update(text).digest('hex'),
    secrets,
    tokenEndpoint,
    log,
    signal: AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - marginMs)),
  });
  const action = command.action === 'ignore' ? 'renew' : command.action;
  const result = runResult(action, config.rotator, outcomes);
  log.info('run', {
    action,
    managed: result.managed,
    reasons: JSON.stringify(result.reasons),
    outcomes: JSON.stringify(result.outcomes),
  });
  if (action !== 'status') throwIfFailed(outcomes);
  return result;
}

async function run(command: Command, deps: Deps): Promise<readonly CredentialOutcome[]> {
  switch (command.action) {
    case 'tick':
      return await tick(deps);
    case 'status':
      return await status(deps);
    case 'renew':
      return [await renew(deps, command.credential, command.force)];
    case 'ignore':
      return [];
  }
}

function throwIfFailed(outcomes: readonly CredentialOutcome[]): void {
  const errors = outcomes.flatMap(({ error }) => (error === undefined ? [] : [error]));
  if (errors.length === 0) return;
  const lines = outcomes.flatMap(({ credential, error }) =>
    error === undefined ? [] : [`${credential}: ${error.code}: ${error.message}`],
  );
  const shown = lines.slice(0, 100);
  const more = lines.length > shown.length ? [`and ${lines.length - shown.length} more`] : [];
  throw new AggregateError(errors, [...shown, ...more].join('\n'));
}
