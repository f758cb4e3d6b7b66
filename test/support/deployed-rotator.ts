import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { onTestFinished } from 'vitest';
import { ImsEmulator } from '../../emulators/ims/emulator.ts';
import { LambdaEmulator } from '../../emulators/lambda/emulator.ts';
import { SecretsManagerEmulator } from '../../emulators/secrets-manager/emulator.ts';
import type { SecretLabelUpdated } from '../../emulators/secrets-manager/label-event.ts';
import type { RotationFunction } from '../../emulators/secrets-manager/rotation.ts';
import {
  isAllowed,
  keyArn,
  resolve,
  roleStatements,
  type Statement,
  statementsOf,
  withArns,
} from './iam.ts';
import { plainClient } from './start-parts.ts';
import { seedTemplate } from './template.ts';
import type { WorldClock } from './world-clock.ts';

/** The resources that `cdk deploy` would create in an account. */
export interface Deployment {
  readonly template: Template;
  readonly statements: readonly Statement[];
  /** The directory of the assets. */
  readonly directory: string;
}

export function deploy(define: (stack: Stack) => void): Deployment {
  const directory = mkdtempSync(join(tmpdir(), 'assembly-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const app = new App({ outdir: directory });
  const stack = new Stack(app, 'prod');
  define(stack);
  app.synth();
  const template = Template.fromStack(stack);
  const statements = statementsOf(roleStatements(template), 'secretsmanager', 'kms');
  return { template, statements, directory };
}

export interface DeployedRotator {
  readonly secretsManager: SecretsManagerEmulator;
  readonly ims: ImsEmulator;
  readonly lambda: LambdaEmulator;
  readonly functionName: string;
  /** Sends what the schedule sends, or that of another shard than the first. */
  readonly tick: (shard?: number) => Promise<{
    readonly payload: unknown;
    readonly functionError?: string | undefined;
    readonly logs: readonly string[];
  }>;
  /** Events that matched a rule of the function. */
  readonly delivered: readonly SecretLabelUpdated[];
  /** Events that matched a rule of another target, with its logical id. */
  readonly notified: readonly { readonly target: string; readonly event: SecretLabelUpdated }[];
  /** The denied calls, by action. */
  readonly denied: () => readonly string[];
}

export interface World {
  /** The clock of the function and of the servers. @default the machine's */
  readonly clock?: WorldClock | undefined;
  /** The number of attempts at a failing rotation. @default 1 */
  readonly rotationAttempts?: number | undefined;
  /** Receives each line that the function and the platform log. */
  readonly onLog?: ((line: string) => void) | undefined;
}

export type Servers = Pick<DeployedRotator, 'secretsManager' | 'ims'>;

function direct({ secretsManager, ims }: Servers): Promise<Readonly<Record<string, string>>> {
  return Promise.resolve({
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.url,
    IMS_ENDPOINT_URL: ims.url,
  });
}

/**
 * Runs a deployment: the template's function with its environment, under its role's policies.
 *
 * @param route more environment, by which the function reaches the servers. @default their URLs
 */
export async function startDeployment(
  { template, directory, statements: declared }: Deployment,
  elsewhere: (secretsManager: SecretsManagerEmulator) => ReadonlyMap<string, string> = () =>
    new Map(),
  route: (servers: Servers) => Promise<Readonly<Record<string, string>>> = direct,
  { clock, rotationAttempts, onLog }: World = {},
): Promise<DeployedRotator> {
  const keys = new Map<string, string>();
  let statements = declared;
  const now = clock?.now;
  const secretsManager = new SecretsManagerEmulator({
    now,
    rotationAttempts,
    authorize: (action, resource, context) =>
      // CloudFormation and the operator call this one, not the function.
      action === 'secretsmanager:RotateSecret' ||
      (isAllowed(statements, action, resource, context) &&
        keyUses(action).every((use) => mayUseKey(template, statements, keys.get(resource), use))),
  });
  const ims = new ImsEmulator({ now });
  const lambda = new LambdaEmulator({
    now,
    asyncRetryDelaysMs: [0, 0],
    onLog: (_, line) => onLog?.(line),
  });
  await Promise.all([secretsManager, ims, lambda].map((server) => server.start()));
  onTestFinished(async () => {
    await lambda.stop();
    await Promise.all([secretsManager.stop(), ims.stop()]);
  });
  const secrets = seedTemplate(secretsManager, template.toJSON() as never);
  statements = withArns(declared, secrets);
  for (const [logicalId, arn] of secrets) {
    const key = template.toJSON()['Resources'][logicalId].Properties.KmsKeyId;
    if (key !== undefined) keys.set(arn, resolve(key));
  }
  for (const [arn, key] of elsewhere(secretsManager)) keys.set(arn, key);

  const environment = { ...(await route({ secretsManager, ims })), ...clock?.environment };
  const { functionName, functionArn } = createFunction(template, directory, lambda, environment);
  await switchRotationOn(template, secrets, secretsManager, functionArn, async (event) => {
    const { functionError, payload } = await lambda.invoke(functionName, event);
    if (functionError !== undefined) throw new Error('the step failed', { cause: payload });
  });
  const delivered: SecretLabelUpdated[] = [];
  const notified: { target: string; event: SecretLabelUpdated }[] = [];
  secretsManager.onLabelUpdated(async (event) => {
    const targets = targetsOf(template, event);
    for (const target of targets.filter((id) => id !== functionName)) {
      notified.push({ target, event });
    }
    if (!targets.includes(functionName)) return;
    delivered.push(event);
    await lambda.invoke(functionName, event, { type: 'Event' });
  });
  const inputs = Object.values(template.findResources('AWS::Scheduler::Schedule')).map(
    ({ Properties }) => JSON.parse(Properties.Target.Input),
  );
  return {
    secretsManager,
    ims,
    lambda,
    functionName,
    delivered,
    notified,
    tick: (shard = 1) => lambda.invoke(functionName, inputs[shard - 1]),
    denied: () =>
      secretsManager.calls.flatMap(({ action, error }) =>
        error === 'AccessDeniedException' ? [action] : [],
      ),
  };
}

function createFunction(
  template: Template,
  directory: string,
  lambda: LambdaEmulator,
  endpoints: Readonly<Record<string, string>>,
): { readonly functionName: string; readonly functionArn: string } {
  const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
  const [functionName, definition] = functions[0] ?? ['', {}];
  const {
    Handler,
    Timeout,
    MemorySize,
    Environment,
    LoggingConfig,
    Code,
    Layers = [],
  } = definition['Properties'];
  const assetOf = ({ S3Key }: { readonly S3Key: string }): string =>
    join(directory, `asset.${S3Key.replace(/\.zip$/, '')}`);
  const layers = template.findResources('AWS::Lambda::LayerVersion');
  const variables = Object.entries(Environment.Variables).map(([key, value]) => [
    key,
    resolve(value),
  ]);
  const functionArn = lambda.createFunction({
    functionName,
    bundle: join(assetOf(Code), 'index.mjs'),
    layers: Layers.map(({ Ref }: { Ref: string }) => assetOf(layers[Ref]?.['Properties'].Content)),
    handler: Handler,
    timeoutSeconds: Timeout,
    memoryMb: MemorySize,
    loggingFormat: LoggingConfig.LogFormat,
    environment: { ...Object.fromEntries(variables), ...endpoints },
  });
  return { functionName, functionArn };
}

/** Does what CloudFormation does for each rotation schedule of the template. */
async function switchRotationOn(
  template: Template,
  secrets: ReadonlyMap<string, string>,
  secretsManager: SecretsManagerEmulator,
  functionArn: string,
  invoke: RotationFunction,
): Promise<void> {
  const permissions = template.findResources('AWS::Lambda::Permission', {
    Properties: { Principal: 'secretsmanager.amazonaws.com' },
  });
  if (Object.keys(permissions).length > 0) {
    secretsManager.registerRotationFunction(functionArn, invoke);
  }
  const schedules = Object.values(template.findResources('AWS::SecretsManager::RotationSchedule'));
  const client = plainClient({ secretsManager });
  for (const { Properties } of schedules) {
    await client.send(
      new RotateSecretCommand({
        SecretId: secrets.get(Properties.SecretId.Ref),
        RotationLambdaARN: functionArn,
        RotationRules: Properties.RotationRules,
        RotateImmediately: Properties.RotateImmediatelyOnUpdate ?? true,
      }),
    );
  }
  await secretsManager.idle();
}

/** The uses of a secret's key that Secrets Manager makes for the caller. */
function keyUses(action: string): readonly string[] {
  if (action === 'secretsmanager:PutSecretValue') return ['kms:GenerateDataKey', 'kms:Decrypt'];
  return action === 'secretsmanager:GetSecretValue' ? ['kms:Decrypt'] : [];
}

/** True if the key's policy leaves the decision to the account, and the role's policy allows it. */
function mayUseKey(
  template: Template,
  statements: readonly Statement[],
  key: string | undefined,
  use: string,
): boolean {
  if (key === undefined) return true;
  const keys = Object.entries(template.findResources('AWS::KMS::Key'));
  const own = keys.find(([logicalId]) => keyArn(logicalId) === key)?.[1];
  const policy: readonly Statement[] = own?.['Properties'].KeyPolicy.Statement ?? [];
  const left = policy.some(
    ({ Action, Principal }) => Action === 'kms:*' && JSON.stringify(Principal).includes(':root'),
  );
  const context = { 'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com' };
  return (own === undefined || left) && isAllowed(statements, use, key, context);
}

/** The logical ids of the targets of all rules that an event matches. */
function targetsOf(template: Template, event: SecretLabelUpdated): readonly string[] {
  return Object.values(template.findResources('AWS::Events::Rule'))
    .filter(({ Properties }) => matchesPattern(Properties.EventPattern, event))
    .flatMap(({ Properties }) => Properties.Targets)
    .map(({ Arn }: { Arn: { 'Fn::GetAtt': [string, string] } }) => Arn['Fn::GetAtt'][0]);
}

/** Matches as EventBridge does: every field of the pattern must have one of its values. */
function matchesPattern(pattern: unknown, value: unknown): boolean {
  if (Array.isArray(pattern)) {
    return [value].flat().some((one) => pattern.some((allowed) => matchesOne(allowed, one)));
  }
  const { $or, ...fields } = pattern as Record<string, unknown>;
  const either = !Array.isArray($or) || $or.some((one) => matchesPattern(one, value));
  const present = (value ?? {}) as Record<string, unknown>;
  return (
    either && Object.entries(fields).every(([key, inner]) => matchesPattern(inner, present[key]))
  );
}

function matchesOne(allowed: unknown, value: unknown): boolean {
  const { wildcard } = (allowed ?? {}) as { readonly wildcard?: string };
  if (wildcard === undefined) return resolve(allowed) === value;
  const [start = '', end = ''] = wildcard.split('*');
  const text = String(value);
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end);
}
