import { Duration, Stack } from 'aws-cdk-lib';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { alarmThresholds } from '../../infra/alarm-thresholds.ts';
import { RotatorAlarms } from '../../infra/rotator-alarms.ts';
import {
  type AlarmRule,
  alarmNamed,
  alarmsOf,
  type DataPoint,
  evaluateAlarm,
  stateOf,
} from './alarm-evaluator.ts';
import { monitoredTemplate } from './monitored-stack.ts';

const minute = 60;

describe('the alarm evaluator', () => {
  const three: AlarmRule = {
    ...alarmNamed(alarmsOf(monitoredTemplate()), 'Throttles'),
    EvaluationPeriods: 3,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  };
  // AWS's own tables of ranges of five periods, oldest first: 0 is OK, X breaches, - is missing.
  it.each([
    ['0 - X - X', 3, 'OK', 'OK'],
    ['0 - - - -', 3, 'OK', 'OK'],
    ['- - - - -', 3, 'ALARM', 'OK'],
    ['0 X X - X', 3, 'ALARM', 'ALARM'],
    ['- - X - -', 3, 'ALARM', 'OK'],
    ['0 - X - X', 2, 'ALARM', 'ALARM'],
    ['0 0 X 0 X', 2, 'ALARM', 'ALARM'],
    ['0 - X - -', 2, 'ALARM', 'OK'],
    ['- - - - 0', 2, 'ALARM', 'OK'],
    ['- - - X -', 2, 'ALARM', 'OK'],
  ])(
    'evaluates %s with %i of 3 data points to alarm as CloudWatch does',
    (points, toAlarm, breaching, notBreaching) => {
      const values = { '0': 0, X: 1, '-': undefined };
      const range = points
        .split(' ')
        .map((point) => values[point as '0' | 'X' | '-'])
        .reverse();
      const alarm: AlarmRule = { ...three, DatapointsToAlarm: toAlarm };
      expect(stateOf({ ...alarm, TreatMissingData: 'breaching' }, range)).toBe(breaching);
      expect(stateOf({ ...alarm, TreatMissingData: 'notBreaching' }, range)).toBe(notBreaching);
    },
  );
});

describe('the alarms', () => {
  it('have these metrics, thresholds and periods', () => {
    const shown = alarmsOf(monitoredTemplate()).map((alarm) => [
      alarm.id.replace(/^Alarms|[0-9A-F]{8}$/g, ''),
      `${alarm.Statistic} ${alarm.MetricName} ${alarm.ComparisonOperator} ${alarm.Threshold}`,
      `${alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods} of ${alarm.EvaluationPeriods} x ${alarm.Period / minute} min`,
      alarm.TreatMissingData,
    ]);
    expect(shown).toEqual([
      ['LifeLeft', 'Minimum MinLifeLeft LessThanThreshold 16', '1 of 1 x 15 min', 'notBreaching'],
      [
        'LifeLeftUrgent',
        'Minimum MinLifeLeft LessThanThreshold 4',
        '1 of 1 x 15 min',
        'notBreaching',
      ],
      [
        'PausedLifeLeft',
        'Minimum MinPausedLifeLeft LessThanThreshold 16',
        '1 of 1 x 15 min',
        'notBreaching',
      ],
      [
        'Failing',
        'Maximum Failing GreaterThanOrEqualToThreshold 1',
        '2 of 2 x 15 min',
        'notBreaching',
      ],
      [
        'NewFailure',
        'Sum Errors GreaterThanOrEqualToThreshold 1',
        '1 of 1 x 15 min',
        'notBreaching',
      ],
      ['Silence', 'Sum Ticks LessThanThreshold 1', '6 of 6 x 5 min', 'breaching'],
      [
        'EventsDropped',
        'Sum AsyncEventsDropped GreaterThanOrEqualToThreshold 1',
        '1 of 1 x 5 min',
        'notBreaching',
      ],
      [
        'Throttles',
        'Sum Throttles GreaterThanOrEqualToThreshold 1',
        '2 of 3 x 15 min',
        'notBreaching',
      ],
    ]);
  });

  it('are all in the list that the construct and the dashboard show', () => {
    const { all, ...named } = new RotatorAlarms(new Stack(), 'Alarms', {
      rotator: 'prod',
      function: LambdaFunction.fromFunctionName(new Stack(), 'Function', 'function'),
      tick: Duration.minutes(15),
      shards: 1,
      thresholds: alarmThresholds(),
    });
    const alarms = Object.values(named)
      .flat()
      .filter((value) => value instanceof Alarm);
    expect(alarms).toHaveLength(8);
    const ids = (some: readonly Alarm[]) => new Set(some.map(({ node }) => node.id));
    expect(ids(all)).toEqual(ids(alarms));
  });

  it.each([15, 172])(
    'say at a tick of %i minutes what happened, how much time is left, and the steps, as no runbook is published',
    (tickMinutes) => {
      // CloudWatch allows 1,024 characters; names are at most 128 long.
      const rotator = 'x'.repeat(128);
      const template = monitoredTemplate({ rotator, tickMinutes, clientSecretRotation: true });
      for (const { AlarmDescription: text } of alarmsOf(template)) {
        expect(text).toMatch(
          /^Rotator x+: .+\. What to do, with ".+ COMMAND --rotator x+": 1\. .+ 2\. /,
        );
        expect(text).toMatch(/[Tt]okens? (is|are|expires|has|stay|last)|Consumers/);
        expect(text).not.toMatch(/\.md\b/);
        expect(text.length).toBeLessThanOrEqual(1024);
      }
    },
  );

  it('say of a failure that it may be an answer to a leak, which no list of credentials shows', () => {
    const text = alarmNamed(alarmsOf(monitoredTemplate()), 'Failing').AlarmDescription;
    expect(text).toContain('What has leaked may still work.');
    expect(text).toContain('the log names it first (failing_credentials)');
    expect(text).toContain('If the answer to a leak is not complete, "leaked NAME".');
  });

  it('link to the section of a published runbook', () => {
    const rotator = 'x'.repeat(128);
    const runbookUrl = 'https://wiki.example.com/'.padEnd(500, 'x');
    const template = monitoredTemplate({ rotator, runbookUrl, clientSecretRotation: true });
    const links = alarmsOf(template).map(({ AlarmDescription: text }) => {
      expect(text.length).toBeLessThanOrEqual(1024);
      return text.split(`What to do: ${runbookUrl}`)[1];
    });
    expect(links).toEqual([
      '#life-left',
      '#life-left',
      '#paused-life-left',
      '#failing',
      '#new-failure',
      '#silence',
      '#events-dropped',
      '#throttles',
      '#client-secret-rotation-overdue',
    ]);
  });

  it('watch the rotator’s function and no other', () => {
    const template = monitoredTemplate();
    const [functionId] = Object.keys(template.findResources('AWS::Lambda::Function'));
    const lambda = alarmsOf(template).filter(({ Namespace }) => Namespace === 'AWS/Lambda');
    expect(lambda.map(({ Dimensions }) => Dimensions)).toEqual(
      [1, 2, 3].map(() => [{ Name: 'FunctionName', Value: { Ref: functionId } }]),
    );
  });

  it('state in their text how much time other thresholds leave', () => {
    const alarms = alarmsOf(
      monitoredTemplate({ thresholds: { pagePercent: 25, urgentPercent: 10 } }),
    );
    const page = alarmNamed(alarms, 'LifeLeft');
    const urgent = alarmNamed(alarms, 'LifeLeftUrgent');
    const paused = alarmNamed(alarms, 'PausedLifeLeft');
    expect([page.Threshold, urgent.Threshold, paused.Threshold]).toEqual([25, 10, 25]);
    expect(paused.AlarmDescription).toContain('25 % of 24 hours is 6 h');
    expect(page.AlarmDescription).toContain('25 % of 24 hours is 6 h');
    expect(urgent.AlarmDescription).toContain('10 % of 24 hours is 2 h 24 min');
  });

  it.each([
    [15, '4 % of 24 hours is 57 min, of which up to 15 min have passed. Act now.'],
    [42, 'is 57 min, of which up to 42 min have passed. Act now.'],
    [43, 'is 57 min, but ticks are 43 min apart, so that it may have expired. Act now.'],
  ])('state at a tick of %i minutes how much of less than an hour is left', (tickMinutes, text) => {
    const urgent = alarmNamed(alarmsOf(monitoredTemplate({ tickMinutes })), 'LifeLeftUrgent');
    expect(urgent.AlarmDescription).toContain(text);
  });
});

/** Ticks at a fixed interval, each slightly late, without the lost ones. */
function ticks(tickMinutes: number, count: number, lost: readonly number[] = []): DataPoint[] {
  return Array.from({ length: count }, (_, index) => index)
    .filter((index) => !lost.includes(index))
    .map((index) => ({
      at: index * tickMinutes * minute + ((index * 7) % 20),
      namespace: 'ImsTokenRotator',
      name: 'Ticks',
      value: 1,
    }));
}

describe.each([2, 3, 5, 7, 10, 15, 20, 30, 60, 240, 1440])(
  'the alarm on silence at a tick of %i minutes',
  (tick) => {
    const silence = alarmNamed(alarmsOf(monitoredTemplate({ tickMinutes: tick })), 'Silence');
    const seconds = tick * minute;

    it.each([1, 2, 5])('tolerates a lost tick, with %i extra periods', (extraPeriods) => {
      const points = ticks(tick, 12, [6]);
      for (let phase = 0; phase < 60; phase += 10) {
        const from = phase + 60;
        const states = evaluateAlarm(silence, points, { from, to: 11 * seconds, extraPeriods });
        expect(states.map(({ to }) => to)).toEqual(['OK']);
      }
    });

    it('is raised after at least two silent ticks and at most about four', () => {
      for (const extraPeriods of [0, 2, 5]) {
        const evaluation = { from: 60, to: 20 * seconds, extraPeriods };
        const [, raised, ...more] = evaluateAlarm(silence, ticks(tick, 5), evaluation);
        expect(more).toEqual([]);
        expect(raised?.to).toBe('ALARM');
        const silent = ((raised?.at ?? 0) - 4 * seconds) / seconds;
        expect(silent).toBeGreaterThanOrEqual(2);
        // At ticks below 10 minutes, whole minutes are too coarse for thirds of a tick.
        expect(silent).toBeLessThanOrEqual(tick < 10 ? 6 : 4.1);
      }
    });

    it('has periods that CloudWatch accepts', () => {
      expect(silence.Period % minute).toBe(0);
      const week = 7 * 24 * 60 * minute;
      const day = 24 * 60 * minute;
      const most = silence.Period < 60 * minute ? day : week;
      expect(silence.Period * silence.EvaluationPeriods).toBeLessThanOrEqual(most);
    });
  },
);

describe('the alarms on the function', () => {
  const alarms = alarmsOf(monitoredTemplate());
  const points = (name: string, minutes: readonly number[]): DataPoint[] =>
    minutes.map((at) => ({ at: at * minute, namespace: 'AWS/Lambda', name, value: 1 }));
  const states = (id: string, data: readonly DataPoint[]) =>
    evaluateAlarm(alarmNamed(alarms, id), data, {
      from: minute,
      to: 180 * minute,
      extraPeriods: 2,
    }).map(({ to }) => to);

  it('are raised by a single dropped event', () => {
    expect(states('EventsDropped', points('AsyncEventsDropped', [30]))).toEqual([
      'OK',
      'ALARM',
      'OK',
    ]);
    expect(states('EventsDropped', points('Throttles', [30]))).toEqual(['OK']);
  });

  it('are raised by each run that fails, however many failures last', () => {
    // A lasting failure fails no further run.
    expect(states('NewFailure', points('Errors', [30]))).toEqual(['OK', 'ALARM', 'OK']);
    expect(states('NewFailure', points('Errors', [30, 90]))).toEqual([
      'OK',
      'ALARM',
      'OK',
      'ALARM',
      'OK',
    ]);
    // In an outage failures begin at one tick after another: that is one alarm.
    expect(states('NewFailure', points('Errors', [30, 45, 60]))).toEqual(['OK', 'ALARM', 'OK']);
  });

  it('are raised by throttles that last, but not by a single one that Lambda retries', () => {
    expect(states('Throttles', points('Throttles', [30]))).toEqual(['OK']);
    expect(states('Throttles', points('Throttles', [30, 45, 60]))).toEqual(['OK', 'ALARM', 'OK']);
  });
});
