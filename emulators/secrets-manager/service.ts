import type { BackgroundWork } from './background-work.ts';
import { invalidRequest } from './errors.ts';
import type { Rotations } from './rotation.ts';
import type { Secret } from './secret.ts';
import type { SecretList } from './secret-list.ts';
import type { SecretStore } from './store.ts';

/** The state and the settings that the operations work on. */
export interface Service {
  readonly region: string;
  readonly now: () => number;
  readonly versionCap: number;
  readonly rotationAttempts: number;
  readonly keyState: (kmsKeyId: string) => string | undefined;
  readonly store: SecretStore;
  readonly list: SecretList;
  readonly rotations: Rotations;
  readonly background: BackgroundWork;
}

/** @throws AwsError if the secret does not exist or is scheduled for deletion */
export function activeSecret({ store }: Service, secretId: string): Secret {
  const secret = store.get(secretId);
  if (secret.deletionAt !== undefined) {
    throw invalidRequest(
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  }
  return secret;
}

/** @throws AwsError if the secret cannot be changed */
export function writableSecret(service: Service, secretId: string): Secret {
  const secret = activeSecret(service, secretId);
  refuseManaged(secret);
  return secret;
}

/** @throws AwsError if another Region or another service manages the secret */
export function refuseManaged(secret: Secret): void {
  if (secret.isReplica) {
    throw invalidRequest(
      "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
    );
  }
  if (secret.owningService !== undefined) {
    throw invalidRequest(
      `You can't modify a secret that is managed by ${secret.owningService}; use that service.`,
    );
  }
}
