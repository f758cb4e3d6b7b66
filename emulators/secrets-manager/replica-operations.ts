import type { InferOutput } from 'valibot';
import { invalidParameter } from './errors.ts';
import type { removeRegionsRequest, replicateRequest } from './requests.ts';
import type { Replica, Secret } from './secret.ts';
import { replicationStatus } from './secret-description.ts';
import { type Service, writableSecret } from './service.ts';

/** Adds replicas, which are in sync at once. There is one Region here: nothing is copied anywhere. */
export function replicate(service: Service, request: InferOutput<typeof replicateRequest>): object {
  const secret = writableSecret(service, request.SecretId);
  const added = request.AddReplicaRegions;
  refuseOwnRegion(service, added);
  const others = secret.replicas.filter((old) =>
    added.every(({ Region }) => Region !== old.Region),
  );
  return changed(service, secret, [...others, ...added]);
}

/** Deletes replicas. A secret with replicas cannot be deleted itself. */
export function removeRegions(
  service: Service,
  request: InferOutput<typeof removeRegionsRequest>,
): object {
  const secret = writableSecret(service, request.SecretId);
  const gone = request.RemoveReplicaRegions;
  const unknown = gone.find((region) => !secret.replicas.some(({ Region }) => Region === region));
  if (unknown !== undefined) {
    throw invalidParameter(`The secret isn't replicated to the Region ${unknown}.`);
  }
  const replicas = secret.replicas.filter(({ Region }) => !gone.includes(Region));
  return changed(service, secret, replicas);
}

/** @throws AwsError if a replica would be where the secret is */
export function refuseOwnRegion({ region }: Service, replicas: readonly Replica[]): void {
  if (replicas.some(({ Region }) => Region === region)) {
    throw invalidParameter('Invalid replica region.');
  }
}

/** @throws AwsError if the secret cannot be deleted because of its replicas */
export function refuseReplicated({ name, replicas }: Secret): void {
  if (replicas.length === 0) return;
  const regions = replicas.map(({ Region }) => Region).join(', ');
  throw invalidParameter(
    `You can't delete secret ${name} that still has replica regions [${regions}]`,
  );
}

function changed(service: Service, secret: Secret, replicas: readonly Replica[]): object {
  const primaryRegion = replicas.length > 0 ? service.region : undefined;
  service.store.put({ ...secret, replicas, primaryRegion, changedAt: service.now() });
  return { ARN: secret.arn, ReplicationStatus: replicationStatus({ ...secret, replicas }) };
}
