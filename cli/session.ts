import { createHash } from 'node:crypto';
import { type EpochSeconds, epochSeconds } from '../core/instant.ts';
import type { Digest } from '../core/token-tags.ts';
import { Secrets } from './aws/secrets.ts';
import { type CommonOptions, checkOptions } from './common-options.ts';
import { Terminal } from './view/terminal.ts';

/** Everything outside that a command touches. */
export interface Session {
  readonly options: CommonOptions;
  readonly terminal: Terminal;
  readonly secrets: Secrets;
  readonly now: () => EpochSeconds;
  readonly digest: Digest;
  /** Aborts on Ctrl-C. Waits and reads end then; a write that has started is finished. */
  readonly signal: AbortSignal;
}

/**
 * Sets profile and Region in the environment, where every client of the AWS SDK reads them.
 *
 * @throws CliError ERR_USAGE for an invalid option
 */
export function startSession(
  options: CommonOptions,
  { env, stdin, stdout, stderr }: Pick<NodeJS.Process, 'env' | 'stdin' | 'stdout' | 'stderr'>,
  signal: AbortSignal,
): Session {
  checkOptions(options);
  const region = options.region || env['AWS_REGION'] || env['AWS_DEFAULT_REGION'];
  if (options.profile !== undefined) env['AWS_PROFILE'] = options.profile;
  if (region) env['AWS_REGION'] = region;
  // The SDK would use an empty one as the Region.
  else delete env['AWS_REGION'];
  return {
    options,
    terminal: new Terminal({ stdin, stdout, stderr }),
    secrets: new Secrets(signal),
    now: () => epochSeconds(Date.now() / 1000),
    digest: (text) => createHash('sha256').update(text).digest('hex'),
    signal,
  };
}
