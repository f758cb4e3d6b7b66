import { setTimeout as delay } from 'node:timers/promises';
import { AwsError, internalError } from './errors.ts';

/** One call, as a fault plan sees it. */
export interface Call {
  /** Such as `PutSecretValue`. */
  readonly action: string;
  /** SecretId as the caller gave it; the name of a secret that is being created. */
  readonly secretId?: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * What can go wrong with a call. `reset` drops the connection before anything is done,
 * `reset-after` when all is done, so that only the answer is lost; `latency` delays the call, which
 * then goes on as usual; `error` is any other error of the service.
 */
export type SecretsManagerFault =
  | { readonly kind: 'throttling' }
  | { readonly kind: 'internal-error' }
  | { readonly kind: 'denied' }
  | { readonly kind: 'latency'; readonly ms: number }
  | { readonly kind: 'reset' }
  | { readonly kind: 'reset-after' }
  | {
      readonly kind: 'error';
      readonly type: string;
      readonly message: string;
      readonly status?: number;
    };

/** A timer with more fires at once. */
const maxDelayMs = 2 ** 31 - 1;

/** Lets a fault happen that comes before the call is carried out. */
export async function applyFault(
  fault: SecretsManagerFault | undefined,
  denied: () => AwsError,
  signal: AbortSignal,
): Promise<void> {
  switch (fault?.kind) {
    case 'throttling':
      throw new AwsError('ThrottlingException', 'Rate exceeded');
    case 'internal-error':
      throw internalError();
    case 'denied':
      throw denied();
    case 'error':
      throw new AwsError(fault.type, fault.message, fault.status);
    case 'latency':
      await delay(Math.min(fault.ms, maxDelayMs), undefined, { signal });
      return;
    case 'reset':
    case 'reset-after':
    case undefined:
      return;
  }
}
