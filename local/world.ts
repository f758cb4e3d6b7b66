import { join } from 'node:path';
import {
  defaultPrefix,
  defaultTick,
  environmentVariables,
  type SecretKind,
  secretName,
} from '../core/contract.ts';
import { type AlarmChange, evaluateAlarms } from '../emulators/account/alarm-evaluation.ts';
import { AwsEndpoint } from '../emulators/account/aws-endpoint.ts';
import { embeddedMetrics } from '../emulators/account/embedded-metrics.ts';
import { secretsManagerEvent } from '../emulators/account/secrets-trail.ts';
import { ConsoleApiEmulator } from '../emulators/console-api/emulator.ts';
import { ImsEmulator } from '../emulators/ims/emulator.ts';
import { ProductApiEmulator } from '../emulators/ims/product-api.ts';
import { LambdaEmulator, type LambdaEmulatorOptions } from '../emulators/lambda/emulator.ts';
import { defaultCredentials, type FunctionDefinition } from '../emulators/lambda/environment.ts';
import { SecretsManagerEmulator } from '../emulators/secrets-manager/emulator.ts';
import type { SecretLabelUpdated } from '../emulators/secrets-manager/label-event.ts';
import type { Authorize } from '../emulators/wire/authorization.ts';
import { defaultRegion } from '../emulators/wire/aws-options.ts';
import { furnishAccount } from './deployed-account.ts';
import { type LocalCredentials, randomRoleCredentials } from './random-credentials.ts';

export interface WorldOptions {
  /** The rotator's name. @default 'local' */
  readonly rotator?: string | undefined;
  /** The function's IMS; `'adobe'` is the real one. @default the stand-in */
  readonly imsEndpointUrl?: string | undefined;
  /** Additional environment of the function, for example a proxy. @default none */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** The function's time-out. @default 600, as in the stack */
  readonly timeoutSeconds?: number | undefined;
  /** True if a stored credential is renewed at once, as by the stack's event rule. @default true */
  readonly eventRule?: boolean | undefined;
  /** The clock of everything but the function, in milliseconds. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** The only credentials that the servers accept, beside the function's. @default any */
  readonly credentials?: LocalCredentials | undefined;
  /** Authorizes every call of AWS, including the function's. @default allows every call */
  readonly authorize?: Authorize | undefined;
}

/** True if this runs in the package's compiled `dist/cli/`, false if from source. */
export const isPackaged = import.meta.dirname.endsWith(join('dist', 'cli'));

/** The function's bundle. */
export const bundle = join(
  import.meta.dirname,
  isPackaged ? '../lambda' : '../dist/lambda',
  'index.mjs',
);

/** The embedded world: everything of AWS and Adobe that a rotator needs, and a rotator. */
export class World {
  readonly region = defaultRegion;
  readonly functionName: string;
  /** The prefix of the rotator's secret names, without the slash that follows. */
  readonly prefix: string;
  readonly secretsManager: SecretsManagerEmulator;
  readonly ims: ImsEmulator;
  readonly productApi: ProductApiEmulator;
  readonly consoleApi: ConsoleApiEmulator;
  readonly lambda: LambdaEmulator;
  /** The endpoint of all AWS services, including those with their own. */
  readonly aws: AwsEndpoint;
  /** The credentials for clients of this world. */
  readonly credentials: LocalCredentials;
  readonly #options: WorldOptions;
  readonly #now: () => number;

  constructor(options: WorldOptions = {}, lambda: LambdaEmulatorOptions = {}) {
    const { rotator = 'local' } = options;
    this.#options = options;
    this.functionName = `rotator-${rotator}`;
    this.prefix = defaultPrefix(rotator);
    const { now = Date.now, authorize = () => true } = options;
    this.#now = now;
    this.credentials = options.credentials ?? { accessKeyId: 'local', secretAccessKey: 'local' };
    const roleCredentials =
      lambda.credentials ??
      (options.credentials === undefined ? defaultCredentials : randomRoleCredentials());
    const accessKeyIds = options.credentials && [
      options.credentials.accessKeyId,
      roleCredentials.accessKeyId,
    ];
    this.ims = new ImsEmulator({ now });
    this.productApi = new ProductApiEmulator(this.ims);
    this.consoleApi = new ConsoleApiEmulator(this.ims, { now });
    this.aws = new AwsEndpoint({
      now,
      authorize,
      accessKeyIds,
      services: new Map([
        ['secretsmanager', (request) => this.secretsManager.answer(request)],
        ['lambda', (request) => this.lambda.answer(request)],
      ]),
    });
    const { account } = this.aws;
    const principalOf = account.principal.bind(account);
    const keyState = (keyId: string) => account.key(keyId)?.state;
    const common = { authorize, principalOf, accessKeyIds };
    this.secretsManager = new SecretsManagerEmulator({ ...common, now, keyState });
    this.secretsManager.onCall((call) => account.recordEvent(secretsManagerEvent(account, call)));
    this.lambda = new LambdaEmulator({
      ...common,
      ...lambda,
      credentials: roleCredentials,
      onLog: (functionName, line) => {
        for (const value of embeddedMetrics(line)) account.recordMetric(value);
        lambda.onLog?.(functionName, line);
      },
      onInvoked: (functionName, outcome, durationMs) => {
        const isRun = outcome !== 'throttled';
        const name = isRun ? 'Errors' : 'Throttles';
        this.#countInvocation(functionName, name, outcome === 'success' ? 0 : 1);
        if (isRun) this.#countInvocation(functionName, 'Invocations', 1);
        if (durationMs !== undefined) this.#countInvocation(functionName, 'Duration', durationMs);
      },
      onEventDropped: (event) => {
        this.#countInvocation(event.functionName, 'AsyncEventsDropped', 1);
        lambda.onEventDropped?.(event);
      },
    });
    furnishAccount(account, {
      rotator,
      functionName: this.functionName,
      functionAccessKeyId: roleCredentials.accessKeyId,
    });
  }

  /** @param port the first of six consecutive ports, or 0 for any free ones. @default 0 */
  async start(port = 0): Promise<void> {
    const { secretsManager, ims, productApi, lambda, aws, consoleApi } = this;
    const servers = [secretsManager, ims, productApi, lambda, aws, consoleApi];
    const portOf = (index: number): number => (port === 0 ? 0 : port + index);
    const starts = servers.map((server, index) => server.start(portOf(index)));
    await Promise.allSettled(starts);
    try {
      await Promise.all(starts);
    } catch (error) {
      await this.stop();
      throw error;
    }
    const urls = { secretsManager: secretsManager.url, ims: ims.url, consoleApi: consoleApi.url };
    const functionArn = this.lambda.createFunction(this.functionDefinition(urls));
    this.secretsManager.registerRotationFunction(functionArn, async (event) => {
      const { functionError, payload } = await this.lambda.invoke(this.functionName, event);
      if (functionError !== undefined) throw new Error(`${event.Step} failed`, { cause: payload });
    });
    if (this.#options.eventRule ?? true) {
      this.secretsManager.onLabelUpdated(async (event) => {
        if (!this.#ruleMatches(event)) return;
        await this.lambda.invoke(this.functionName, event, { type: 'Event' });
      });
    }
  }

  async stop(): Promise<void> {
    await this.lambda.stop();
    const { secretsManager, ims, productApi, aws, consoleApi } = this;
    const servers = [secretsManager, ims, productApi, aws, consoleApi];
    await Promise.all(servers.map((server) => server.stop()));
  }

  /**
   * Invokes the target of each schedule that is enabled, whatever its time.
   *
   * @param names the schedules. @default all
   */
  async runSchedules(names?: readonly string[]): Promise<void> {
    for (const { name, state, targetArn, input = '{}' } of this.aws.account.schedules.values()) {
      if (state !== 'ENABLED' || names?.includes(name) === false) continue;
      await this.lambda.invoke(targetArn, JSON.parse(input), { type: 'Event' });
    }
  }

  /** Evaluates the alarms once. @returns those that changed */
  evaluateAlarms(): readonly AlarmChange[] {
    return evaluateAlarms(this.aws.account, this.#now());
  }

  #countInvocation(functionName: string, name: string, value: number): void {
    this.aws.account.recordMetric({
      namespace: 'AWS/Lambda',
      name,
      dimensions: { FunctionName: functionName },
      at: this.#now(),
      value,
    });
  }

  secretId(credential: string, kind: SecretKind): string {
    return secretName(this.prefix, credential, kind);
  }

  /** The function as the stack defines it, with the addresses of its services. */
  functionDefinition(urls: {
    readonly secretsManager: string;
    readonly ims: string;
    /** @default none: a function that does not rotate client secrets needs none */
    readonly consoleApi?: string | undefined;
  }): FunctionDefinition {
    const { rotator = 'local', imsEndpointUrl = urls.ims, environment } = this.#options;
    return {
      functionName: this.functionName,
      bundle,
      handler: 'index.handler',
      timeoutSeconds: this.#options.timeoutSeconds ?? 600,
      memoryMb: 256,
      maximumRetryAttempts: 1,
      maximumEventAgeSeconds: 300,
      loggingFormat: 'JSON',
      environment: {
        [environmentVariables.name]: rotator,
        [environmentVariables.prefix]: this.prefix,
        [environmentVariables.tickSeconds]: String(defaultTick),
        AWS_ENDPOINT_URL_SECRETS_MANAGER: urls.secretsManager,
        ...(imsEndpointUrl !== 'adobe' && {
          [environmentVariables.imsEndpointUrl]: imsEndpointUrl,
          ...(urls.consoleApi !== undefined && {
            [environmentVariables.consoleEndpointUrl]: urls.consoleApi,
          }),
        }),
        ...environment,
      },
    };
  }

  #ruleMatches({ detail }: SecretLabelUpdated): boolean {
    const { name, labelUpdated } = detail;
    return (
      labelUpdated === 'AWSCURRENT' &&
      name.startsWith(`${this.prefix}/`) &&
      name.endsWith('/client')
    );
  }
}
