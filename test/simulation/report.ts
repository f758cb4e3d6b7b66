// In: what a campaign counted. Out: docs/reliability.md.
import type { Campaign, CampaignResult } from './campaign.ts';
import { expected, unmetIn } from './expected.ts';
import {
  consoleDeeds,
  consoleStormKinds,
  deeds,
  retiredDeeds,
  steadyFaults,
  stormKinds,
  type Target,
  targets,
} from './faults.ts';
import { consoleDeedPause, deedPause, habitOf } from './habits.ts';

const [hour, day, year] = [3_600, 86_400, 365];

function duration(seconds: number): string {
  if (seconds < hour) return `${seconds / 60} min`;
  return seconds < 2 * day ? `${seconds / hour} h` : `${seconds / day} days`;
}

const struck: Readonly<Record<Target, string>> = {
  ims: 'requests to IMS',
  validate: 'validations of a token',
  aws: 'calls of Secrets Manager',
  list: 'lists of secrets',
  put: 'values to be stored',
  effect: 'calls of any kind',
  invocation: 'invocations',
  tick: 'ticks',
  event: 'events',
  console: 'calls of the Developer Console',
  'console-list': 'lists of client secrets at Adobe',
  'console-add': 'client secrets that are added at Adobe',
  rotation: 'steps of a client secret’s rotation',
};

const habits = Object.entries(struck).map(([target, what]) => {
  const { every, longest, rates } = habitOf(target as Target);
  const kinds = Object.entries(targets).filter(([, struckOne]) => struckOne === target);
  const names = kinds.map(([kind]) => kind).join(', ');
  const most = longest.map((seconds) => duration(seconds)).join(' to ');
  const shares = rates.map((rate) => `${100 * rate} %`).join(', ');
  return `| ${what}: ${names} | ${every.join(' to ')} | ${most} | ${shares} |`;
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
  const seedsOf = failed.map(({ seed, violation }) => `${seed} (${violation?.rule})`).join(', ');
  return `# Reliability

The simulation runs the function's own code for years, on a virtual clock, against models of everything around it, each
of which can fail at any time. That code is \`lambda/\` from \`run-command.ts\` on, what it uses of \`core/\`, and the
cached reader of \`client/\`; the rest is [not simulated](#what-is-not-simulated). After every step the simulation checks
the invariants 1 to 3, 5, 6 and 8 to 10 of [ARCHITECTURE.md](../ARCHITECTURE.md#invariants) and the properties below. The
fourth follows from P2, which is demanded of each credential whatever befalls another one alone; the seventh from P2 and
the budget of invariant 9, since every event may come twice, late or not at all.

The simulation is in the repository, not in the package. Every figure of this page is written by

    ${command}

${commit === undefined ? 'It ran outside a clone, so its commit is unknown.' : `It ran on commit \`${commit}\`.`}

| what | figure |
| --- | ---: |
| credential-years | ${years < 10 ? years.toFixed(1) : Math.floor(years).toLocaleString('en-US')} |
| seeds | ${finished} |
| seeds with a violation | ${failed.length} |
| minutes of one core | ${Math.ceil(seconds / 60)} |
${failed.length === 0 ? '' : `\nThese seeds have a violation: ${seedsOf}.\n`}
\`npm run simulate -- --seed N --days ${days} --credentials ${credentials}\` repeats a seed, exits with 1 on a violation,
and looks for a shorter history that ends in a violation of the same property. A credential-year takes two to five seconds.

## What a seed draws

Worlds are much rougher than any account. A seed draws how far apart ticks are (10 minutes to an hour), how many secrets
a page of a list has (5 to 100), how long a run may take, how wrong each clock is (by up to 2 minutes), and for each
kind of fault how often it occurs, how long it lasts at most, and which share it strikes while it lasts:

| what is struck, and by what | days between two, on average | longest duration | share |
| --- | ---: | ---: | ---: |
${habits.join('\n')}

Each deed of people or programs is done to each credential every ${deedPause.join(' to ')} days on average, those to client
secrets that are rotated every ${consoleDeedPause.join(' to ')}.

## What is not simulated

The models take the place of the adapters that connect the function to the network. So a fault of IMS or of the
Developer Console arrives as an adapter reports it (\`ims-certificate\` is the error \`ERR_IMS_CERTIFICATE\`), and one of
Secrets Manager as an error of the SDK. The models are not the stand-ins of \`emulators/\`, whose Secrets Manager
\`npm run conformance\` checks. Those are real servers, against which the code that is not simulated is tested:

| code | tests |
| --- | --- |
| \`core/credential-path.ts\`, for the commands alone | \`test/core/credential-path.test.ts\` |
| \`lambda/handler.ts\`, \`core/config.ts\`, \`core/rotating-names.ts\` | \`test/lambda/\`, with the bundle that is deployed; \`test/core/config.test.ts\` |
| \`lambda/adapters/\`, \`core/secret-metadata.ts\`; except \`network-fault.ts\`, \`secrets-manager-errors.ts\` | \`test/lambda/adapters/\`; \`test/lambda/fault-pairs.test.ts\` and \`rotation-fault-pairs.test.ts\`, with two faults at once |
| \`lambda/steps/proxy-credentials.ts\`, \`core/proxy.ts\` | \`test/lambda/closed-network.test.ts\`; \`test/core/proxy.test.ts\` |
| \`client/\`; except \`cached-token-reader.ts\`, \`read-failure.ts\`, \`request-renewal.ts\`, \`stored-token.ts\`, \`token-error.ts\` | \`test/client/\`: \`createTokenReader\`, its sources, and \`createImsFetch\` |

The simulation also leaves out the many forms of a credential's file (tests in \`test/core/\`), the deployed stack, the
commands of \`cli/\`, the console, replicas, the SDK, and AWS and Adobe themselves.

## What is promised

A *calm span* is the interval of ticks, the function's time-out and 20 minutes, without a fault: 5 minutes for a list
that lags, 10 for the budget of requests, 4 for two clocks that are each 2 minutes wrong, and 1 for the scheduler.

- P1: no consumer whose cache is at most 5 minutes old holds an expired token, if a calm span fits between 4 minutes
  after the token is due and 5 minutes before it expires.
- P2: the first tick that nothing disturbs after a fault leaves a token that is valid, not due, and of the current
  credential; with shards, the first such tick of every shard. After a final failure that was fixed only at Adobe, where
  nothing tells the rotator, it may take an hour longer. A credential that was stored is renewed by its event. A run
  leaves work to the next one only when it has no time for it. A rotation of a token secret that nothing disturbs makes
  its token the current one, unless two clocks disagree on which of the two is newer.
- P3: after two days without a fault, at most one run more in 24 hours asks IMS for a credential's token than renewals
  as early as possible need: four in all, if the token lives for 24 hours. After a final failure that its tag tells of,
  nobody but an operator asks IMS again before the wait is over. No wait is shorter than a quarter of an hour, unless
  the stored token expires, and none that the rotator begins lasts beyond two ticks before that. A run asks a host no
  more that has failed five times in a row, or cannot be reached.
- P4: a reader (\`ims-token-rotator/client\`) returns no token that has expired by its clock, has one read in flight, and
  starts at most one every 10 seconds. While it is used, it reads again within 5 minutes. It fails only if its last read
  brought no good token, and never without a read that it may start.
- P5: a warm sandbox of Lambda makes the same decisions as a cold one.
- P6: a failure that begins fails the invocation that meets it; a tick counts what it sees fail, and tells how much of
  its life the token has left that is closest to its expiry. It also counts each answer to a leak that was broken off a
  day ago. A failure that goes on keeps the time at which it began. A tick raises no alarm over a credential that
  nothing has disturbed: it counts neither that credential as failing nor its rotation as late, and leaves its status
  \`ok\`.

In some seeds Secrets Manager
[rotates client secrets](client-secret-rotation.md), on a schedule and by hand, while people add, use and delete secrets
at Adobe:

- C1: at each moment a stored client secret works, unless somebody else has broken it. A client secret becomes current
  only after IMS has accepted it, and a token of it.
- C2: a client secret is deleted at Adobe only if a rotation added it and it was never current, or if a rotation
  replaced it at least a day ago and Adobe tells of no use since, but of one of another client secret. It is none that
  the version AWSCURRENT or AWSPENDING holds as one that is in use, whatever people noted beside it.
- C3: a new client secret is stored before anything else is done. No run writes over a note that it has seen of another
  rotation, or of an answer to a leak. What a rotation that was cut short has left at Adobe is gone after the first
  rotation that nothing disturbs. There are two exceptions: one that was more than a day old when it was last tested,
  and that of a rotation which first met Adobe's limit of two secrets: it may stay in the pending version, with which
  the next rotation goes on.
- C4: the first renewal that nothing disturbs, once a rotation is a day old, leaves one client secret at Adobe, and the
  tag \`ims-token-rotator:rotation\` says \`none\`.
- C5: a rotation that nothing disturbs ends within its retries, if tokens live for longer than two intervals of ticks
  and ten minutes. It leaves a request to a token that is due. A tick reports a late one in the metric
  \`ClientSecretRotationOverdue\`.

How often the condition of each property was met: that often it was checked. The invariants without a row are checked at
every write, log line and end of a run:

${table('premises', expected['premises'] ?? [])}

## What was decided

${table('reasons', expected['reasons'] ?? [])}

There are more outcomes than reasons: a run that could not see enough of a credential to decide has none.

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

${table('faults', [...consoleDeeds, ...retiredDeeds])}

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

## How the simulation is tested

Each of the more than 50 ways of \`test/simulation/breaks.ts\` breaks the function or the reader so that it violates one
property or invariant, and \`npx vitest run --project long test/simulation/broken-engines.long.test.ts\` demands that the
simulation reports just that, in about ten minutes. Each of them is violated in one way at least.
\`test/simulation/reliability.test.ts\` demands that no premise, decision, error code or fault of this page has a zero.
[Mutations](mutations.md) show what the other tests notice, and [CONTRIBUTING.md](../CONTRIBUTING.md#how-it-is-tested)
leads to all of them.

${unmetIn(counts)}
`;
}
