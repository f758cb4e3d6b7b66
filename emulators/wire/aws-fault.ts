import { setTimeout as delay } from 'node:timers/promises';
import { AwsError, internalError } from './errors.ts';

/**
 * A fault that any AWS service can have, for example `{ kind: 'throttling' }`. `reset` drops the
 * connection before the call is carried out, and `reset-after` after it, so that only the response
 * is lost; `latency` delays the call, which then proceeds; `error` is any other error of the
 * service.
 */
export type AwsFault =
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
      readonly status?: number | undefined;
    };

/** A timer set to more than this fires at once. */
const maxDelayMs = 2 ** 31 - 1;

/**
 * Imitates a fault, before the call is carried out. Dropping the connection is up to the caller.
 *
 * @throws AwsError for a fault that the service answers with an error
 */
export async function applyFault(
  fault: AwsFault | undefined,
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
