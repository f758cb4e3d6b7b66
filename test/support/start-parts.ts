import { onTestFinished } from 'vitest';
import { ImsTokenEndpoint } from '../../lambda/adapters/ims-token-endpoint.ts';
import { SecretsManager } from '../../lambda/adapters/secrets-manager.ts';
import { epochSeconds } from '../../lambda/core/instant.ts';
import type { Deps } from '../../lambda/deps.ts';
import { ImsEmulator } from '../../local/ims/ims-emulator.ts';
import { SecretsManagerEmulator } from '../../local/secrets-manager/server.ts';
import { digest, now } from './builders.ts';

/** A clock that stands still until it is told. */
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
  readonly deps: Deps;
  readonly lines: Line[];
}

/** The real adapters against the emulators, in this process and on a clock of the test's own. */
export async function startParts(overrides: Partial<Deps> = {}): Promise<Parts> {
  const clock = new FakeClock();
  const nowMs = (): number => clock.seconds * 1000;
  const secretsManager = new SecretsManagerEmulator({ now: nowMs });
  const ims = new ImsEmulator({ now: nowMs });
  await Promise.all([secretsManager.start(), ims.start()]);
  onTestFinished(async () => {
    await Promise.all([secretsManager.stop(), ims.stop()]);
  });
  const tokenEndpoint = new ImsTokenEndpoint({
    imsEndpointUrl: ims.url,
    timeouts: { connect: 1_000, headers: 1_000, total: 1_000 },
  });
  onTestFinished(() => tokenEndpoint[Symbol.asyncDispose]());
  const lines: Line[] = [];
  const write =
    (level: Line['level']) =>
    (message: string, fields: Line['fields']): void => {
      lines.push({ level, message, fields });
    };
  return {
    clock,
    secretsManager,
    ims,
    lines,
    deps: {
      config: { rotator: 'prod', prefix: 'ims-token-rotator/prod', tick: 900, region: 'us-east-1' },
      now: () => epochSeconds(clock.seconds),
      digest,
      secrets: new SecretsManager({
        region: 'us-east-1',
        endpoint: secretsManager.url,
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        maxAttempts: 1,
      }),
      tokenEndpoint,
      log: { info: write('info'), warn: write('warn'), error: write('error') },
      signal: AbortSignal.timeout(60_000),
      ...overrides,
    },
  };
}

/** A registered client, and its credential with an empty token secret. */
export function seedCredential(
  { secretsManager, ims }: Parts,
  credential: string,
  tags: Readonly<Record<string, string>> = {},
): void {
  const clientId = `client-${credential}`;
  const clientSecret = `secret-of-${credential}`;
  ims.registerClient({ clientId, clientSecrets: [clientSecret], scopes: ['openid'] });
  const prefix = `ims-token-rotator/prod/${credential}`;
  secretsManager.seed({ name: `${prefix}/token`, tags });
  secretsManager.seed({
    name: `${prefix}/client`,
    secretString: JSON.stringify({
      client_id: clientId,
      client_secret: clientSecret,
      scope: 'openid',
    }),
  });
}
