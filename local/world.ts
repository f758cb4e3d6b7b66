import { fileURLToPath } from 'node:url';
import { ImsEmulator } from './ims/ims-emulator.ts';
import { LambdaEmulator } from './lambda-runtime/emulator.ts';
import type { FunctionDefinition } from './lambda-runtime/environment.ts';
import { ProductApiEmulator } from './product-api.ts';
import type { SecretLabelUpdated } from './secrets-manager/label-event.ts';
import { SecretsManagerEmulator } from './secrets-manager/server.ts';

export interface WorldOptions {
  /** The rotator's name. @default 'local' */
  readonly rotator?: string;
  /** Where the function finds IMS; `'adobe'` is the real one. @default the stand-in */
  readonly imsEndpointUrl?: string;
  /** Further environment of the function, such as a proxy. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** The function's time-out. @default 600, as the stack has it */
  readonly timeoutSeconds?: number;
  /** Whether a stored credential is renewed at once, as the stack's event rule does. @default true */
  readonly eventRule?: boolean;
}

const bundle = fileURLToPath(new URL('../dist/lambda/index.mjs', import.meta.url));

const region = 'us-east-1';
const accountId = '111122223333';

/** The embedded world: AWS and Adobe as far as a rotator needs them, and the rotator in it. */
export class World {
  readonly region = region;
  readonly functionName: string;
  /** What the names of the rotator's secrets begin with, without the slash that follows. */
  readonly prefix: string;
  readonly secretsManager = new SecretsManagerEmulator({ region, accountId });
  readonly ims = new ImsEmulator();
  readonly productApi = new ProductApiEmulator(this.ims);
  readonly lambda: LambdaEmulator;
  readonly #options: WorldOptions;

  constructor(
    options: WorldOptions = {},
    lambda: ConstructorParameters<typeof LambdaEmulator>[0] = {},
  ) {
    const { rotator = 'local' } = options;
    this.#options = options;
    this.functionName = `rotator-${rotator}`;
    this.prefix = `ims-token-rotator/${rotator}`;
    this.lambda = new LambdaEmulator({ region, account: accountId, ...lambda });
  }

  /** @param port of Secrets Manager; the other servers take those that follow. @default any */
  async start(port = 0): Promise<void> {
    const servers = [this.secretsManager, this.ims, this.productApi, this.lambda];
    const portOf = (index: number): number => (port === 0 ? 0 : port + index);
    const starts = servers.map((server, index) => server.start(portOf(index)));
    await Promise.allSettled(starts);
    try {
      await Promise.all(starts);
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.lambda.createFunction(
      this.functionDefinition({ secretsManager: this.secretsManager.url, ims: this.ims.url }),
    );
    if (this.#options.eventRule ?? true) {
      this.secretsManager.onLabelUpdated(async (event) => {
        if (!this.#ruleMatches(event)) return;
        await this.lambda.invoke(this.functionName, event, { type: 'Event' });
      });
    }
  }

  async stop(): Promise<void> {
    await this.lambda.stop();
    await Promise.all([this.secretsManager.stop(), this.ims.stop(), this.productApi.stop()]);
  }

  secretId(credential: string, kind: 'client' | 'token'): string {
    return `${this.prefix}/${credential}/${kind}`;
  }

  /** The function as the stack defines it, and beyond that only where its services are. */
  functionDefinition(urls: {
    readonly secretsManager: string;
    readonly ims: string;
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
        IMS_TOKEN_ROTATOR_NAME: rotator,
        IMS_TOKEN_ROTATOR_PREFIX: this.prefix,
        IMS_TOKEN_ROTATOR_TICK_SECONDS: '900',
        NODE_OPTIONS: '--enable-source-maps',
        AWS_ENDPOINT_URL_SECRETS_MANAGER: urls.secretsManager,
        ...(imsEndpointUrl === 'adobe' ? {} : { IMS_ENDPOINT_URL: imsEndpointUrl }),
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
