import * as v from 'valibot';
import {
  defaultPrefix,
  defaultTick,
  mostShards,
  paceLimits,
  prefixPattern,
  prefixRule,
  rotatorNamePattern,
  rotatorNameRule,
  environmentVariables as variables,
} from './contract.ts';
import { RotatorError } from './errors.ts';
import { listProblems, problemsOf } from './problems.ts';
import { type HttpProxy, isProxyUrl, proxyUrlRule, readProxy } from './proxy.ts';
import { rotatingAmong, rotatingNames } from './rotating-names.ts';
import { isCredentialName } from './secret-name.ts';

/** The function's settings, from its environment. */
export interface Config {
  /** The rotator's name. */
  readonly rotator: string;
  /** The prefix of its secrets' names, without the slash that follows. */
  readonly prefix: string;
  /** ARNs of client secrets outside the prefix, by credential name. */
  readonly clientSecrets: ReadonlyMap<string, string>;
  /** The credentials that the stack declares. */
  readonly declared: ReadonlySet<string>;
  /** Those of them whose client secrets rotate. */
  readonly rotating?: ReadonlySet<string> | undefined;
  /** Seconds between two ticks. */
  readonly tick: number;
  readonly region: string;
  /** Credentials worked on at the same time. */
  readonly concurrency: number;
  /** Most requests to each IMS host in a second: a run's share, as of the writes. */
  readonly imsRequestsPerSecond: number;
  /** Most writes of secrets in a second: a run's share, as the runs of all shards may overlap. */
  readonly writesPerSecond: number;
  /** The number of schedules among which the credentials are divided. */
  readonly shards: number;
  /** Beginnings that many credentials' names share. */
  readonly shardStems: ReadonlySet<string>;
  /** IMS is asked whether it accepts each token before it is stored. */
  readonly validate: boolean;
  /** Replaces `https://{ims_host}`, for tests and local runs. */
  readonly imsEndpointUrl?: string | undefined;
  /** Replaces the Developer Console's API, for tests and local runs. */
  readonly consoleEndpointUrl?: string | undefined;
  /** The proxy to IMS and AWS. */
  readonly proxy?: HttpProxy | undefined;
  /** The ARN of the secret that holds the proxy's user name and password. */
  readonly proxySecret?: string | undefined;
}

const loopback = /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;
const adobe = /^https:\/\/([a-z0-9-]+\.)+adobelogin\.com$/;

export const imsEndpointRule = 'must be an origin on loopback, or https under .adobelogin.com';

/** True if client secrets may be sent to this origin instead of the credential's own host. */
export function isImsEndpoint(origin: string): boolean {
  return loopback.test(origin) || adobe.test(origin);
}

// Not those of API Mesh and Runtime, where any customer chooses what answers.
const adobeIo = /^https:\/\/(?!.*\b(?:graph|runtime)\b)([a-z0-9-]+\.)+adobe\.io$/;

export const consoleEndpointRule = 'must be an origin on loopback, or https under .adobe.io';

/** True if the tokens that manage client secrets may be sent to this origin. */
export function isConsoleEndpoint(origin: string): boolean {
  return loopback.test(origin) || adobeIo.test(origin);
}

function endpoint(isAllowed: (origin: string) => boolean, rule: string) {
  return v.optional(
    v.pipe(
      v.string(),
      v.transform((url) => url.replace(/\/$/, '')),
      v.check(isAllowed, rule),
    ),
  );
}

const proxyUrl = v.optional(v.pipe(v.string(), v.check(isProxyUrl, proxyUrlRule)));

const network = {
  HTTPS_PROXY: proxyUrl,
  https_proxy: proxyUrl,
  // With 0, Node.js trusts every certificate, and whoever is on the way reads what is sent.
  NODE_TLS_REJECT_UNAUTHORIZED: v.optional(
    v.pipe(v.string(), v.notValue('0', 'must not be 0: trust a certificate authority instead')),
  ),
};

/** True for a URL on this machine. */
export function isLoopback(url: string): boolean {
  return loopback.test(URL.parse(url)?.origin ?? '');
}

/** True if AWS may be called at this URL: requests to it carry secrets. */
export function isAwsEndpoint(text: string): boolean {
  return URL.parse(text)?.protocol === 'https:' || isLoopback(text);
}

const awsEndpointRule = 'must be an https URL, or one on loopback';

const awsEndpoint = v.optional(
  v.pipe(
    v.string(),
    v.check((text) => text === '' || isAwsEndpoint(text), awsEndpointRule),
  ),
);

const secretArn = /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@!-]+$/;

const clientSecrets = v.pipe(
  v.optional(v.string(), '{}'),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const parsed = readClientSecrets(dataset.value);
    if (parsed !== undefined) return parsed;
    addIssue({ message: 'must be a JSON object of credential names and ARNs of secrets' });
    return NEVER;
  }),
);

function credentialNames(rule: string) {
  return v.pipe(
    v.optional(v.string(), ''),
    v.transform((names) => new Set(names.split(',').filter((name) => name !== ''))),
    v.check((names) => [...names].every(isCredentialName), rule),
  );
}

function wholeNumber(standard: string, least: number, most: number) {
  return v.pipe(
    v.optional(v.string(), standard),
    v.regex(/^\d+$/, 'must be a whole number'),
    v.transform(Number),
    v.minValue(least, `must be at least ${least}`),
    v.maxValue(most, `must be at most ${most}`),
  );
}

function paceNumber(limits: (typeof paceLimits)[keyof typeof paceLimits]) {
  return wholeNumber(String(limits.standard), limits.least, limits.most);
}

const schema = v.object({
  [variables.name]: v.pipe(v.string(), v.regex(rotatorNamePattern, `must be ${rotatorNameRule}`)),
  [variables.prefix]: v.optional(
    v.pipe(v.string(), v.regex(prefixPattern, `must be ${prefixRule}`)),
  ),
  [variables.clientSecrets]: clientSecrets,
  [variables.declared]: credentialNames('must be credential names and commas'),
  [variables.rotating]: rotatingNames,
  [variables.tickSeconds]: wholeNumber(String(defaultTick), 60, 86_400),
  [variables.concurrency]: paceNumber(paceLimits.concurrency),
  [variables.imsRequestsPerSecond]: paceNumber(paceLimits.imsRequestsPerSecond),
  [variables.writesPerSecond]: paceNumber(paceLimits.writesPerSecond),
  [variables.shards]: wholeNumber('1', 1, mostShards),
  [variables.shardStems]: credentialNames('must be beginnings of credential names, and commas'),
  [variables.validate]: v.pipe(
    v.optional(v.string(), 'false'),
    v.picklist(['true', 'false'], 'must be true or false'),
  ),
  AWS_REGION: v.pipe(v.string(), v.minLength(1, 'is empty')),
  AWS_ENDPOINT_URL: awsEndpoint,
  AWS_ENDPOINT_URL_SECRETS_MANAGER: awsEndpoint,
  ...network,
  [variables.proxySecret]: v.optional(
    v.pipe(v.string(), v.regex(secretArn, 'must be the ARN of a secret')),
  ),
  [variables.imsEndpointUrl]: endpoint(isImsEndpoint, imsEndpointRule),
  [variables.consoleEndpointUrl]: endpoint(isConsoleEndpoint, consoleEndpointRule),
});

/**
 * Reads the settings from the environment.
 *
 * @throws RotatorError ERR_CONFIG_INVALID, which lists every problem by variable
 */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const parsed = v.safeParse(schema, environment, { abortPipeEarly: true });
  if (!parsed.success) throw invalid("the function's environment", parsed.issues);
  const { output } = parsed;
  const rotator = output[variables.name];
  const shards = output[variables.shards];
  const writesPerSecond = share(output[variables.writesPerSecond], shards);
  return {
    rotator,
    prefix: output[variables.prefix] ?? defaultPrefix(rotator),
    clientSecrets: output[variables.clientSecrets],
    declared: output[variables.declared],
    rotating: rotatingAmong(output[variables.declared], output[variables.rotating]),
    tick: output[variables.tickSeconds],
    region: output.AWS_REGION,
    concurrency: Math.min(output[variables.concurrency], mostWaiting * writesPerSecond),
    imsRequestsPerSecond: share(output[variables.imsRequestsPerSecond], shards),
    writesPerSecond,
    shards,
    shardStems: output[variables.shardStems],
    validate: output[variables.validate] === 'true',
    imsEndpointUrl: output[variables.imsEndpointUrl],
    consoleEndpointUrl: output[variables.consoleEndpointUrl],
    proxy: readProxy(environment),
    proxySecret: output[variables.proxySecret],
  };
}

/**
 * Checks what the environment says of proxies, certificates and AWS endpoints, the only settings that
 * the commands share with the function.
 *
 * @returns the AWS endpoints that replace the standard ones, by variable
 * @throws RotatorError ERR_CONFIG_INVALID, which lists every problem by variable
 */
export function parseNetworkSettings(
  environment: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, string> {
  const endpoints = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      /^AWS_ENDPOINT_URL(_[A-Z0-9_]+)?$/.test(entry[0]) && Boolean(entry[1]),
  );
  const names = endpoints.map(([name]) => [name, awsEndpoint]);
  const settings = v.object({ ...network, ...Object.fromEntries(names) });
  const parsed = v.safeParse(settings, environment, { abortPipeEarly: true });
  if (!parsed.success) throw invalid('the environment', parsed.issues);
  return new Map(endpoints);
}

/** Seconds that a token may wait for its turn to be stored, so that the end of a run loses none. */
const mostWaiting = 10;

function share(perSecond: number, shards: number): number {
  return Math.max(1, Math.floor(perSecond / shards));
}

function invalid(what: string, issues: Parameters<typeof problemsOf>[0]): RotatorError {
  const problems = problemsOf(issues);
  return new RotatorError('ERR_CONFIG_INVALID', `${what} is invalid: ${listProblems(problems)}`, {
    problems,
  });
}

function readClientSecrets(json: string): ReadonlyMap<string, string> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  const entries = v.safeParse(v.record(v.string(), v.string()), value);
  if (!entries.success) return undefined;
  const secrets = Object.entries(entries.output);
  const right = secrets.every(([name, arn]) => isCredentialName(name) && secretArn.test(arn));
  return right ? new Map(secrets) : undefined;
}
