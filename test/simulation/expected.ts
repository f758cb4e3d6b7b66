import { tokenErrorCodes } from '../../client/token-error.ts';
import type { Reason } from '../../core/decision.ts';
import { errorKinds } from '../../core/errors.ts';
import type { CredentialOutcome } from '../../core/outcome.ts';
import type { Counts } from './counts.ts';
import { faultKinds } from './faults.ts';

// Records, so that the compiler demands every one.
const reasons: Readonly<Record<Reason, true>> = {
  paused: true,
  'token-secret-missing': true,
  'credential-missing': true,
  forced: true,
  'backing-off': true,
  'token-missing': true,
  'token-unread': true,
  'token-malformed': true,
  'credential-changed': true,
  'recently-issued': true,
  'over-budget': true,
  'token-expired': true,
  'token-expiring': true,
  'token-fresh': true,
};

const outcomes: Readonly<Record<CredentialOutcome['outcome'], true>> = {
  kept: true,
  renewed: true,
  failed: true,
  deferred: true,
  due: true,
};

const readerCodes = tokenErrorCodes.filter((code) => code.startsWith('ERR_TOKEN_'));

/** Everything that has to occur: what does not was not tested. */
export const expected: Readonly<Record<string, readonly string[]>> = {
  premises: [
    'P1: a whole tick fits between due and expiry',
    'P2: a whole tick',
    'P2: a whole tick of every shard',
    'P2: a version id claimed more than 25 hours',
    'P2: an event for a stored credential',
    'P2: a rotation of a token that nothing disturbed',
    'P3: two days without a disturbance',
    'P3: a run remembers a final failure',
    'P3: a run asks IMS again after a final failure',
    'P4: a reader returns a token',
    'P4: a reader reads a good token',
    'P5: a sandbox that remembers beside a new one',
    'invariant 9: a run asks IMS',
    'invariant 9: after three requests that are known',
    'invariant 9: after two tokens that no tag tells of',
    'invariants 1 and 3: renewed for its expiry alone',
    'invariant 3: a token expired within ten minutes',
    'P6: a tick tells how much life is left',
    'P6: a tick tells how much life a paused token has left',
    'P6: a tick sees a renewal fail',
    'P6: a tick looks at a calm credential',
    'P6: a tick in a world where all is calm',
    'P6: a run tells of a failure that goes on',
    'C1: a client secret becomes the current one',
    'C2: a retired client secret is deleted',
    'C2: what a rotation left over is deleted',
    'C3: a client secret is added',
    'C3: a rotation that nothing disturbed',
    'C4: a renewal after the grace',
    'C5: a rotation that had room',
    'C5: a tick tells of a rotation that is late',
  ],
  reasons: Object.keys(reasons),
  outcomes: Object.keys(outcomes),
  'error codes': Object.keys(errorKinds),
  'reader errors': readerCodes.filter(
    (code) => !['REVOKED', 'RENEWAL_FAILED'].some((end) => code.endsWith(end)),
  ),
  'reader problems': readerCodes.filter(
    (code) => !['EXPIRED', 'TOO_SHORT'].some((end) => code.endsWith(end)),
  ),
  faults: faultKinds,
};

const list = new Intl.ListFormat('en');

/** The end of a campaign: what it did not meet, and so did not check. */
export function unmetIn(counts: Counts): string {
  const sections = Object.entries(expected);
  const unmet = sections.flatMap(([section, names]) => {
    const { length } = names.filter((name) => counts.of(section, name) === 0);
    return length === 0 ? [] : [`${length} of ${names.length} ${section}`];
  });
  if (unmet.length > 0) return `Did not occur, so was not checked: ${list.format(unmet)}.`;
  const all = sections.map(([section, names]) => `${names.length} ${section}`);
  return `All occurred: ${list.format(all)}.`;
}
