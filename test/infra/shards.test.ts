import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { shardsOf } from '../../core/contract.ts';
import { ImsTokenRotator } from '../../infra/ims-token-rotator.ts';
import type { ImsTokenRotatorProps } from '../../infra/ims-token-rotator-props.ts';
import { turnOf, turnsProblem } from '../../infra/shards.ts';

const dayMinutes = 1440;

function rotatorOf(props: ImsTokenRotatorProps): {
  readonly rotator: ImsTokenRotator;
  readonly template: Template;
} {
  const stack = new Stack(new App(), 'Apps');
  const rotator = new ImsTokenRotator(stack, 'Rotator', props);
  return { rotator, template: Template.fromStack(stack) };
}

interface Schedule {
  readonly ScheduleExpression: string;
  readonly Input: unknown;
}

function schedulesOf(template: Template): readonly Schedule[] {
  return Object.values(template.findResources('AWS::Scheduler::Schedule')).map(
    ({ Properties: { ScheduleExpression, Target } }) => ({
      ScheduleExpression,
      Input: JSON.parse(Target.Input),
    }),
  );
}

/** The minutes of a day at which a cron expression of fixed or repeated minutes and hours ticks. */
function minutesOf(cron: string): readonly number[] {
  const [, minute = '', hour = ''] = /^cron\((\S+) (\S+) \* \* \? \*\)$/.exec(cron) ?? [];
  const values = (field: string, below: number): readonly number[] => {
    if (field === '*') return Array.from({ length: below }, (_, value) => value);
    const [start, step = below] = field.split('/').map(Number);
    const found: number[] = [];
    for (let value = start ?? Number.NaN; value < below; value += step) found.push(value);
    return found;
  };
  return values(hour, 24).flatMap((one) => values(minute, 60).map((other) => one * 60 + other));
}

describe('the schedules of shards', () => {
  it('tick each its own shard, one after another within a tick', () => {
    const { rotator, template } = rotatorOf({ shards: 4 });
    expect(schedulesOf(template)).toEqual([
      { ScheduleExpression: 'cron(0/15 * * * ? *)', Input: { action: 'tick', shard: '1/4' } },
      { ScheduleExpression: 'cron(3/15 * * * ? *)', Input: { action: 'tick', shard: '2/4' } },
      { ScheduleExpression: 'cron(7/15 * * * ? *)', Input: { action: 'tick', shard: '3/4' } },
      { ScheduleExpression: 'cron(11/15 * * * ? *)', Input: { action: 'tick', shard: '4/4' } },
    ]);
    expect(rotator.schedules).toHaveLength(4);
    expect(rotator.schedule).toBe(rotator.schedules[0]);
  });

  it.each([{}, { shards: 1 }])('are one without a shard for %j', (props) => {
    const { rotator, template } = rotatorOf(props);
    const tick = { ScheduleExpression: 'rate(15 minutes)', Input: { action: 'tick' } };
    expect(schedulesOf(template)).toEqual([tick]);
    expect(rotator.schedules).toEqual([rotator.schedule]);
    expect(JSON.stringify(template.toJSON())).not.toMatch(/shard/i);
  });

  it('tick at each interval, and never two at once', () => {
    let allowed = 0;
    for (let minutes = 2; minutes <= dayMinutes; minutes += 1) {
      const tick = Duration.minutes(minutes);
      for (let shards = 2; shards <= 10; shards += 1) {
        if (turnsProblem(tick, shards) !== undefined) continue;
        allowed += 1;
        const all = shardsOf(shards).flatMap((_, index) => {
          const own = minutesOf(turnOf(tick, index, shards).expressionString);
          expect(own).toHaveLength(dayMinutes / minutes);
          for (const [position, at] of own.entries()) {
            expect(at - (own[position - 1] ?? at - minutes)).toBe(minutes);
          }
          return own;
        });
        expect(new Set(all).size).toBe(all.length);
      }
    }
    // Every divisor of an hour from 12 minutes up, and of a day, has all shards.
    expect(allowed).toBe(9 * (['12', '15', '20', '30', '60'].length + 7) + 1 + 2 + 3 + 4 + 5 + 9);
  });

  it('use UTC, where no hour is skipped or repeated', () => {
    const { template } = rotatorOf({ shards: 2 });
    template.allResourcesProperties('AWS::Scheduler::Schedule', {
      ScheduleExpressionTimezone: 'Etc/UTC',
    });
  });

  it('keep the resources of a rotator without shards, which CloudFormation then updates', () => {
    const ids = (shards: number) =>
      Object.keys(rotatorOf({ shards }).template.toJSON()['Resources']);
    expect(ids(4)).toEqual(expect.arrayContaining(ids(1)));
    expect(ids(7)).toEqual(expect.arrayContaining(ids(4)));
  });
});

describe('the function', () => {
  it('is told of shards and stems', () => {
    const { template } = rotatorOf({ shards: 4, shardStems: ['eu-', 'us-'] });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: { IMS_TOKEN_ROTATOR_SHARDS: '4', IMS_TOKEN_ROTATOR_SHARD_STEMS: 'eu-,us-' },
      },
    });
  });
});

describe('the construct refuses', () => {
  it.each<[string, ImsTokenRotatorProps, string]>([
    ['no shard', { shards: 0 }, 'shards must be a whole number from 1 to 10; it is 0'],
    ['too many shards', { shards: 11 }, 'shards must be a whole number from 1 to 10; it is 11'],
    ['half a shard', { shards: 1.5 }, 'shards must be a whole number from 1 to 10; it is 1.5'],
    [
      'shards in a tick that does not divide an hour',
      { shards: 4, tick: Duration.minutes(25) },
      'tick must divide an hour or, in whole hours, a day, and be at least 4 minutes, so that 4 ' +
        'shards can take turns; it is 25 minutes',
    ],
    [
      'shards in a tick that does not divide a day',
      { shards: 2, tick: Duration.minutes(90) },
      'so that 2 shards can take turns; it is 1 hour 30 minutes',
    ],
    [
      'more shards than minutes in a tick',
      { shards: 6, tick: Duration.minutes(5), timeout: Duration.minutes(2) },
      'and be at least 6 minutes, so that 6 shards can take turns; it is 5 minutes',
    ],
    [
      'stems without shards',
      { shardStems: ['customer-'] },
      'shardStems divide the credentials among shards; give shards, too',
    ],
    [
      'a stem that no name begins with',
      { shards: 2, shardStems: ['Customer'] },
      'the shard stem "Customer" is invalid: it must be the beginning of credential names: lower-case',
    ],
    [
      'too many stems',
      { shards: 2, shardStems: Array.from({ length: 21 }, (_, index) => `s${index}`) },
      'shardStems must be at most 20 stems; there are 21',
    ],
    [
      'fewer reserved invocations than shards',
      { shards: 4, reservedConcurrentExecutions: 3 },
      'reservedConcurrentExecutions must be a whole number from 4 up, because the runs of 4 shards ' +
        'may overlap; it is 3',
    ],
  ])('%s', (_, props, message) => {
    expect(() => rotatorOf(props)).toThrow(message);
  });
});

describe('the dashboard', () => {
  const widgets = (props: ImsTokenRotatorProps): string => {
    const [dashboard] = Object.values(
      rotatorOf({ rotatorName: 'prod', ...props }).template.findResources(
        'AWS::CloudWatch::Dashboard',
      ),
    );
    return JSON.stringify(dashboard?.['Properties'].DashboardBody).replaceAll('\\', '');
  };

  it('adds up what the shards count, and shows the size of each', () => {
    const text = widgets({ shards: 2, tick: Duration.minutes(30) });
    for (const [name, times] of [
      ['managed', 1],
      ['paused', 1],
      ['failing', 2],
    ] as const) {
      expect(text.split(`"expression":"SUM([${name}1, ${name}2])"`)).toHaveLength(times + 1);
    }
    expect(text).toContain('"title":"Credentials by shard"');
    // For the sum and for the graph. In a period of a tick, each shard reports once.
    const managed =
      /\["ImsTokenRotator","Managed","rotator","prod","shard","[12]\/2",\{[^}]*"period":1800/g;
    expect(text.match(managed)).toHaveLength(4);
  });

  it('has nothing of shards where there are none', () => {
    expect(widgets({})).not.toMatch(/shard/i);
  });
});
