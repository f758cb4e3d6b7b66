import type { EpochSeconds } from '../../core/instant.ts';
import { Functions } from '../aws/functions.ts';
import { functionMetric, Metrics } from '../aws/metrics.ts';
import { abandonedRotators, explainAbandoned } from '../rotator/abandoned.ts';
import { blindSpotOf, explainOverlaps, overlapsOf } from '../rotator/overlaps.ts';
import { deployedFunction, type Rotator } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { formatDuration, hour } from '../view/durations.ts';
import { someOf } from '../view/some-of.ts';
import { alarmChecks } from './alarm-checks.ts';
import { type Check, check, deployAgain, type Finding, failed, ok, unknown } from './check.ts';
import { lastTickOf } from './last-tick.ts';
import { scheduleFinding } from './schedule-finding.ts';

/** Checks that the rotator runs, and that somebody is notified when it does not. */
export function rotatorChecks(session: Session, rotator: Rotator): readonly Check[] {
  const metrics = new Metrics(session.signal);
  return [
    check('function', () => functionFinding(session, rotator)),
    check('schedule', () => scheduleFinding(session, rotator)),
    check('last tick', () => tickFinding(metrics, session, rotator)),
    ...alarmChecks(session, metrics, rotator),
    check('own prefix', async () => overlapFinding(rotator)),
    check('other rotators', () => abandonedFinding(session, rotator)),
  ];
}

/** Within an app, synthesis refuses this; nothing else sees the rotators of other apps. */
function overlapFinding(rotator: Rotator): Finding {
  const overlaps = overlapsOf(rotator);
  if (overlaps.length > 0) {
    const { words, fix } = explainOverlaps(overlaps, rotator);
    return failed(words, fix);
  }
  const { function: target } = rotator;
  if (target.kind === 'absent') return unknown('there is no function', target.why.fix);
  const unseen = blindSpotOf(rotator);
  if (unseen === undefined) return ok(`${rotator.prefix}/ belongs to no other rotator`);
  const { message, fix } = target.kind === 'hidden' ? target.why : {};
  return unknown(message ?? unseen, fix);
}

/** Tokens that nothing renews raise no alarm: alarms belong to a rotator that has a function. */
async function abandonedFinding(session: Session, rotator: Rotator): Promise<Finding> {
  const abandoned = await abandonedRotators(session, rotator);
  if (abandoned === undefined) {
    const { message, fix } = rotator.function.kind === 'hidden' ? rotator.function.why : {};
    return unknown(`${message ?? 'functions could not be listed'}`, fix);
  }
  const explained = abandoned.map((one) => explainAbandoned(session, one, rotator));
  const [first] = explained;
  if (first === undefined) return ok('none is abandoned');
  const each = someOf(
    explained.map(({ words }) => words),
    5,
    '; ',
  );
  const sure = explained.find(({ isNew }) => !isNew);
  return sure === undefined ? unknown(each, first.fix) : failed(each, sure.fix);
}

async function functionFinding(session: Session, rotator: Rotator): Promise<Finding> {
  const { function: target } = rotator;
  if (target.kind === 'absent') return failed(target.why.message, target.why.fix ?? deployAgain);
  const { name } = deployedFunction(rotator);
  const state = await new Functions(session.signal).state(name);
  return state === 'Active' ? ok(name) : failed(`${name} is ${state}`, deployAgain);
}

async function tickFinding(metrics: Metrics, { now }: Session, rotator: Rotator): Promise<Finding> {
  const { tick, function: target } = rotator;
  const at = now();
  const window = Math.max(3 * hour, 4 * tick);
  const { of, last } = await lastTickOf(metrics, rotator, at, window);
  const fix = 'check the schedule above, then the last lines of the log for ERR_ codes';
  const age = last === undefined ? undefined : Math.max(0, at - last);
  // The metric appears some minutes after the tick.
  const recent = 2 * tick + 600;
  if (age !== undefined && age <= recent) {
    const ago = `${formatDuration(age)} ago`;
    if (target.kind === 'hidden' || (await isInvoked(metrics, rotator, at, recent))) {
      return ok(`${ago}${of && `, the one${of}`}`);
    }
    const words = `the metric Ticks has one ${ago}, but Lambda has counted no invocation of the function`;
    return failed(
      words,
      'check the schedule above, and CloudTrail for PutMetricData and PutMetricFilter',
    );
  }
  if (target.kind === 'hidden') {
    return unknown('none recently, but only the function knows the interval between ticks');
  }
  // The line of the function has the reason: a deployment does not help against a mistyped name.
  if (target.kind === 'absent') return unknown('none: there is no function', target.why.fix);
  if (age === undefined) return failed(`none${of} in the last ${formatDuration(window)}`, fix);
  const due = `one${of} is due every ${formatDuration(tick)}`;
  return failed(`${formatDuration(age)} ago, but ${due}`, fix);
}

/** Anybody who may write metrics can feign a tick, but nobody can write those of AWS. */
async function isInvoked(
  metrics: Metrics,
  rotator: Rotator,
  at: EpochSeconds,
  seconds: number,
): Promise<boolean> {
  const metric = functionMetric(deployedFunction(rotator).name, 'Invocations');
  return (await metrics.lastCounted(metric, at, seconds)) !== undefined;
}
