// Every kind of fault, what it does to a call, and how long it may hold a credential back.

/** Faults that come in storms: for a while, a share of what they can strike is struck. */
export const storms = {
  'ims-5xx': 'ims',
  'ims-429': 'ims',
  'ims-429-with-a-date': 'ims',
  'ims-hangs': 'ims',
  'ims-slow': 'ims',
  'ims-answer-lost': 'ims',
  'ims-not-json': 'ims',
  'ims-no-token-in-2xx': 'ims',
  'ims-gateway-403': 'ims',
  'ims-certificate': 'ims',
  'ims-unresolved': 'ims',
  'ims-proxy-407': 'ims',
  'ims-page-in-its-place': 'ims',
  'proxy-secret-invalid': 'ims',
  'http-client-throws-a-type-error': 'ims',
  'ims-rejects-its-token': 'validate',
  'aws-slow': 'aws',
  'aws-throttles': 'aws',
  'aws-5xx': 'aws',
  'aws-5xx-after-the-effect': 'aws',
  'aws-request-lost': 'aws',
  'aws-answer-lost': 'aws',
  'aws-effect-after-the-time-out': 'aws',
  'aws-signature-expired': 'aws',
  'aws-refuses': 'aws',
  'aws-certificate': 'aws',
  'aws-unresolved': 'aws',
  'aws-proxy-407': 'aws',
  'aws-connection-stuck': 'aws',
  'list-fails': 'list',
  'version-id-exists': 'put',
  'crash-before-an-effect': 'effect',
  'crash-after-an-effect': 'effect',
  'crash-after-an-answer': 'effect',
  'time-out-set-too-short': 'invocation',
  'invocation-throttled': 'invocation',
  'tick-skipped': 'tick',
  'tick-late': 'tick',
  'tick-twice': 'tick',
  'event-late': 'event',
  'event-twice': 'event',
  'event-lost': 'event',
} as const;

/** Storms at the Developer Console, which blow where client secrets are rotated. */
export const consoleStorms = {
  'console-5xx': 'console',
  'console-5xx-after-the-effect': 'console',
  'console-429': 'console',
  'console-refuses': 'console',
  'console-certificate': 'console',
  'console-unresolved': 'console',
  'console-proxy-407': 'console',
  'console-not-json': 'console',
  'console-slow': 'console',
  'console-hangs': 'console',
  'console-answer-lost': 'console',
  'console-tells-of-uses-late': 'console-list',
  'console-forgets-uses': 'console-list',
  'console-secret-works-late': 'console-add',
  'step-called-twice': 'rotation',
} as const;

export type StormKind = keyof typeof storms | keyof typeof consoleStorms;

export const targets = { ...storms, ...consoleStorms };

export type Target = (typeof targets)[StormKind];

export const stormKinds = Object.keys(storms) as readonly (keyof typeof storms)[];

export const consoleStormKinds = Object.keys(consoleStorms) as readonly StormKind[];

/** Faults that are always there, at a rate of their own. */
export const steadyFaults = [
  'list-lags',
  'list-page-empty',
  'list-row-twice',
  'cold-start',
  'sandbox-thawed',
  'overlapping-runs',
  'clock-skewed',
  'reader-frozen',
] as const;

export type SteadyFault = (typeof steadyFaults)[number];

/** What people and programs do. */
export const deeds = [
  'force',
  'force-a-version',
  'force-an-old-version',
  'renew-if-due',
  'ask-status',
  'send-nonsense',
  'tell-of-a-token-secret',
  'change-credential',
  'add-client-secret',
  'store-wrong-credential',
  'store-no-credential',
  'store-credential-again',
  'controller-rewrites',
  'delete-client-secret',
  'delete-token-secret',
  'recreate-token-secret',
  'junk-over-token',
  'forge-version-id',
  'store-token-by-hand',
  'runaway-writer',
  'pause',
  'withdraw-scope-at-adobe',
  'suspend-client-at-adobe',
  'repeat-tokens-at-adobe',
  'shorten-tokens-at-adobe',
  'revoke-token',
  'rotate',
  'rotate-and-abandon',
  'schedule-rotation',
  'rotate-into-nothing',
  'rotate-into-junk',
  'move-label-back',
  'set-scopes',
  'set-renew-before',
  'forge-status',
  'deny-put',
  'deny-tag',
  'deny-read',
  'disable-key',
] as const;

/** What people and programs do where client secrets are rotated. */
export const consoleDeeds = [
  'rotate-client-secret',
  'rotate-client-secret-and-cancel',
  'schedule-client-secret-rotation',
  'store-credential-during-rotation',
  'add-secret-at-adobe',
  'delete-secret-at-adobe',
  'use-old-client-secret',
] as const;

/** Deeds of people that concern a retired client secret, or an answer to a leak. */
export const retiredDeeds = [
  'go-back-to-retired-secret',
  'mistake-uuid',
  'break-off-an-answer-to-a-leak',
] as const;

/** Storms that only take time: whatever has to be done, is to be done in spite of them. */
export const slowStorms: ReadonlySet<StormKind> = new Set<StormKind>([
  'ims-slow',
  'aws-slow',
  'console-slow',
]);

export type DeedKind =
  | (typeof deeds)[number]
  | (typeof consoleDeeds)[number]
  | (typeof retiredDeeds)[number];

export type FaultKind = StormKind | SteadyFault | DeedKind;

export const faultKinds: readonly FaultKind[] = [
  ...stormKinds,
  ...steadyFaults,
  ...deeds,
  ...consoleStormKinds,
  ...consoleDeeds,
  ...retiredDeeds,
];

/** Storms after which the rotator waits up to an hour. */
export const finalStorms: ReadonlySet<StormKind> = new Set<StormKind>([
  'ims-no-token-in-2xx',
  'ims-gateway-403',
  'ims-certificate',
  'ims-unresolved',
  'ims-proxy-407',
  'ims-page-in-its-place',
  'proxy-secret-invalid',
  'ims-rejects-its-token',
  'aws-refuses',
  'aws-certificate',
  'aws-unresolved',
  'aws-proxy-407',
  'http-client-throws-a-type-error',
  'version-id-exists',
  // A status that arrives late may speak of a failure that is over.
  'aws-effect-after-the-time-out',
]);

/** Deeds after whose end the rotator waits up to an hour, because nothing tells it of the cure. */
export const finalDeeds: ReadonlySet<DeedKind> = new Set<DeedKind>([
  'withdraw-scope-at-adobe',
  'suspend-client-at-adobe',
  'repeat-tokens-at-adobe',
  'shorten-tokens-at-adobe',
  'deny-put',
  'deny-tag',
  'deny-read',
  'disable-key',
]);
