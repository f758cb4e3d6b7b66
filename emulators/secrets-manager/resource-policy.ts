import type { InferOutput } from 'valibot';
import type { putResourcePolicyRequest, secretRequest } from './requests.ts';
import { activeSecret, type Service, writableSecret } from './service.ts';

/** Returns a secret's resource policy, if it has one. Nothing evaluates it. */
export function getResourcePolicy(
  service: Service,
  request: InferOutput<typeof secretRequest>,
): object {
  const { arn, name, policy } = activeSecret(service, request.SecretId);
  return { ARN: arn, Name: name, ResourcePolicy: policy };
}

/** Sets a secret's resource policy. */
export function putResourcePolicy(
  service: Service,
  request: InferOutput<typeof putResourcePolicyRequest>,
): object {
  const secret = writableSecret(service, request.SecretId);
  service.store.put({ ...secret, policy: request.ResourcePolicy, changedAt: service.now() });
  return { ARN: secret.arn, Name: secret.name };
}
