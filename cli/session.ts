import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { parseNetworkSettings } from '../core/config.ts';
import { asRotatorError } from '../core/errors.ts';
import { type EpochSeconds, epochSeconds } from '../core/instant.ts';
import { type HttpProxy, readProxy } from '../core/proxy.ts';
import type { Digest } from '../core/token-tags.ts';
import { type CaFile, trustCaFiles } from './aws/ca-certificates.ts';
import { endpointOverrides } from './aws/endpoints.ts';
import { readPipesForSdk } from './aws/named-pipes.ts';
import { Secrets } from './aws/secrets.ts';
import { type CommonOptions, checkOptions } from './common-options.ts';
import { CliError } from './errors.ts';
import { Terminal } from './view/terminal.ts';

/** The way that every connection of a command takes. */
export interface Network {
  readonly proxy: HttpProxy | undefined;
  /** HTTP_PROXY is set, but no proxy for https. */
  readonly hasOnlyHttpProxy: boolean;
  readonly caFiles: readonly CaFile[];
}

/** Everything outside that a command touches. */
export interface Session {
  readonly options: CommonOptions;
  readonly terminal: Terminal;
  readonly secrets: Secrets;
  readonly network: Network;
  readonly now: () => EpochSeconds;
  /** Resolves after that many seconds; rejects on Ctrl-C. */
  readonly sleep: (seconds: number) => Promise<void>;
  readonly digest: Digest;
  /** Aborts on Ctrl-C. Waits and reads end then; a write that has started is finished. */
  readonly signal: AbortSignal;
}

/**
 * Sets profile and Region in the environment, where every client of the AWS SDK reads them.
 *
 * @throws CliError ERR_USAGE for an invalid option, ERR_CONFIG_INVALID for an invalid environment
 */
export async function startSession(
  options: CommonOptions,
  { env, stdin, stdout, stderr }: Pick<NodeJS.Process, 'env' | 'stdin' | 'stdout' | 'stderr'>,
  signal: AbortSignal,
): Promise<Session> {
  checkOptions(options);
  const region = options.region || env['AWS_REGION'] || env['AWS_DEFAULT_REGION'];
  if (options.profile !== undefined) env['AWS_PROFILE'] = options.profile;
  if (region) env['AWS_REGION'] = region;
  // The SDK would use an empty one as the Region.
  else delete env['AWS_REGION'];
  await readPipesForSdk(env, signal);
  const terminal = new Terminal({ stdin, stdout, stderr });
  const variables = new Set<string>();
  for (const [variable, url] of awsEndpoints(env)) {
    const origin = URL.parse(url)?.origin ?? url;
    variables.add(origin);
    terminal.note(`${variable}: AWS is called at ${origin}`);
  }
  for (const origin of await endpointOverrides()) {
    if (!variables.has(origin)) terminal.note(`AWS profile: AWS is called at ${origin}`);
  }
  return {
    options: { ...options, profile: options.profile ?? profileBesideKeys(env) },
    terminal,
    secrets: new Secrets(signal),
    network: await networkOf(env, signal),
    now: () => epochSeconds(Date.now() / 1000),
    sleep: (seconds) => setTimeout(seconds * 1000, undefined, { signal }),
    digest: (text) => createHash('sha256').update(text).digest('hex'),
    signal,
  };
}

/** The SDK prefers the variable to keys beside it, the AWS CLI the keys: printed commands name the profile. */
function profileBesideKeys(env: NodeJS.ProcessEnv): string | undefined {
  const hasKeys = env['AWS_ACCESS_KEY_ID'] && env['AWS_SECRET_ACCESS_KEY'];
  return (hasKeys && env['AWS_PROFILE']) || undefined;
}

async function networkOf(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Network> {
  const proxy = readProxy(env);
  const httpProxy = env['http_proxy'] ?? env['HTTP_PROXY'] ?? '';
  const hasOnlyHttpProxy = proxy === undefined && httpProxy !== '';
  return { proxy, hasOnlyHttpProxy, caFiles: await trustCaFiles(env, signal) };
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
