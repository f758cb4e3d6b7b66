import type { ConsoleCall, ConsoleFault } from '../../emulators/console-api/fault.ts';
import type { ImsCall, ImsFault } from '../../emulators/ims/fault.ts';
import type { Call, SecretsManagerFault } from '../../emulators/secrets-manager/fault.ts';
import { hour } from './builders.ts';

/** The steps of a rotation, and the renewals that delete the retired client secret. */
export type Phase = 'rotation' | 'retirement';

/** A call of the rotation of a client secret, and what may go wrong with it. */
export type RotationFault = {
  readonly title: string;
  readonly phases: readonly Phase[];
  /** The name of the call. */
  readonly at: string;
} & (
  | {
      readonly of: 'Adobe';
      readonly when: (call: ConsoleCall) => boolean;
      readonly fault: ConsoleFault;
    }
  | { readonly of: 'IMS'; readonly when: (call: ImsCall) => boolean; readonly fault: ImsFault }
  | {
      readonly of: 'AWS';
      readonly when: (call: Call) => boolean;
      readonly fault: SecretsManagerFault;
    }
);

const both: readonly Phase[] = ['rotation', 'retirement'];
const rotation: readonly Phase[] = ['rotation'];
const retirement: readonly Phase[] = ['retirement'];

const ofAnyRequest: readonly (readonly [string, ConsoleFault])[] = [
  ['429', { kind: 'throttled' }],
  ['500', { kind: 'server-error', status: 500 }],
  ['a refusal', { kind: 'server-error', status: 403 }],
  ['a page', { kind: 'server-error', status: 200, body: 'html' }],
  ['a redirect', { kind: 'redirect', status: 302, location: '/elsewhere' }],
  ['a reset', { kind: 'reset' }],
  ['a lost answer', { kind: 'lost-answer' }],
  ['an answer that is cut off', { kind: 'reset-in-body' }],
  ['no answer in time', { kind: 'unanswered' }],
  ['an answer that is late', { kind: 'slow-headers' }],
  ['an echo of the token', { kind: 'echo-token', place: 'message' }],
];

const ofRequest: Readonly<Record<string, typeof ofAnyRequest>> = {
  GET: [
    ['no uses', { kind: 'no-usages' }],
    ['uses told late', { kind: 'late-usages', seconds: hour }],
    ['no uuid', { kind: 'field', name: 'uuid' }],
  ],
  POST: [
    ['an echo of the client secret', { kind: 'echo-secret', place: 'message' }],
    ['no client secret', { kind: 'field', name: 'client_secret' }],
  ],
  // Its answer has no body that could be cut off.
  DELETE: [],
};

const ofConsole: readonly RotationFault[] = Object.entries(ofRequest).flatMap(([method, own]) =>
  [...ofAnyRequest, ...own].map(([title, fault]) => ({
    title: `${title} at ${method}`,
    phases: { POST: rotation, DELETE: retirement }[method] ?? both,
    at: method,
    of: 'Adobe' as const,
    when: (call: ConsoleCall) => call.method === method,
    fault,
  })),
);

const imsFaults: readonly (readonly [string, ImsFault])[] = [
  ['429', { kind: 'throttled' }],
  ['500', { kind: 'server-error', status: 500 }],
  ['a refusal', { kind: 'echo', place: 'error_description' }],
  ['headers that never arrive', { kind: 'slow-headers' }],
  ['a reset', { kind: 'reset' }],
  ['no token', { kind: 'missing-access-token' }],
];

const managing = ({ scope = '' }: ImsCall): boolean => scope.includes('manage_client_secrets');
const validating = ({ path }: ImsCall): boolean => path.includes('validate_token');

const ofIms: readonly RotationFault[] = [
  ['a token of the Console', both, managing] as const,
  ['a token', both, (call: ImsCall) => !managing(call) && !validating(call)] as const,
  ['validate_token', rotation, validating] as const,
].flatMap(([at, phases, when]) =>
  imsFaults
    .filter(([, { kind }]) => at !== 'validate_token' || kind !== 'missing-access-token')
    .map(([title, fault]) => ({
      title: `${title} at the request for ${at}`,
      phases,
      at,
      of: 'IMS' as const,
      when,
      fault,
    })),
);

const awsFaults: readonly (readonly [string, SecretsManagerFault])[] = [
  ['throttling', { kind: 'throttling' }],
  ['a fault of AWS', { kind: 'internal-error' }],
  ['a denial', { kind: 'denied' }],
  ['a reset', { kind: 'reset' }],
  ['a lost answer', { kind: 'reset-after' }],
  ['a refusal', { kind: 'error', type: 'InvalidRequestException', message: 'x' }],
];

const ofAws: readonly RotationFault[] = [
  ['DescribeSecret', both] as const,
  ['GetSecretValue', both] as const,
  ['TagResource', both] as const,
  ['PutSecretValue', rotation] as const,
  ['UpdateSecretVersionStage', rotation] as const,
].flatMap(([wanted, phases]) =>
  awsFaults.map(([title, fault]) => ({
    title: `${title} at ${wanted}`,
    phases,
    at: wanted,
    of: 'AWS' as const,
    when: ({ action, secretId = '' }: Call) => action === wanted && secretId.includes('/client'),
    fault,
  })),
);

const faults: readonly RotationFault[] = [...ofConsole, ...ofIms, ...ofAws];

export type RotationPair = readonly [RotationFault, RotationFault, Phase];

/** Every fault with itself and every other one that may befall the same phase. */
export const rotationFaultPairs: readonly RotationPair[] = both.flatMap((phase) => {
  const possible = faults.filter(({ phases }) => phases.includes(phase));
  return possible.flatMap((one, index) =>
    possible.slice(index).map((other) => [one, other, phase] as const),
  );
});
