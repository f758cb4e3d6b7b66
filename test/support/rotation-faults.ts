import type { ConsoleCall, ConsoleFault } from '../../emulators/console-api/fault.ts';
import type { ImsCall, ImsFault } from '../../emulators/ims/fault.ts';
import type { Call, SecretsManagerFault } from '../../emulators/secrets-manager/fault.ts';
import { awsErrorFault, ofAnyCall } from './aws-faults.ts';
import { hour } from './builders.ts';

/**
 * The steps of a rotation, the renewals that delete the retired client secret, and the steps of a rotation that
 * first deletes what an earlier run has left over.
 */
export type Phase = 'rotation' | 'retirement' | 'rotation after a lost answer';

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
const deletion: readonly Phase[] = ['retirement', 'rotation after a lost answer'];

const ofAnyRequest: readonly (readonly [string, ConsoleFault])[] = [
  ['429', { kind: 'throttled' }],
  ['500', { kind: 'server-error', status: 500 }],
  ['a refusal', { kind: 'server-error', status: 403 }],
  ['a page', { kind: 'server-error', status: 200, body: 'html' }],
  ['a redirect', { kind: 'redirect', status: 302, location: '/elsewhere' }],
  ['a reset', { kind: 'reset' }],
  ['a lost answer', { kind: 'lost-answer' }],
  ['no answer in time', { kind: 'unanswered' }],
  ['an answer that is late', { kind: 'slow-headers' }],
  ['an echo of the token', { kind: 'echo-token', place: 'message' }],
];

const ofAnyDocument: readonly (readonly [string, ConsoleFault])[] = [
  ['an answer that is cut off', { kind: 'reset-in-body' }],
  ['an answer that stalls', { kind: 'slow-body' }],
  ['truncated JSON', { kind: 'truncated-json' }],
];

const ofRequest: Readonly<Record<string, typeof ofAnyRequest>> = {
  GET: [
    ...ofAnyDocument,
    ['no uses', { kind: 'no-usages' }],
    ['uses told late', { kind: 'late-usages', seconds: hour }],
    ['no uuid', { kind: 'field', name: 'uuid' }],
  ],
  POST: [
    ...ofAnyDocument,
    ['an echo of the client secret', { kind: 'echo-secret', place: 'message' }],
    ['no client secret', { kind: 'field', name: 'client_secret' }],
  ],
  // Its answer is empty.
  DELETE: [],
};

const ofConsole: readonly RotationFault[] = Object.entries(ofRequest).flatMap(([method, own]) =>
  [...ofAnyRequest, ...own].map(([title, fault]) => ({
    title: `${title} at ${method}`,
    phases: { POST: rotation, DELETE: deletion }[method] ?? both,
    at: method,
    of: 'Adobe' as const,
    when: (call: ConsoleCall) => call.method === method,
    fault,
  })),
);

const ofAnyQuestion: readonly (readonly [string, ImsFault])[] = [
  ['429', { kind: 'throttled' }],
  ['500', { kind: 'server-error', status: 500 }],
  ['a page', { kind: 'server-error', status: 200, body: 'html' }],
  ['a redirect', { kind: 'redirect', status: 302, location: '/elsewhere' }],
  ['headers that never arrive', { kind: 'slow-headers' }],
  ['a reset', { kind: 'reset' }],
];

const ofAnyToken: readonly (readonly [string, ImsFault])[] = [
  ...ofAnyQuestion,
  ['a refusal', { kind: 'echo', place: 'error_description' }],
  ['no token', { kind: 'missing-access-token' }],
  ['an opaque token', { kind: 'opaque-token' }],
  ['a token of half the life', { kind: 'claims-disagree', lifetimeSeconds: 43_200 }],
];

const managing = ({ scope = '' }: ImsCall): boolean => scope.includes('manage_client_secrets');
const validating = ({ path }: ImsCall): boolean => path.includes('validate_token');

const ofIms: readonly RotationFault[] = [
  ['a token of the Console', both, managing, ofAnyToken] as const,
  ['a token', both, (call: ImsCall) => !managing(call) && !validating(call), ofAnyToken] as const,
  [
    'validate_token',
    rotation,
    validating,
    [...ofAnyQuestion, ['a rejection', { kind: 'token-rejected' }] as const],
  ] as const,
].flatMap(([at, phases, when, kinds]) =>
  kinds.map(([title, fault]) => ({
    title: `${title} at the request for ${at}`,
    phases,
    at,
    of: 'IMS' as const,
    when,
    fault,
  })),
);

const missing = ['no such secret', awsErrorFault('ResourceNotFoundException')] as const;

const ofAws: readonly RotationFault[] = [
  ['DescribeSecret', 'client', both, [...ofAnyCall, missing]] as const,
  [
    'GetSecretValue',
    'client',
    both,
    [...ofAnyCall, missing, ['a disabled key', awsErrorFault('DecryptionFailure')] as const],
  ] as const,
  ['TagResource', 'client', both, ofAnyCall] as const,
  [
    'PutSecretValue',
    'client',
    rotation,
    [
      ...ofAnyCall,
      missing,
      ['a disabled key', awsErrorFault('EncryptionFailure')] as const,
      ['too many versions', awsErrorFault('LimitExceededException')] as const,
      ['a version that exists', awsErrorFault('ResourceExistsException')] as const,
    ],
  ] as const,
  ['UpdateSecretVersionStage', 'client', rotation, ofAnyCall] as const,
  ['DescribeSecret', 'token', both, ofAnyCall] as const,
  ['TagResource', 'token', both, ofAnyCall] as const,
  ['ListSecrets', '', retirement, ofAnyCall] as const,
].flatMap(([wanted, secret, phases, kinds]) =>
  kinds.map(([title, fault]) => ({
    title: `${title} at ${wanted}${secret === 'token' ? ' of the token' : ''}`,
    phases,
    at: `${wanted} ${secret}`,
    of: 'AWS' as const,
    when: ({ action, secretId = '' }: Call) => action === wanted && secretId.includes(secret),
    fault,
  })),
);

const faults: readonly RotationFault[] = [...ofConsole, ...ofIms, ...ofAws];

export type RotationPair = readonly [RotationFault, RotationFault, Phase];

/** Every fault with itself and every other one that may befall the same phase. */
const pairs: readonly RotationPair[] = both.flatMap((phase) => {
  const possible = faults.filter(({ phases }) => phases.includes(phase));
  return possible.flatMap((one, index) =>
    possible.slice(index).map((other) => [one, other, phase] as const),
  );
});

const ofRotation = faults.filter(({ phases }) => phases.includes('rotation'));

/** Only the deletion differs from the other rotations, so that each of these pairs has a fault of that. */
const pairsAfterLostAnswer: readonly RotationPair[] = faults
  .filter(({ at }) => at === 'DELETE')
  .flatMap((one) =>
    [one, ...ofRotation].map((other) => [one, other, 'rotation after a lost answer'] as const),
  );

export const rotationFaultPairs: readonly RotationPair[] = [...pairs, ...pairsAfterLostAnswer];
