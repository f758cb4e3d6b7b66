import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Construct } from 'constructs';
import { shardsOf } from '../core/contract.ts';
import { type AlarmName, whereToLook } from './alarm-steps.ts';
import { timeLeftAtAlarm } from './alarm-thresholds.ts';
import { rotatorMetric, shardMetric } from './metrics.ts';
import type { RotatorAlarmsProps } from './rotator-alarms-props.ts';
import { shardId } from './shards.ts';

type Check = Omit<AlarmProps, 'treatMissingData' | 'evaluationPeriods'> &
  Partial<Pick<AlarmProps, 'treatMissingData' | 'evaluationPeriods'>>;

type Window = Required<Pick<AlarmProps, 'evaluationPeriods' | 'datapointsToAlarm'>>;

const { LESS_THAN_THRESHOLD, GREATER_THAN_OR_EQUAL_TO_THRESHOLD } = ComparisonOperator;

/** The alarms of one rotator. Each says what happened, how much time is left, and what to do. */
export class RotatorAlarms extends Construct {
  /** A token is close to expiry. */
  readonly lifeLeft: Alarm;
  /** A token is about to expire. */
  readonly lifeLeftUrgent: Alarm;
  /** A credential failed at two ticks in a row. A failure that the next tick repairs is no alarm. */
  readonly failing: Alarm;
  /** A run failed, because a failure began: also where others last and `failing` is raised already. */
  readonly newFailure: Alarm;
  /** No tick of the shard is completed. The first deployment raises it once, until the first tick. */
  readonly silence: readonly Alarm[];
  /** A paused token is close to expiry. */
  readonly pausedLifeLeft: Alarm;
  /** Lambda gave up on ticks or credential events. */
  readonly eventsDropped: Alarm;
  /** Lambda throttles the function. */
  readonly throttles: Alarm;
  /** All of them, in the order of their creation. */
  readonly all: Alarm[] = [];

  readonly #props: RotatorAlarmsProps;

  constructor(scope: Construct, id: string, props: RotatorAlarmsProps) {
    super(scope, id);
    this.#props = props;
    const { pagePercent, urgentPercent } = props.thresholds;
    this.lifeLeft = this.#lifeLeft('LifeLeft', pagePercent, 'Act within that time.');
    this.lifeLeftUrgent = this.#lifeLeft('LifeLeftUrgent', urgentPercent, 'Act now.');
    this.pausedLifeLeft = this.#pausedLifeLeft(pagePercent);
    this.failing = this.#failing();
    this.newFailure = this.#newFailure();
    this.silence = shardsOf(props.shards).map((shard, index) =>
      this.#silence(shardId('Silence', index), shard),
    );
    this.eventsDropped = this.#eventsDropped();
    this.throttles = this.#throttles();
  }

  /** The rotation of a client secret is overdue. Added once, with the first that rotates. */
  addClientSecretRotation(): void {
    const id = 'ClientSecretRotationOverdue';
    if (this.node.tryFindChild(id) !== undefined) return;
    this.#alarm(id, {
      metric: rotatorMetric(this.#props.rotator, id, { period: this.#props.tick }),
      comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      ...this.#window(1),
      alarmDescription: this.#describe(
        'The rotation of a client secret is a day overdue, incomplete, or was switched off.',
        'Nothing fails for now: tokens are renewed with the stored client secret, which does not expire.',
        id,
      ),
    });
  }

  #lifeLeft(id: string, percent: number, act: string): Alarm {
    return this.#alarm(id, {
      metric: rotatorMetric(this.#props.rotator, 'MinLifeLeft', { period: this.#props.tick }),
      comparisonOperator: LESS_THAN_THRESHOLD,
      threshold: percent,
      ...this.#window(1),
      alarmDescription: this.#describe(
        `A token has less than ${percent} % of its life left, or had expired before it was renewed.`,
        `Consumers fail when the token expires: ${this.#timeLeft(percent)} ${act}`,
        'LifeLeft',
      ),
    });
  }

  /** The alarm on life left omits paused tokens, so that somebody who pauses one ends it unseen. */
  #pausedLifeLeft(percent: number): Alarm {
    return this.#alarm('PausedLifeLeft', {
      metric: rotatorMetric(this.#props.rotator, 'MinPausedLifeLeft', { period: this.#props.tick }),
      comparisonOperator: LESS_THAN_THRESHOLD,
      threshold: percent,
      ...this.#window(1),
      alarmDescription: this.#describe(
        `A paused token has less than ${percent} % of its life left, and is not renewed.`,
        `Consumers fail when the token expires: ${this.#timeLeft(percent)} Resume the credential, or offboard it.`,
        'PausedLifeLeft',
      ),
    });
  }

  #timeLeft(percent: number): string {
    return timeLeftAtAlarm(percent, this.#props.tick.toSeconds());
  }

  #failing(): Alarm {
    return this.#alarm('Failing', {
      metric: rotatorMetric(this.#props.rotator, 'Failing', { period: this.#props.tick }),
      comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      ...this.#window(2),
      alarmDescription: this.#describe(
        'The renewal of a credential keeps failing, or the answer to a leak was broken off a day ago.',
        'What has leaked may still work. Otherwise the stored token is valid until it expires, by default for half its life; the alarm on life left pages before that.',
        'Failing',
      ),
    });
  }

  /**
   * A failure fails one invocation, that in which it begins, however many others last. So this alarm
   * needs one data point: a second would be another failure. It is over a tick later, ready for the
   * next failure, while the alarm on what keeps failing stays raised. A blip that the next tick
   * repairs raises it once; that the alarm on failing does not follow shows that it was one. A
   * failure that begins at the next tick only keeps it raised. A shorter period would end it sooner,
   * and raise it anew at each tick of an outage.
   */
  #newFailure(): Alarm {
    return this.#alarm('NewFailure', {
      metric: this.#props.function.metricErrors({
        statistic: Stats.SUM,
        period: this.#props.tick,
      }),
      comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      alarmDescription: this.#describe(
        'A run failed: the renewal of a credential began to fail, or the function could not finish.',
        'The stored token is intact and valid until it expires, by default for half its life. If the next tick repairs it, the alarm on failing does not follow.',
        'NewFailure',
      ),
    });
  }

  /**
   * Evaluates periods of a third of a tick, as many as fill two ticks, so that one lost tick leaves
   * too few periods empty to raise the alarm. A period of a whole tick would be empty whenever a tick
   * is slightly late. CloudWatch looks at more periods than it evaluates, and any tick in them counts:
   * the alarm is raised after about four silent ticks, within an hour at a tick of 15 minutes.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
   */
  #silence(id: string, shard: string | undefined): Alarm {
    const tick = this.#props.tick.toMinutes();
    const period = Math.ceil(tick / 3);
    const ofShard = shard === undefined ? '' : ` of shard ${shard}`;
    const deployment = shard === undefined ? 'The first deployment' : 'Deploying the shard';
    return this.#alarm(id, {
      metric: shardMetric(this.#props.rotator, shard, 'Ticks', {
        statistic: Stats.SUM,
        period: Duration.minutes(period),
      }),
      comparisonOperator: LESS_THAN_THRESHOLD,
      threshold: 1,
      evaluationPeriods: Math.ceil((2 * tick) / period),
      treatMissingData: TreatMissingData.BREACHING,
      alarmDescription: this.#describe(
        `No tick${ofShard} was completed for ${2 * tick} minutes or more: nothing${ofShard} is renewed, and no other alarm will fire.`,
        `Stored tokens stay valid until they expire, by default for half their lifetime after the last tick. ${deployment} raises this alarm once, until the first tick.`,
        'Silence',
      ).replace('{"action":"tick"}', JSON.stringify({ action: 'tick', shard })),
    });
  }

  #eventsDropped(): Alarm {
    return this.#alarm('EventsDropped', {
      metric: this.#props.function.metric('AsyncEventsDropped', {
        statistic: Stats.SUM,
        period: Duration.minutes(5),
      }),
      comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      alarmDescription: this.#describe(
        'Lambda dropped a tick or the event of a stored credential: the function failed twice or could not start.',
        'The next tick makes up for it. If this lasts, stored tokens last about half their lifetime.',
        'EventsDropped',
      ),
    });
  }

  #throttles(): Alarm {
    return this.#alarm('Throttles', {
      metric: this.#props.function.metricThrottles({
        statistic: Stats.SUM,
        period: this.#props.tick,
      }),
      comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      evaluationPeriods: 3,
      // Lambda retries a throttled event, so that a single one does no harm.
      datapointsToAlarm: 2,
      alarmDescription: this.#describe(
        'Lambda throttles the function: the concurrency of the account is exhausted, or that of the function is 0.',
        'If no tick gets through, the alarm on silence follows, and stored tokens last about half their lifetime.',
        'Throttles',
      ),
    });
  }

  /**
   * The periods of a tick in which a metric has to breach. A shard that ticks late leaves a period to
   * the others, which may be healthy, and has two ticks in another one: twice the periods keep the
   * alarm raised meanwhile. Without shards that period would be empty, and CloudWatch goes by the one
   * before.
   */
  #window(datapointsToAlarm: number): Window | { readonly evaluationPeriods: number } {
    if (this.#props.shards === 1) return { evaluationPeriods: datapointsToAlarm };
    return { evaluationPeriods: 2 * datapointsToAlarm, datapointsToAlarm };
  }

  #alarm(id: string, check: Check): Alarm {
    const alarm = new Alarm(this, id, {
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...check,
    });
    const { topic } = this.#props;
    if (topic !== undefined) {
      const action = new SnsAction(topic);
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
    this.all.push(alarm);
    return alarm;
  }

  #describe(event: string, time: string, alarm: AlarmName): string {
    const { rotator, runbookUrl } = this.#props;
    return `Rotator ${rotator}: ${event} ${time} ${whereToLook(alarm, rotator, runbookUrl)}`;
  }
}
