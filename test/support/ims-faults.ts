import type { ImsFault } from '../../emulators/ims/fault.ts';

export type FaultCase<Fault> = readonly [title: string, fault: Fault, code: string];

const unavailable = 'ERR_TOKEN_UNAVAILABLE';
const malformed = 'ERR_TOKEN_MALFORMED';

/**
 * What IMS, its gateway or the network may answer a token request with, so that nothing is renewed, each
 * with the code that a renewal fails with. The emulator's odd answers that have a token are not among them
 * (`repeat-token`, `claims-disagree`, `opaque-token`), nor are all places of an `echo`.
 */
export const imsFaults: readonly FaultCase<ImsFault>[] = [
  ['429', { kind: 'throttled' }, unavailable],
  ['429 with seconds', { kind: 'throttled', retryAfter: '3' }, unavailable],
  [
    '429 with a date',
    { kind: 'throttled', retryAfter: 'Sun, 22 Nov 2026 12:00:09 GMT' },
    unavailable,
  ],
  ['500 as JSON', { kind: 'server-error', status: 500, body: 'json' }, unavailable],
  ['502 as HTML', { kind: 'server-error', status: 502, body: 'html' }, unavailable],
  ['503 without a body', { kind: 'server-error', status: 503, body: 'empty' }, unavailable],
  ['200 as HTML', { kind: 'server-error', status: 200, body: 'html' }, 'ERR_IMS_PROXY'],
  ['200 without a body', { kind: 'server-error', status: 200, body: 'empty' }, unavailable],
  ['408', { kind: 'server-error', status: 408, body: 'empty' }, unavailable],
  ['headers that never arrive', { kind: 'slow-headers' }, unavailable],
  ['a body that stalls', { kind: 'slow-body' }, unavailable],
  ['a body without end', { kind: 'endless-body' }, unavailable],
  ['truncated JSON', { kind: 'truncated-json' }, unavailable],
  ['a reset', { kind: 'reset' }, unavailable],
  ['a reset in the body', { kind: 'reset-in-body' }, unavailable],
  ['a redirect', { kind: 'redirect', status: 302, location: '/elsewhere' }, 'ERR_IMS_PROXY'],
  ['a refusal', { kind: 'echo', place: 'error_description' }, 'ERR_TOKEN_REJECTED'],
  ['403 of the gateway', { kind: 'server-error', status: 403 }, 'ERR_TOKEN_REJECTED'],
  ['the client secret as the token', { kind: 'echo', place: 'access_token' }, malformed],
  ['no token', { kind: 'missing-access-token' }, malformed],
  ['no expiry', { kind: 'missing-expires-in' }, malformed],
  ['an expiry of 0', { kind: 'expires-in', value: 0 }, malformed],
  ['an expiry below 0', { kind: 'expires-in', value: -1 }, malformed],
  ['an expiry that is text', { kind: 'expires-in', value: 'abc' }, malformed],
  ['an expiry in milliseconds', { kind: 'expires-in', value: 86_399_992 }, malformed],
  ['another token type', { kind: 'not-bearer' }, malformed],
];
