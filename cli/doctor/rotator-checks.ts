import { Account, type Alarm, type Caller, functionMetricOf, metricOf } from '../aws/account.ts';
import { Functions } from '../aws/functions.ts';
import { CliError } from '../errors.ts';
import { functionOf, type Rotator } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { formatDuration } from '../view/durations.ts';
import { type Check, check, type Finding, failed, ok, unknown } from './check.ts';

// IMS and AWS both refuse what is signed or dated by a clock that is further off.
const skewTolerance = 300;

const deployAgain = 'deploy the stack again: npx cdk deploy';

/** Whether AWS can be asked at all: as whom, and by which clock. */
export function accountChecks(session: Session, region: string): readonly Check[] {
  const account = new Account(session.signal);
  const caller = account.caller();
  caller.catch(() => undefined);
  return [
    check('AWS credentials', async () => {
      try {
        const { arn } = await caller;
        return ok(`${arn}, in ${region}`);
      } catch (error) {
        if (!(error instanceof CliError && error.code === 'ERR_AWS_CREDENTIALS')) throw error;
        return failed(error.message, error.fix ?? 'sign in');
      }
    }),
    check('clock', async () => clockFinding(await caller, session)),
  ];
}

function clockFinding({ at }: Caller, { now }: Session): Finding {
  if (at === undefined) return unknown('AWS did not say what time it is');
  const skew = now() - at;
  if (Math.abs(skew) <= skewTolerance) return ok(`within ${Math.abs(skew)} s of AWS's`);
  return failed(
    `this machine is ${formatDuration(skew)} ${skew > 0 ? 'ahead of' : 'behind'} AWS`,
    'set the clock of this machine; what it says of expiries is wrong until then',
  );
}

/** Whether the rotator runs, and whether somebody is told when it does not. */
export function rotatorChecks(session: Session, rotator: Rotator): readonly Check[] {
  const account = new Account(session.signal);
  const alarms = allAlarms(account, rotator);
  alarms.catch(() => undefined);
  return [
    check('function', () => functionFinding(session, rotator)),
    check('schedule', () => scheduleFinding(account, rotator)),
    check('last tick', () => tickFinding(account, session, rotator)),
    check('alarms', async () => alarmsFinding(await alarms, rotator)),
    check(
      'alarm recipients',
      async () => await recipientsFinding(account, [...(await alarms).values()].flat()),
    ),
  ];
}

async function functionFinding(session: Session, rotator: Rotator): Promise<Finding> {
  const { function: target } = rotator;
  if (typeof target !== 'string') {
    if (target.code !== 'ERR_FUNCTION_NOT_FOUND') throw target;
    return failed(target.message, target.fix ?? deployAgain);
  }
  const state = await new Functions(session.signal).state(target);
  if (state === 'Active') return ok(target);
  return failed(`${target} is ${state}`, deployAgain);
}

async function scheduleFinding(account: Account, rotator: Rotator): Promise<Finding> {
  functionOf(rotator);
  const schedules = await account.schedulesOf(rotator.functionArn ?? '');
  const [first] = schedules;
  if (first === undefined) return failed('no schedule calls the function', deployAgain);
  const enabled = schedules.find(({ state }) => state === 'ENABLED');
  if (enabled !== undefined) return ok(`${enabled.name} is enabled`);
  return failed(
    `${first.name} is ${first.state.toLowerCase()}: nothing is renewed`,
    'enable it in the console of EventBridge Scheduler, or deploy the stack again',
  );
}

async function tickFinding(
  account: Account,
  { now }: Session,
  { name, tick, isKnown, function: target }: Rotator,
): Promise<Finding> {
  const at = now();
  const window = Math.max(3 * 3_600, 4 * tick);
  const last = await account.lastTick(name, at, window);
  const fix = 'look at the schedule above, then at the last lines of the log for ERR_ codes';
  const recent = last !== undefined && at - last <= 2 * tick + 600;
  if (
    !recent &&
    !isKnown &&
    typeof target !== 'string' &&
    target.code !== 'ERR_FUNCTION_NOT_FOUND'
  ) {
    return unknown('none that is recent, but only the function knows how often there is one');
  }
  if (last === undefined) return failed(`none in the last ${formatDuration(window)}`, fix);
  const age = Math.max(0, at - last);
  // The metric appears some minutes after the tick.
  if (recent) return ok(`${formatDuration(age)} ago`);
  return failed(`${formatDuration(age)} ago, and there is one every ${formatDuration(tick)}`, fix);
}

// Of each metric that the stack watches.
const watched = ['Ticks', 'MinLifeLeft', 'MinPausedLifeLeft', 'Failing'];
const watchedOfFunction = ['Errors', 'AsyncEventsDropped', 'Throttles'];

/** The alarms on each metric; of what cannot be known without the function, none are asked for. */
async function allAlarms(
  account: Account,
  rotator: Rotator,
): Promise<ReadonlyMap<string, readonly Alarm[]>> {
  const { name, function: target } = rotator;
  const metrics = [
    ...watched.map((metric) => metricOf(name, metric)),
    ...(typeof target === 'string'
      ? watchedOfFunction.map((metric) => functionMetricOf(target, metric))
      : []),
  ];
  return new Map(
    await Promise.all(
      metrics.map(async (metric) => [metric.MetricName, await account.alarmsOn(metric)] as const),
    ),
  );
}

function alarmsFinding(
  byMetric: ReadonlyMap<string, readonly Alarm[]>,
  { function: target }: Rotator,
): Finding {
  const alarms = [...byMetric.values()].flat();
  const isBlind = typeof target !== 'string' && target.code !== 'ERR_FUNCTION_NOT_FOUND';
  if (alarms.length === 0) {
    if (isBlind) return unknown('none was found by the name that is guessed');
    return failed('nothing watches the rotator', deployAgain);
  }
  const raised = alarms.filter(({ isRaised }) => isRaised);
  const unwatched = [...byMetric].filter(([, on]) => on.length === 0).map(([metric]) => metric);
  if (raised.length === 0 && unwatched.length > 0) {
    return failed(`nothing watches ${unwatched.join(', ')}`, deployAgain);
  }
  if (raised.length === 0 && isBlind) {
    return unknown(`${alarms.length}, none raised; those on the function were not looked at`);
  }
  if (raised.length === 0) return ok(`${alarms.length}, none raised`);
  const names = raised.map(({ name }) => name).join(', ');
  return failed(`raised: ${names}`, 'each has its section in docs/runbook.md');
}

async function recipientsFinding(account: Account, alarms: readonly Alarm[]): Promise<Finding> {
  if (alarms.length === 0) return failed('there are no alarms to be told of', deployAgain);
  const off = alarms.filter(({ actionsEnabled }) => !actionsEnabled);
  if (off.length > 0) {
    return failed(
      `switched off: ${off.map(({ name }) => name).join(', ')}`,
      'aws cloudwatch enable-alarm-actions --alarm-names NAME',
    );
  }
  const actions = [...new Set(alarms.flatMap((alarm) => alarm.actions))];
  if (actions.length === 0 || alarms.some((alarm) => alarm.actions.length === 0)) {
    return failed(
      'alarms are raised, and nobody is told',
      'set alarms.emails or alarms.topicArn in cdk.json, and deploy',
    );
  }
  const topics = actions.filter((arn) => arn.split(':')[2] === 'sns');
  if (topics.length === 0) return unknown(`they tell ${actions.join(', ')}`);
  const subscriptions = (
    await Promise.all(topics.map((arn) => account.subscriptionsOf(arn)))
  ).flat();
  const pending = subscriptions.filter(({ isConfirmed }) => !isConfirmed);
  if (pending.length > 0) {
    return failed(
      `not confirmed: ${pending.map(({ endpoint }) => endpoint).join(', ')}`,
      'open the mail "AWS Notification - Subscription Confirmation" and confirm',
    );
  }
  if (subscriptions.length === 0) {
    return failed(
      'nobody has subscribed to the topic',
      `subscribe somebody to ${topics.join(', ')}`,
    );
  }
  return ok(`confirmed: ${subscriptions.map(({ endpoint }) => endpoint).join(', ')}`);
}
