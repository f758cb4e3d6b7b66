import { randomUUID } from 'node:crypto';
import type { InferOutput } from 'valibot';
import { AwsError } from '../wire/errors.ts';
import { invalidParameter, invalidRequest } from './errors.ts';
import { requireToken } from './request-token.ts';
import type { rotateSecretRequest, secretRequest } from './requests.ts';
import { type RotationEvent, type RotationStep, rotationSteps } from './rotation.ts';
import { checkRules, nextRotationAt } from './rotation-rules.ts';
import {
  findVersion,
  moveStage,
  pruneVersions,
  removeStage,
  type Secret,
  stageHolder,
} from './secret.ts';
import { type Service, writableSecret } from './service.ts';

/**
 * Registers an empty AWSPENDING version, which the function then fills and promotes. For a mere test,
 * the version holds a copy of AWSCURRENT's value; in an empty secret there is nothing to copy.
 */
export function rotateSecret(
  service: Service,
  request: InferOutput<typeof rotateSecretRequest>,
): object {
  const token = requireToken(request.ClientRequestToken, invalidParameter);
  const secret = writableSecret(service, request.SecretId);
  const functionArn = request.RotationLambdaARN || secret.rotation?.functionArn;
  if (functionArn === undefined) {
    throw invalidRequest('No Lambda rotation function ARN is associated with this secret.');
  }
  if (!service.rotations.functions.has(functionArn)) {
    throw new AwsError(
      'AccessDeniedException',
      'Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.',
    );
  }
  const rules = request.RotationRules ?? secret.rotation?.rules;
  checkRules(rules);
  const answer = { ARN: secret.arn, Name: secret.name, VersionId: token };
  if (findVersion(secret.versions, token) !== undefined) return answer;
  const pending = stageHolder(secret.versions, 'AWSPENDING');
  if (pending !== undefined && !pending.stages.includes('AWSCURRENT')) {
    throw invalidRequest("A previous rotation isn't complete. That rotation will be reattempted.");
  }
  const now = service.now();
  const value = request.RotateImmediately
    ? undefined
    : stageHolder(secret.versions, 'AWSCURRENT')?.value;
  const registered = [...secret.versions, { id: token, createdAt: now, stages: [], value }];
  service.store.put({
    ...secret,
    versions: pruneVersions(moveStage(registered, 'AWSPENDING', token), now),
    rotation: { enabled: true, functionArn, rules },
    nextRotationAt: nextRotationAt(rules, now),
    changedAt: now,
  });
  const run: Run = { arn: secret.arn, token, functionArn };
  start(service, run, request.RotateImmediately ? rotate : test);
  return answer;
}

/** When Secrets Manager rotates a secret next; undefined if none is rotated. */
export function nextRotation({ store }: Service): number | undefined {
  const times = [...store.all()].flatMap((secret) => dueOf(secret) ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}

/**
 * Begins the rotations that are due, each with a new version, or with the one that an earlier rotation
 * has left pending.
 */
export function rotateDue(service: Service): void {
  const now = service.now();
  for (const secret of [...service.store.all()]) {
    if ((dueOf(secret) ?? Number.POSITIVE_INFINITY) > now) continue;
    const { arn, rotation, versions } = secret;
    const functionArn = rotation?.functionArn ?? '';
    const pending = stageHolder(versions, 'AWSPENDING');
    const isNew = pending === undefined || pending.stages.includes('AWSCURRENT');
    const token = isNew ? randomUUID() : pending.id;
    const registered = [...versions, { id: token, createdAt: now, stages: [], value: undefined }];
    service.store.put({
      ...secret,
      versions: isNew ? pruneVersions(moveStage(registered, 'AWSPENDING', token), now) : versions,
      nextRotationAt: nextRotationAt(rotation?.rules, now),
      changedAt: now,
    });
    start(service, { arn, token, functionArn }, rotate);
  }
}

function dueOf({ rotation, deletionAt, nextRotationAt: at }: Secret): number | undefined {
  return rotation?.enabled === true && deletionAt === undefined ? at : undefined;
}

function start(
  service: Service,
  run: Run,
  work: (service: Service, run: Run, signal: AbortSignal) => Promise<void>,
): void {
  service.background.start((stopping) => {
    const signal = AbortSignal.any([stopping, service.rotations.begin(run.arn)]);
    return work(service, run, signal);
  });
}

/** Turns rotation off. A version that is still AWSPENDING stays as it is. */
export function cancelRotateSecret(
  service: Service,
  request: InferOutput<typeof secretRequest>,
): object {
  const secret = writableSecret(service, request.SecretId);
  service.rotations.cancel(secret.arn);
  const pending = stageHolder(secret.versions, 'AWSPENDING');
  service.store.put({
    ...secret,
    rotation: secret.rotation && { ...secret.rotation, enabled: false },
    nextRotationAt: undefined,
    changedAt: service.now(),
  });
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: pending?.stages.includes('AWSCURRENT') ? undefined : pending?.id,
  };
}

interface Run {
  readonly arn: string;
  readonly token: string;
  readonly functionArn: string;
}

async function rotate(service: Service, run: Run, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (await callSteps(service, run, rotationSteps, signal)) break;
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (attempt >= service.rotationAttempts) throw error;
    }
  }
  const secret = service.store.find(run.arn);
  if (signal.aborted || secret === undefined) return;
  const now = service.now();
  service.store.put({
    ...secret,
    rotatedAt: now,
    nextRotationAt: nextRotationAt(secret.rotation?.rules, now),
    changedAt: now,
  });
}

/** Calls testSecret alone and then takes the label off the version: RotateImmediately was false. */
async function test(service: Service, run: Run, signal: AbortSignal): Promise<void> {
  try {
    await callSteps(service, run, ['testSecret'], signal);
  } finally {
    const secret = service.store.find(run.arn);
    if (secret !== undefined) {
      const isPending = stageHolder(secret.versions, 'AWSPENDING')?.id === run.token;
      const versions = isPending ? removeStage(secret.versions, 'AWSPENDING') : secret.versions;
      service.store.put({ ...secret, versions, changedAt: service.now() });
    }
  }
}

/** True if every step was called. A deleted secret or a cancellation ends the rotation. */
async function callSteps(
  { store, rotations }: Service,
  { arn, token, functionArn }: Run,
  steps: readonly RotationStep[],
  signal: AbortSignal,
): Promise<boolean> {
  const invoke = rotations.functions.get(functionArn);
  const RotationToken = randomUUID();
  for (const Step of steps) {
    const secret = store.find(arn);
    const isLost = secret === undefined || secret.deletionAt !== undefined;
    if (invoke === undefined || isLost || signal.aborted) return false;
    const event: RotationEvent = {
      Step,
      SecretId: arn,
      ClientRequestToken: token,
      RotationToken,
    };
    const called: Promise<void> = invoke(event);
    await called;
  }
  return true;
}
