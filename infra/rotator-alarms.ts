import { Duration, Lazy } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { rotatorMetric } from './metrics.ts';
import { refuse } from './refuse.ts';

/** When a token's end is near, in percent of the lifetime that IMS gave it. */
export interface AlarmThresholds {
  /**
   * Below this the alarm `lifeLeft` pages.
   *
   * @default 16 - of the 24 hours of Adobe's tokens 3 hours and 50 minutes
   */
  readonly pagePercent?: number | undefined;
  /**
   * Below this the alarm `lifeLeftUrgent` pages again.
   *
   * @default 4 - of the 24 hours of Adobe's tokens 57 minutes
   */
  readonly urgentPercent?: number | undefined;
}

export interface RotatorAlarmsProps {
  /** The rotator's name, which is the dimension of its metrics. */
  readonly rotator: string;
  /** The rotator's function. */
  readonly function: IFunction;
  /** How often the rotator looks at its credentials. */
  readonly tick: Duration;
  /** How many credentials the app declares; asked at synthesis, when all are. */
  readonly declared: () => number;
  /** @default - pages below 16 percent of a token's life, and again below 4 */
  readonly thresholds?: AlarmThresholds | undefined;
  /**
   * Told when an alarm is raised and when it is over. Its policy, and that of its key, must let
   * `cloudwatch.amazonaws.com` publish, as `AlarmTopic` does.
   *
   * @default - nobody is told
   */
  readonly topic?: ITopic | undefined;
}

type Check = Omit<AlarmProps, 'treatMissingData' | 'evaluationPeriods'> &
  Partial<Pick<AlarmProps, 'treatMissingData' | 'evaluationPeriods'>>;

const { LESS_THAN_THRESHOLD, GREATER_THAN_OR_EQUAL_TO_THRESHOLD } = ComparisonOperator;

/** The alarms of one rotator. Each says what happened, how long there is, and where to look. */
export class RotatorAlarms extends Construct {
  /** A token has little of its life left. */
  readonly lifeLeft: Alarm;
  /** A token is about to end. */
  readonly lifeLeftUrgent: Alarm;
  /** A credential fails, at two ticks in a row: one that the next tick makes good is not told. */
  readonly failing: Alarm;
  /** Nobody looks at the credentials. Raised once by the first deployment, until the first tick. */
  readonly silence: Alarm;
  /** Credentials that the app declares are not found. */
  readonly fewerManaged: Alarm;
  /** Lambda gave up on ticks or credential events. */
  readonly eventsDropped: Alarm;
  /** Lambda does not let the function run. */
  readonly throttles: Alarm;
  readonly all: readonly Alarm[];

  readonly #props: RotatorAlarmsProps;

  constructor(scope: Construct, id: string, props: RotatorAlarmsProps) {
    super(scope, id);
    this.#props = props;
    const { pagePercent = 16, urgentPercent = 4 } = props.thresholds ?? {};
    if (!(0 < urgentPercent && urgentPercent < pagePercent && pagePercent < 100)) {
      refuse(
        this,
        'Thresholds',
        'the alarm thresholds must be 0 < urgentPercent < pagePercent < 100, and are ' +
          `urgentPercent ${urgentPercent}, pagePercent ${pagePercent}`,
      );
    }
    this.lifeLeft = this.#lifeLeft('LifeLeft', pagePercent, 'Act today, within that time.');
    this.lifeLeftUrgent = this.#lifeLeft('LifeLeftUrgent', urgentPercent, 'Act now.');
    this.failing = this.#failing();
    this.silence = this.#silence();
    this.fewerManaged = this.#fewerManaged();
    this.eventsDropped = this.#eventsDropped();
    this.throttles = this.#throttles();
    this.all = [
      this.lifeLeft,
      this.lifeLeftUrgent,
      this.failing,
      this.silence,
      this.fewerManaged,
      this.eventsDropped,
      this.throttles,
    ];
  }

  #lifeLeft(id: string, percent: number, act: string): Alarm {
    return this.#alarm(id, {
      metric: rotatorMetric(this.#props.rotator, 'MinLifeLeft', { period: this.#props.tick }),
      comparisonOperator: LESS_THAN_THRESHOLD,
      threshold: percent,
      alarmDescription: this.#describe(
        `A token has less than ${percent} % of its life left and was not renewed.`,
        `Consumers fail when it ends: of 24 hours ${percent} % are ${hours(percent)}. ${act}`,
        'Life left',
      ),
    });
  }

  #failing(): Alarm {
    return this.#alarm('Failing', {
      metric: rotatorMetric(this.#props.rotator, 'Failing', { period: this.#props.tick }),
      comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      evaluationPeriods: 2,
      alarmDescription: this.#describe(
        'A credential fails: its token is not renewed.',
        'The stored token is unharmed and good until its end, by default half of its life; the alarm on life left pages before.',
        'Failing',
      ),
    });
  }

  /**
   * Periods of a third of a tick, as many as fill two ticks: between two ticks with one lost in
   * between, one period too few is empty. A period of a whole tick would be empty whenever a tick
   * is a little late. CloudWatch looks at more periods than it evaluates and lets any tick among
   * them count, so that silence shows after about four ticks, for 15 minutes within an hour.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
   */
  #silence(): Alarm {
    const tick = this.#props.tick.toMinutes();
    const period = Math.ceil(tick / 3);
    return this.#alarm('Silence', {
      metric: rotatorMetric(this.#props.rotator, 'Ticks', {
        statistic: Stats.SUM,
        period: Duration.minutes(period),
      }),
      comparisonOperator: LESS_THAN_THRESHOLD,
      threshold: 1,
      evaluationPeriods: Math.ceil((2 * tick) / period),
      treatMissingData: TreatMissingData.BREACHING,
      alarmDescription: this.#describe(
        `No tick of the rotator was completed for ${2 * tick} minutes or more: nothing is renewed, and no other alarm can tell.`,
        'Tokens are good until their end, by default for half of their life (after the first deployment there is none: this alarm is raised once, until the first tick).',
        'Silence',
      ),
    });
  }

  #fewerManaged(): Alarm {
    return this.#alarm('FewerManaged', {
      metric: rotatorMetric(this.#props.rotator, 'Managed', { period: this.#props.tick }),
      comparisonOperator: LESS_THAN_THRESHOLD,
      threshold: Lazy.number({ produce: this.#props.declared }),
      evaluationPeriods: 3,
      // The list of secrets lags up to five minutes behind, so that one tick may see too few.
      datapointsToAlarm: 2,
      alarmDescription: this.#describe(
        'The rotator finds fewer credentials than the app declares: secrets were deleted or renamed.',
        'Their tokens are not renewed. A deleted secret can be restored within its recovery window, 7 to 30 days. A deployment that adds credentials may raise this for two ticks.',
        'Fewer managed',
      ),
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
        'The next tick makes it good. If this lasts, tokens are good for half of their life.',
        'Events dropped',
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
      // Lambda tries a throttled event again: once is no matter.
      datapointsToAlarm: 2,
      alarmDescription: this.#describe(
        'Lambda throttles the function: the concurrency of the account is used up, or reserved as 0.',
        'If no tick gets through, the alarm on silence follows, and tokens are good for half of their life.',
        'Throttles',
      ),
    });
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
    return alarm;
  }

  #describe(happened: string, time: string, section: string): string {
    return `Rotator ${this.#props.rotator}: ${happened} ${time} docs/runbook.md: "${section}".`;
  }
}

/** So many percent of a day, which is the life of Adobe's tokens. */
function hours(percent: number): string {
  const minutes = Math.floor((percent * 24 * 60) / 100);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
