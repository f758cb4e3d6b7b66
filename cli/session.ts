import { createHash } from 'node:crypto';
import { isLoopback, parseNetworkSettings } from '../core/config.ts';
import { asRotatorError } from '../core/errors.ts';
import { type EpochSeconds, epochSeconds } from '../core/instant.ts';
import type { Digest } from '../core/token-tags.ts';
import { Secrets } from './aws/secrets.ts';
import { CliError } from './errors.ts';
import { Terminal } from './view/terminal.ts';

/** Options that every command takes. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly rotator?: string;
  readonly prefix?: string;
  readonly profile?: string;
  readonly region?: string;
}

/** All that a command touches outside itself. */
export interface Session {
  readonly options: CommonOptions;
  readonly terminal: Terminal;
  readonly secrets: Secrets;
  readonly now: () => EpochSeconds;
  readonly digest: Digest;
  /** Aborts on Ctrl-C. What only waits or reads ends then; a write that was begun is finished. */
  readonly signal: AbortSignal;
}

/** The AWS SDK takes profile and Region from the environment, and from there alone for every client. */
export function startSession(
  options: CommonOptions,
  { env, stdin, stdout, stderr }: Pick<NodeJS.Process, 'env' | 'stdin' | 'stdout' | 'stderr'>,
  signal: AbortSignal,
): Session {
  const region = options.region || env['AWS_REGION'] || env['AWS_DEFAULT_REGION'];
  if (options.profile !== undefined) env['AWS_PROFILE'] = options.profile;
  if (region) env['AWS_REGION'] = region;
  // The SDK takes an empty one for a Region.
  else delete env['AWS_REGION'];
  const terminal = new Terminal({ stdin, stdout, stderr });
  for (const [variable, url] of awsEndpoints(env)) {
    if (!isLoopback(url)) terminal.note(`${variable}: AWS is called at ${URL.parse(url)?.origin}`);
  }
  return {
    options,
    terminal,
    secrets: new Secrets(signal),
    now: () => epochSeconds(Date.now() / 1000),
    digest: (text) => createHash('sha256').update(text).digest('hex'),
    signal,
  };
}

/** @throws CliError ERR_CONFIG_INVALID when AWS or a proxy cannot be called as the environment says */
function awsEndpoints(env: NodeJS.ProcessEnv): ReadonlyMap<string, string> {
  try {
    return parseNetworkSettings(env);
  } catch (error) {
    const { code, message } = asRotatorError(error);
    throw new CliError(code, message, 'correct the variable, or unset it', { cause: error });
  }
}
