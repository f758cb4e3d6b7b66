import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The settings of a function, in the units of its CloudFormation resource. */
export interface FunctionDefinition {
  readonly functionName: string;
  /** The absolute path of the deployed `.mjs` file. */
  readonly bundle: string;
  /** `<file>.<export>`. @default the `handler` export of the bundle */
  readonly handler?: string | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** The directories of its layers, the last of which wins. @default none */
  readonly layers?: readonly string[] | undefined;
  /** @default 3 */
  readonly timeoutSeconds?: number | undefined;
  /** @default 128 */
  readonly memoryMb?: number | undefined;
  /** Retries of an asynchronous event that failed, 0 to 2. @default 2 */
  readonly maximumRetryAttempts?: number | undefined;
  /** @default 21600 */
  readonly maximumEventAgeSeconds?: number | undefined;
  /** @default 'Text' */
  readonly loggingFormat?: 'JSON' | 'Text' | undefined;
  /** @default unlimited */
  readonly reservedConcurrency?: number | undefined;
}

/** The credentials of a function's role. */
export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** The dummy credentials of a role. */
export const defaultCredentials: RoleCredentials = {
  accessKeyId: 'ASIAEMULATEDROLE0000',
  secretAccessKey: 'emulated-secret-access-key',
  sessionToken: 'emulated-session-token',
};

/** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const reservedKeys = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_DEFAULT_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
]);

/** @throws Error with CreateFunction's message if the environment sets reserved variables */
export function checkEnvironment(environment: Readonly<Record<string, string>>): void {
  const used = Object.keys(environment).filter((key) => reservedKeys.has(key));
  if (used.length === 0) return;
  throw new Error(
    'Lambda was unable to configure your environment variables because the environment variables you have provided ' +
      `contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${used.join(', ')}`,
  );
}

/** The handler setting, `<file>.<export>`. */
export function handlerOf(definition: FunctionDefinition): string {
  return definition.handler ?? `${basename(definition.bundle, '.mjs')}.handler`;
}

/** A child process has no /opt of its own, so the paths of files there are those of the layers. */
function withLayers({ environment = {}, layers = [] }: FunctionDefinition): Record<string, string> {
  const place = (value: string): string =>
    layers
      .map((layer) => join(layer, value.slice('/opt/'.length)))
      .findLast((path) => value.startsWith('/opt/') && existsSync(path)) ?? value;
  return Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, place(value)]));
}

/** The whole environment of a sandbox. It inherits nothing from this process. */
export function sandboxEnvironment(
  definition: FunctionDefinition,
  place: {
    readonly region: string;
    readonly credentials: RoleCredentials;
    readonly runtimeApi: string;
    readonly logStreamName: string;
  },
): Record<string, string> {
  return {
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    ...withLayers(definition),
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    AWS_ACCESS_KEY_ID: place.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: place.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: place.credentials.sessionToken,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: definition.functionName,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb ?? 128),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_FORMAT: definition.loggingFormat ?? 'Text',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${definition.functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: place.logStreamName,
    AWS_LAMBDA_RUNTIME_API: place.runtimeApi,
    LAMBDA_TASK_ROOT: dirname(definition.bundle),
    LAMBDA_RUNTIME_DIR: import.meta.dirname,
    _HANDLER: handlerOf(definition),
  };
}
