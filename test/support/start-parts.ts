import { createHash } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { onTestFinished } from 'vitest';
import { epochSeconds } from '../../core/instant.ts';
import type { Deps } from '../../core/ports.ts';
import { ConsoleApiEmulator } from '../../emulators/console-api/emulator.ts';
import { ImsEmulator } from '../../emulators/ims/emulator.ts';
import {
  SecretsManagerEmulator,
  type SecretsManagerOptions,
} from '../../emulators/secrets-manager/emulator.ts';
import { DeveloperConsole } from '../../lambda/adapters/console-endpoint.ts';
import { ImsTokenEndpoint } from '../../lambda/adapters/ims-token-endpoint.ts';
import { SecretsManager } from '../../lambda/adapters/secrets-manager.ts';
import { timeouts } from '../../lambda/steps/budget.ts';
import { type Run, startRun } from '../../lambda/steps/run.ts';
import { digest, now } from './builders.ts';
import { expectNoSecrets } from './no-secrets.ts';

/** A clock that stands still until it is advanced. */
export class FakeClock {
  /** Epoch seconds. */
  seconds: number = now;

  advance(seconds: number): void {
    this.seconds += seconds;
  }
}

export interface Line {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Parts {
  readonly clock: FakeClock;
  readonly secretsManager: SecretsManagerEmulator;
  readonly ims: ImsEmulator;
  readonly consoleApi: ConsoleApiEmulator;
  /** Starts a new invocation. */
  readonly run: (overrides?: Partial<Deps>) => Run;
  /** The adapter for IMS, with a time-out in seconds. */
  readonly tokenEndpoint: (timeout: number) => ImsTokenEndpoint;
  readonly lines: Line[];
  readonly metrics: [name: string, value: number][];
  /** The shards under which a run was counted too. */
  readonly shards: string[];
  /** The properties beside the metrics. */
  readonly properties: Map<string, string>;
  /** No line and no metric may hold one of these: checked when the test ends. */
  readonly secrets: Set<string>;
}

export interface PartsOptions extends Pick<SecretsManagerOptions, 'authorize'> {
  /** The credentials whose client secrets the stack has rotate. */
  readonly rotating?: ReadonlySet<string> | undefined;
}

/** Starts the real adapters against the emulators, in this process and on a fake clock. */
export async function startParts(
  overrides: Partial<Deps> = {},
  { rotating, ...world }: PartsOptions = {},
): Promise<Parts> {
  const clock = new FakeClock();
  const nowMs = (): number => clock.seconds * 1000;
  const secretsManager = new SecretsManagerEmulator({ now: nowMs, ...world });
  const ims = new ImsEmulator({ now: nowMs });
  const consoleApi = new ConsoleApiEmulator(ims, { now: nowMs });
  const servers = [secretsManager, ims, consoleApi];
  await Promise.all(servers.map((server) => server.start()));
  onTestFinished(async () => {
    await Promise.all(servers.map((server) => server.stop()));
  });
  const consoleEndpoint = new DeveloperConsole({
    consoleEndpointUrl: consoleApi.url,
    timeouts: timeouts.console,
  });
  onTestFinished(() => consoleEndpoint[Symbol.asyncDispose]());
  const tokenEndpoint = (seconds: number): ImsTokenEndpoint => {
    const endpoint = new ImsTokenEndpoint({
      imsEndpointUrl: ims.url,
      timeouts: { connect: seconds, headers: seconds, total: seconds },
    });
    onTestFinished(() => endpoint[Symbol.asyncDispose]());
    return endpoint;
  };
  const lines: Line[] = [];
  const metrics: Parts['metrics'] = [];
  const shards: string[] = [];
  const properties: Parts['properties'] = new Map();
  const secrets: Parts['secrets'] = new Set();
  onTestFinished(() => {
    expectNoSecrets(JSON.stringify([lines, metrics]), [...secrets].slice(0, 20));
  });
  const write =
    (level: Line['level']) =>
    (message: string, fields: Line['fields']): void => {
      lines.push({ level, message, fields });
    };
  const deps: Omit<Deps, 'signal'> = {
    config: {
      rotator: 'prod',
      prefix: 'ims-token-rotator/prod',
      clientSecrets: new Map(),
      declared: new Set(),
      tick: 900,
      region: 'us-east-1',
      validate: false,
      concurrency: 8,
      imsRequestsPerSecond: 40,
      writesPerSecond: 40,
      shards: 1,
      shardStems: new Set(),
      rotating,
    },
    now: () => epochSeconds(clock.seconds),
    random: () => 0.5,
    sleep: () => Promise.resolve(),
    remaining: () => 600,
    digest,
    secrets: new SecretsManager({
      region: 'us-east-1',
      endpoint: secretsManager.url,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      timeouts: timeouts.secretsManager,
      writesPerSecond: 10_000,
    }),
    tokenEndpoint: tokenEndpoint(5),
    consoleEndpoint,
    log: { info: write('info'), warn: write('warn'), error: write('error') },
    metrics: {
      add: (name, value) => metrics.push([name, value]),
      alsoFor: (shard) => shards.push(shard),
      tell: (name, value) => properties.set(name, value),
    },
    ...overrides,
  };
  return {
    clock,
    secretsManager,
    ims,
    consoleApi,
    lines,
    metrics,
    shards,
    properties,
    secrets,
    tokenEndpoint,
    // Each run has its own deadline, as each invocation has.
    run: (more = {}) => startRun({ signal: AbortSignal.timeout(60_000), ...deps, ...more }),
  };
}

/** The client secret of a seeded credential: no part of it stands in a name or a client id. */
export function clientSecretOf(credential: string): string {
  return `p8e-${createHash('sha256').update(credential).digest('base64url').slice(0, 24)}`;
}

/** Registers a client at IMS, and seeds its credential with an empty token secret. */
export function seedCredential(
  { secretsManager, ims, secrets }: Parts,
  credential: string,
  tags: Readonly<Record<string, string>> = {},
  imsHost = 'ims-na1.adobelogin.com',
): void {
  const clientId = `client-${credential}`;
  const clientSecret = clientSecretOf(credential);
  secrets.add(clientSecret);
  ims.registerClient({ clientId, clientSecrets: [clientSecret], scopes: ['openid'] });
  const prefix = `ims-token-rotator/prod/${credential}`;
  secretsManager.seed({ name: `${prefix}/token`, tags });
  secretsManager.seed({
    name: `${prefix}/client`,
    secretString: JSON.stringify({
      client_id: clientId,
      client_secret: clientSecret,
      scope: 'openid',
      ims_host: imsHost,
    }),
  });
}

/** As `seedCredential`, with a stored token that has 60 seconds left. */
export function seedDueCredential(parts: Parts, credential: string): void {
  seedCredential(parts, credential);
  const at = (seconds: number): string =>
    new Date((parts.clock.seconds + seconds) * 1000).toISOString();
  parts.secretsManager.seed({
    name: `ims-token-rotator/prod/${credential}/token`,
    versionId: '019ac0de-0000-4000-8000-000000000000',
    secretString: JSON.stringify({
      access_token: 'the-old-token-0123456789',
      issued_at: at(-86_339),
      expires_at: at(60),
    }),
  });
}

/** An SDK client that belongs to the test, not to the function. */
export function plainClient({
  secretsManager,
}: {
  readonly secretsManager: SecretsManagerEmulator;
}): SecretsManagerClient {
  const client = new SecretsManagerClient({
    region: 'us-east-1',
    endpoint: secretsManager.url,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  onTestFinished(() => client.destroy());
  return client;
}

/** Reads the token as a consumer does; undefined while there is none. */
export async function readToken(parts: Parts, credential: string) {
  try {
    const SecretId = `ims-token-rotator/prod/${credential}/token`;
    const { VersionId, SecretString } = await plainClient(parts).send(
      new GetSecretValueCommand({ SecretId }),
    );
    const token = /"access_token":"([^"]+)"/.exec(SecretString ?? '')?.[1];
    if (token !== undefined) parts.secrets.add(token);
    return { VersionId, SecretString };
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}
