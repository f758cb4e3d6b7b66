import { type MetricName, shardsOf } from '../../core/contract.ts';
import { Account } from '../aws/account.ts';
import {
  type Alarm,
  functionMetric,
  type Metrics,
  type MuteRule,
  rotatorMetric,
  type WatchedMetric,
} from '../aws/metrics.ts';
import type { CommonOptions } from '../common-options.ts';
import type { Rotator } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { hour } from '../view/durations.ts';
import { nextAwsCommand } from '../view/next-command.ts';
import { foreignWord } from '../view/shell-word.ts';
import { someOf } from '../view/some-of.ts';
import { canBeRaised } from './alarm-limits.ts';
import { type Check, check, deployAgain, type Finding, failed, ok, unknown } from './check.ts';

// The metrics that every stack has alarms on, beside the ticks of each shard.
const watched: readonly MetricName[] = ['MinLifeLeft', 'MinPausedLifeLeft', 'Failing'];
/** The alarms that a stack has on a metric, if there are more than one: an early one, and an urgent one. */
const alarmsOn: ReadonlyMap<string, number> = new Map([['MinLifeLeft', 2]]);
const watchedOfFunction = ['Errors', 'AsyncEventsDropped', 'Throttles'];

export type AlarmsByMetric = ReadonlyMap<string, readonly Alarm[]>;

/** Checks the rotator's alarms, and that somebody is notified of them. */
export function alarmChecks(session: Session, metrics: Metrics, rotator: Rotator): Check[] {
  const byMetric = readAlarms(session, metrics, rotator);
  byMetric.catch(() => undefined);
  return checksOfAlarms(session, metrics, rotator, byMetric);
}

/** The same, of alarms that are read elsewhere. */
export function checksOfAlarms(
  { signal, options }: Session,
  metrics: Metrics,
  rotator: Rotator,
  byMetric: AlarmsByMetric | Promise<AlarmsByMetric>,
): Check[] {
  const account = new Account(signal);
  return [
    check('alarms', async () => alarmsFinding(await byMetric, rotator)),
    check(
      'alarm recipients',
      async () =>
        await recipientsFinding(account, rotator, [...(await byMetric).values()].flat(), options),
    ),
    check(
      'mute rules',
      async () => await mutesFinding(metrics, [...(await byMetric).values()].flat(), options),
    ),
  ];
}

/** The alarms on the rotator's metrics and, if it is deployed, on those of its function. */
export async function readAlarms(
  session: Session,
  metrics: Metrics,
  rotator: Rotator,
): Promise<AlarmsByMetric> {
  const { name, shards, function: target } = rotator;
  const all: readonly (readonly [title: string, metric: WatchedMetric])[] = [
    ...shardsOf(shards).map(
      (shard) =>
        [
          shard === undefined ? 'Ticks' : `Ticks of shard ${shard}`,
          rotatorMetric(name, 'Ticks', shard),
        ] as const,
    ),
    ...watched.map((metric) => [metric, rotatorMetric(name, metric)] as const),
    ...(target.kind === 'deployed'
      ? watchedOfFunction.map((metric) => [metric, functionMetric(target.name, metric)] as const)
      : []),
  ];
  const [ofRotation, ...others] = await Promise.all([
    readRotationAlarms(session, metrics, rotator),
    ...all.map(async ([title, metric]) => [title, await metrics.alarmsOn(metric)] as const),
  ]);
  return new Map([...others, ...ofRotation]);
}

/** The stack has this alarm, and the function counts late rotations, only where client secrets rotate. */
async function readRotationAlarms(
  { now }: Session,
  metrics: Metrics,
  { name, tick }: Rotator,
): Promise<AlarmsByMetric> {
  const title: MetricName = 'ClientSecretRotationOverdue';
  const metric = rotatorMetric(name, title);
  const alarms = await metrics.alarmsOn(metric);
  if (alarms.length > 0) return new Map([[title, alarms]]);
  // The check of the last tick says what keeps the metrics from being read.
  const counted = await metrics
    .lastCounted(metric, now(), Math.max(3 * hour, 4 * tick))
    .catch(() => undefined);
  return new Map(counted === undefined ? [] : [[title, alarms]]);
}

function alarmsFinding(byMetric: AlarmsByMetric, { tick, function: target }: Rotator): Finding {
  const isHidden = target.kind === 'hidden';
  const alarms = [...byMetric.values()].flat();
  if (alarms.length === 0) {
    if (target.kind !== 'deployed') {
      const fix = isHidden ? undefined : target.why.fix;
      return unknown('no alarm found under the assumed name of the rotator', fix);
    }
    return failed('no alarm watches the rotator', deployAgain);
  }
  const raised = alarms.filter(({ isRaised }) => isRaised);
  if (raised.length > 0) {
    const names = someOf(raised.map(({ name }) => name));
    return failed(`raised: ${names}`, 'docs/runbook.md has a section for each alarm');
  }
  const unwatched = [...byMetric].filter(([, on]) => on.length === 0).map(([metric]) => metric);
  if (unwatched.length > 0) return failed(`no alarm watches ${unwatched.join(', ')}`, deployAgain);
  const known = isHidden ? undefined : tick;
  const wrong = [...byMetric].filter(
    ([metric, on]) =>
      on.filter((alarm) => canBeRaised(alarm, known)).length < (alarmsOn.get(metric) ?? 1),
  );
  if (wrong.length > 0) {
    const blind = wrong.flatMap(([, on]) => on).filter((alarm) => !canBeRaised(alarm, known));
    const names = blind.map(({ name }) => name);
    if (names.length === 0) {
      const metrics = wrong.map(([metric]) => metric).join(', ');
      return failed(`too few alarms watch ${metrics}`, deployAgain);
    }
    return failed(
      `cannot be raised in time: ${someOf(names)}`,
      'find out who changed the threshold, period or statistic, and set it back: npx cdk drift shows them',
    );
  }
  const none = `${alarms.length}, none raised`;
  return isHidden ? unknown(`${none}; alarms on the function were not checked`) : ok(none);
}

async function recipientsFinding(
  account: Account,
  { function: target }: Rotator,
  alarms: readonly Alarm[],
  options: CommonOptions,
): Promise<Finding> {
  const none = 'there are no alarms';
  if (alarms.length === 0) {
    return target.kind === 'deployed' ? failed(none, deployAgain) : unknown(none);
  }
  const off = alarms.filter(({ actionsEnabled }) => !actionsEnabled);
  if (off.length > 0) {
    return failed(
      `actions disabled: ${someOf(off.map(({ name }) => name))}`,
      nextAwsCommand('cloudwatch enable-alarm-actions --alarm-names NAME', options),
    );
  }
  if (alarms.some(({ actions }) => actions.length === 0)) {
    return failed(
      'alarms notify nobody',
      'set alarms.emails or alarms.topicArn in cdk.json, and deploy',
    );
  }
  const actions = [...new Set(alarms.flatMap((alarm) => alarm.actions))];
  const topics = actions.filter((arn) => arn.split(':')[2] === 'sns');
  if (topics.length === 0) return unknown(`alarms notify ${someOf(actions)}`);
  const others = alarms.filter((alarm) => !alarm.actions.some((arn) => topics.includes(arn)));
  if (others.length > 0) {
    const each = others.map((alarm) => `${alarm.name} notifies ${someOf(alarm.actions)}`);
    return unknown(`no topic: ${someOf(each, 10, '; ')}`);
  }
  return await subscriptionsFinding(account, topics);
}

async function subscriptionsFinding(account: Account, topics: readonly string[]): Promise<Finding> {
  const byTopic = await Promise.all(topics.map((arn) => account.subscriptionsOf(arn)));
  const subscriptions = byTopic.flat();
  const pending = subscriptions.filter(({ isConfirmed }) => !isConfirmed);
  if (pending.length > 0) {
    return failed(
      `not confirmed: ${someOf(pending.map(({ endpoint }) => endpoint))}`,
      'open the mail "AWS Notification - Subscription Confirmation" and confirm',
    );
  }
  const deaf = topics.filter((_, index) => byTopic[index]?.length === 0);
  if (deaf.length > 0) {
    return failed('the topic has no subscriber', `subscribe somebody to ${someOf(deaf)}`);
  }
  return ok(`confirmed: ${someOf(subscriptions.map(({ endpoint }) => endpoint))}`);
}

/** Alarms, by the name of the rule. */
type Muted = ReadonlyMap<string, readonly { readonly alarm: string }[]>;

/** A muted alarm is raised as ever, but notifies nobody. */
async function mutesFinding(
  metrics: Metrics,
  alarms: readonly Alarm[],
  options: CommonOptions,
): Promise<Finding> {
  if (alarms.length === 0) return unknown('there are no alarms');
  const names = [...new Set(alarms.map(({ name }) => name))];
  const rules = await Promise.all(
    names.map(async (alarm) =>
      (await metrics.muteRulesOf(alarm)).map((rule) => ({ ...rule, alarm })),
    ),
  );
  const muted = (wanted: MuteRule['status']): Muted =>
    Map.groupBy(
      rules.flat().filter(({ status }) => status === wanted),
      ({ name }) => name,
    );
  const [active, scheduled] = [muted('active'), muted('scheduled')];
  // A rule may mute others' alarms, too, so that deleting it is no advice.
  const see = (rule: string): string => {
    const words = `cloudwatch get-alarm-mute-rule --alarm-mute-rule-name ${foreignWord(rule, 'RULE')}`;
    return nextAwsCommand(words, options);
  };
  const [now] = active.keys();
  if (now !== undefined) {
    return failed(
      `muted now: ${inWords(active)}`,
      `see until when, and have whoever made the rule take these alarms out of it: ${see(now)}`,
    );
  }
  const [next] = scheduled.keys();
  if (next === undefined) return ok('none mutes an alarm');
  return unknown(`to be muted: ${inWords(scheduled)}`, `see when: ${see(next)}`);
}

function inWords(rules: Muted): string {
  const words = [...rules].map(
    ([name, muted]) => `${someOf(muted.map(({ alarm }) => alarm))} (by ${name})`,
  );
  return someOf(words, 10, '; ');
}
