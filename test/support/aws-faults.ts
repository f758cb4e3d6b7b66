import type { SecretsManagerFault } from '../../emulators/secrets-manager/fault.ts';

export type AwsFaultCase = readonly [title: string, fault: SecretsManagerFault];

/** An error of Secrets Manager by its type. */
export function awsErrorFault(type: string): SecretsManagerFault {
  return { kind: 'error', type, message: 'x' };
}

/** What may go wrong with any call of Secrets Manager. */
export const ofAnyCall: readonly AwsFaultCase[] = [
  ['throttling', { kind: 'throttling' }],
  ['a fault of AWS', { kind: 'internal-error' }],
  ['a denial', { kind: 'denied' }],
  ['a reset', { kind: 'reset' }],
  ['a lost answer', { kind: 'reset-after' }],
  ['no answer in time', { kind: 'latency', ms: 60_000 }],
  ['a refusal', awsErrorFault('InvalidRequestException')],
];
