// In: what a campaign counted. Out: docs/reliability.md.
import { tokenErrorCodes } from '../../client/token-error.ts';
import type { Reason } from '../../core/decision.ts';
import { errorKinds } from '../../core/errors.ts';
import type { CredentialOutcome } from '../../core/outcome.ts';
import type { Campaign, CampaignResult } from './campaign.ts';
import {
  consoleDeeds,
  consoleStormKinds,
  deeds,
  faultKinds,
  steadyFaults,
  stormKinds,
  targets,
} from './faults.ts';
import { consoleDeedPause, deedPause, habitOf } from './habits.ts';

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

const [hour, day, year] = [3_600, 86_400, 365];

function duration(seconds: number): string {
  if (seconds < hour) return `${seconds / 60} min`;
  return seconds < 2 * day ? `${seconds / hour} h` : `${seconds / day} days`;
}

const habits = [...new Set(Object.values(targets))].map((target) => {
  const { every, longest, rates } = habitOf(target);
  const most = longest.map((seconds) => duration(seconds)).join(' to ');
  const shares = rates.map((rate) => `${100 * rate} %`).join(', ');
  return `| ${target} | ${every.join(' to ')} | ${most} | ${shares} |`;
});

/** Where the figures come from. */
export interface Origin {
  readonly command: string;
  /** Of the code that was simulated; undefined outside a clone. */
  readonly commit: string | undefined;
}

/** The page docs/reliability.md. */
export function reportOf(
  { days, credentials }: Campaign,
  { counts, failed, finished, simulatedDays, seconds }: CampaignResult,
  { command, commit }: Origin,
): string {
  const years = (simulatedDays * credentials) / year;
  const table = (section: string, names: readonly string[]): string =>
    [
      `| ${section} | times |`,
      '| --- | ---: |',
      ...names.map((name) => `| ${name} | ${counts.of(section, name).toLocaleString('en-US')} |`),
    ].join('\n');
  const totals = [...counts.section('totals').keys()].sort();
  const seedsOf = failed.map(({ seed }) => seed).join(', ');
  return `# Reliability

The simulation runs the function's own code for years, on a virtual clock, against models of everything around it, each
of which can fail at any time. Its own code is that of \`core/\`, \`lambda/\` from a command on, and \`client/\`. After
every step it checks the invariants 1 to 3, 5, 6 and 8 to 10 of [ARCHITECTURE.md](../ARCHITECTURE.md#invariants) and the
properties below. The fourth follows from P2, which is demanded of each credential whatever befalls another one alone;
the seventh from P2 and the budget of invariant 9, since every event may come twice, late or not at all. Every figure of this page is written by

    ${command}

${commit === undefined ? '' : `It ran on commit \`${commit}\`.\n\n`}| what | figure |
| --- | ---: |
| credential-years | ${Math.floor(years).toLocaleString('en-US')} |
| seeds | ${finished} |
| seeds with a violation | ${failed.length} |
| minutes of one core | ${Math.ceil(seconds / 60)} |
${failed.length === 0 ? '' : `\nThese seeds have a violation: ${seedsOf}.\n`}
\`npm run simulate -- --seed N --days ${days} --credentials ${credentials}\` repeats a seed, exits with 1 on a violation,
and looks for a shorter history that ends in a violation of the same property.

## What a seed draws

Worlds are much rougher than any account. A seed draws how far apart ticks are (10 minutes to an hour), how many secrets
a page of a list has (5 to 100), how long a run may take, how wrong each clock is (by up to 2 minutes), and of each
kind of fault how often it comes, how long it lasts and what share it strikes. What each kind strikes stands in
\`test/simulation/faults.ts\`:

| strikes | days from one to the next | the longest lasts | shares |
| --- | ---: | ---: | ---: |
${habits.join('\n')}

Each deed of people or programs is done to each credential every ${deedPause.join(' to ')} days on average, those to client
secrets that are rotated every ${consoleDeedPause.join(' to ')}.

What is not simulated: the deployed stack, the commands, replicas, the SDK, and AWS and Adobe themselves.

## What is promised

A *calm span* is the interval of ticks, the function's time-out and 20 minutes, without a fault: 5 minutes for a list
that lags, 10 for the budget of requests, 4 for two clocks that are each 2 minutes wrong, and 1 for the scheduler.

- P1: no consumer whose cache is at most 5 minutes old holds an expired token, if a calm span fits between 4 minutes after
  the token is due and 5 minutes before it expires.
- P2: the first tick that nothing disturbs after a fault leaves a token that is valid, not due, and of the current
  credential; with shards, the first such tick of every shard. After a final failure that was fixed only at Adobe, where
  nothing tells the rotator, it may take an hour longer. A credential that was stored is renewed by its event. A run
  leaves work to the next one only when it has no time for it. A rotation of a token secret that nothing disturbs makes
  its token the current one, unless two clocks disagree on which of the two is newer.
- P3: after two days without a fault, at most one run more in 24 hours asks IMS for a credential's token than renewals
  as early as possible need: four in all, if the token lives for 24 hours. After a final failure that its tag tells of,
  nobody but an operator asks IMS again before the wait is over, and no wait is shorter than a quarter of an hour, unless
  the stored token expires.
- P4: a reader (\`ims-token-rotator/client\`) returns no token that has expired by its clock, has one read in flight, and
  starts at most one every 10 seconds. It fails only if its last read brought no good token, and never without a read
  that it may start.
- P5: a warm sandbox of Lambda makes the same decisions as a cold one.
- P6: a failure that begins fails the invocation that meets it; a tick counts what it sees fail, and tells how much of
  its life the token has left that is closest to its expiry.

In some seeds Secrets Manager
[rotates client secrets](client-secret-rotation.md), on a schedule and by hand, while people add, use and delete secrets
at Adobe:

- C1: at each moment a stored client secret works, unless somebody else has broken it. A client secret becomes current
  only after IMS has accepted it.
- C2: a client secret is deleted at Adobe only if a rotation added it and it was never current, or if a rotation replaced
  it at least a day ago and Adobe tells of no use since.
- C3: a new client secret is stored before anything else is done. What a rotation that was cut short has left at Adobe is
  gone after the first rotation that nothing disturbs. There are two exceptions: one that was more than a day old when it
  was last tested, and that of a rotation which first met Adobe's limit of two secrets: it may stay in the pending
  version, with which the next rotation goes on.
- C4: the first renewal that nothing disturbs, once a rotation is a day old, leaves one client secret at Adobe, and the
  tag \`ims-token-rotator:rotation\` says \`none\`.
- C5: a rotation that nothing disturbs ends within its retries, if tokens live for longer than two intervals of ticks and
  ten minutes. A tick reports a late one in the metric \`ClientSecretRotationOverdue\`.

How often the condition of each property was met, so that it was really checked (the invariants without a row are checked
at every write, log line and end of a run):

${table('premises', expected['premises'] ?? [])}

## What was decided

${table('reasons', expected['reasons'] ?? [])}

${table('outcomes', expected['outcomes'] ?? [])}

How many invocations told of each error code, be it in the log, in the answer or in the error that they ended with; one
that told of it several times, or of several credentials, counts once:

${table('error codes', expected['error codes'] ?? [])}

## What was done to it

Faults that struck a call, a tick, an event or an invocation of the rotator. Of those, a crash counts if the process
was still there to die:

${table('faults', stormKinds)}

Faults that are always there:

${table('faults', steadyFaults)}

What people and programs did; what was refused, or found nothing to be done to, does not count:

${table('faults', deeds)}

What struck rotations of client secrets:

${table('faults', consoleStormKinds)}

What people and programs did to those, counted in the same way:

${table('faults', consoleDeeds)}

## Results

Faults last for hours or days, so tokens do expire at consumers: all of these are cases that P1 excludes. A rotation of a
client secret had no room if its last try found two secrets at Adobe, of which the rotator may delete none: people add
them there, and rotations that are cut short leave them for a while. Secrets Manager repeats what fails. Readers meet
the faults of Secrets Manager, too: of whatever kind, their read fails at once or is slow.

${table('totals', totals)}

The errors that readers returned to their callers, including those after an operator had deleted or overwritten the
token:

${table('reader errors', expected['reader errors'] ?? [])}

What readers told their \`onProblem\`, whether a caller got a token all the same or that error:

${table('reader problems', expected['reader problems'] ?? [])}
`;
}
