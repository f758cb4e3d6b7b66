import {
  DescribeSecretCommand,
  RotateSecretCommand,
  type RotateSecretCommandInput,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { parseEvent } from '../../core/event.ts';
import type { CredentialOutcome } from '../../core/outcome.ts';
import type { Deps } from '../../core/ports.ts';
import type { RotationStep } from '../../core/rotation.ts';
import { rotate } from '../../lambda/commands/rotate.ts';
import { secretId } from './credential.ts';
import { tick } from './outcomes.ts';
import { type Parts, plainClient, seedCredential, startParts } from './start-parts.ts';

const functionArn = 'arn:aws:lambda:us-east-1:111122223333:function:rotator';

export const SecretId = secretId('fusion', 'token');

export const rotationSteps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

/** A credential one of whose secrets Secrets Manager rotates with the function's own code. */
export interface Rotating {
  readonly parts: Parts;
  /** An SDK client with every permission. */
  readonly client: SecretsManagerClient;
  /** Calls a step with any event. */
  readonly act: (event: object) => Promise<CredentialOutcome>;
  /** Calls one step as Secrets Manager does, by default for the version that is being rotated. */
  readonly step: (
    step: RotationStep,
    versionId?: string,
    overrides?: Partial<Deps>,
  ) => Promise<CredentialOutcome>;
  /** Calls RotateSecret, and returns the codes of the steps that failed. */
  readonly rotateSecret: (
    request?: Partial<RotateSecretCommandInput>,
  ) => Promise<readonly (string | undefined)[]>;
  /** Calls RotateSecret, but none of the steps. Returns the pending version. */
  readonly beginRotation: () => Promise<string>;
  /** Versions by label, for example `AWSCURRENT`. */
  readonly labels: () => Promise<Readonly<Record<string, string>>>;
  /** The steps that were called, in order. */
  readonly steps: string[];
}

export async function startRotating(
  seed: (parts: Parts) => void = seedFusion,
  world: Parameters<typeof startParts>[1] = {},
  secret = SecretId,
): Promise<Rotating> {
  const parts = await startParts({}, world);
  seed(parts);
  const client = plainClient(parts);
  const steps: string[] = [];
  let begun = '';
  let arn: string | undefined;
  let holding = false;
  const act = async (event: object, overrides: Partial<Deps> = {}): Promise<CredentialOutcome> => {
    const run = parts.run(overrides);
    const command = parseEvent(event, run.config);
    if (command.action !== 'rotate') throw new TypeError('the event is not a rotation step');
    return await rotate(run, command);
  };
  parts.secretsManager.registerRotationFunction(functionArn, async (event) => {
    if (holding) return;
    steps.push(event.Step);
    await act(event);
  });
  const rotateSecret: Rotating['rotateSecret'] = async (request = {}) => {
    const before = parts.secretsManager.errors.length;
    const command = { SecretId: secret, RotationLambdaARN: functionArn, ...request };
    const { ARN, VersionId = '' } = await client.send(new RotateSecretCommand(command));
    arn = ARN;
    begun = VersionId;
    await parts.secretsManager.idle();
    return parts.secretsManager.errors
      .slice(before)
      .map((error) => (error as { readonly code?: string }).code);
  };
  return {
    parts,
    client,
    act,
    step: async (Step, versionId = begun, overrides = {}) => {
      // Known of a rotation that has begun, so that a fault in DescribeSecret hits the function alone.
      arn ??= (await client.send(new DescribeSecretCommand({ SecretId: secret }))).ARN;
      return await act({ Step, SecretId: arn, ClientRequestToken: versionId }, overrides);
    },
    rotateSecret,
    beginRotation: async () => {
      holding = true;
      await rotateSecret();
      holding = false;
      return begun;
    },
    labels: () => labelsOf(client, secret),
    steps,
  };
}

/** A secret's versions by label. */
export async function labelsOf(
  client: SecretsManagerClient,
  secret: string,
): Promise<Readonly<Record<string, string>>> {
  const { VersionIdsToStages = {} } = await client.send(
    new DescribeSecretCommand({ SecretId: secret }),
  );
  const versions = Object.entries(VersionIdsToStages);
  return Object.fromEntries(versions.flatMap(([id, stages]) => stages.map((label) => [label, id])));
}

function seedFusion(parts: Parts): void {
  seedCredential(parts, 'fusion');
}

/** As `startRotating`, with a token that the rotator stored an hour ago. */
export async function startRotatingToken(): Promise<Rotating> {
  const rotating = await startRotating();
  await tick(rotating.parts.run());
  rotating.parts.clock.advance(3_600);
  return rotating;
}
