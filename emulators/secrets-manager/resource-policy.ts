import type { InferOutput } from 'valibot';
import { AwsError } from '../wire/errors.ts';
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
  const { ResourcePolicy: policy, BlockPublicPolicy } = request;
  const isPublic = statementsOf(policy).some(isForEverybody);
  if (BlockPublicPolicy && isPublic) {
    throw new AwsError(
      'PublicPolicyException',
      'You have blocked public policies, and this one grants broad access to the secret.',
    );
  }
  service.store.put({ ...secret, policy, changedAt: service.now() });
  return { ARN: secret.arn, Name: secret.name };
}

/** Removes a secret's resource policy. */
export function deleteResourcePolicy(
  service: Service,
  request: InferOutput<typeof secretRequest>,
): object {
  const secret = writableSecret(service, request.SecretId);
  service.store.put({ ...secret, policy: undefined, changedAt: service.now() });
  return { ARN: secret.arn, Name: secret.name };
}

interface Statement {
  readonly Effect?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

/** @throws AwsError if the policy is not JSON, or has no statements */
function statementsOf(policy: string): readonly Statement[] {
  try {
    const { Statement } = JSON.parse(policy) as { readonly Statement: object };
    return [Statement ?? undefined].flat().map((statement) => Object(statement) as Statement);
  } catch {
    const message = 'This resource policy contains invalid Json.';
    throw new AwsError('MalformedPolicyDocumentException', message);
  }
}

/** AWS proves more than that: it looks at what the conditions allow, too. */
function isForEverybody({ Effect, Principal, Condition }: Statement): boolean {
  const principals = [Principal, Object(Principal).AWS].flat();
  return Effect === 'Allow' && principals.includes('*') && Condition === undefined;
}
