import { DescribeSecretCommand, RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { type Clock, followSchedules } from '../../local/follow-schedules.ts';
import { plainClient } from '../support/start-parts.ts';
import { rotationSteps } from '../support/start-rotating.ts';
import { startWorld } from './start-world.ts';

const start = Date.UTC(2026, 10, 26, 15, 33, 10);
const minuteMs = 60_000;

/**
 * A world on a virtual clock that stops at a time, when it ran which schedules, and how late the clock
 * wakes whoever waits.
 */
async function startClock(stopMinutes: number, lateMs: (time: number) => number = () => 0) {
  let now = start;
  const stopped = new AbortController();
  const { world, account } = await startWorld({ now: () => now });
  const runs: [string, readonly string[] | undefined][] = [];
  const clock: Clock = {
    now: () => now,
    until: (time) => {
      if (time > start + stopMinutes * minuteMs) stopped.abort();
      else now = Math.max(now, time + lateMs(time));
      return Promise.resolve();
    },
  };
  const follow = async (): Promise<void> => {
    const runSchedules = async (names?: readonly string[]): Promise<void> => {
      runs.push([new Date(now).toISOString().slice(11, 19), names]);
      await world.runSchedules(names);
    };
    const { aws, secretsManager } = world;
    await followSchedules({ aws, secretsManager, runSchedules }, stopped.signal, clock);
    await secretsManager.idle();
    await world.lambda.idle();
  };
  return { world, schedules: account.schedules, runs, follow };
}

const tick = 'rotator-local-tick';

describe('the schedules of the embedded world', () => {
  it('run when their own expressions say so, each with its own input', async () => {
    const { world, schedules, runs, follow } = await startClock(31);
    const deployed = schedules.get(tick);
    if (deployed === undefined) throw new Error('there is no schedule');
    expect(deployed.scheduleExpression).toBe('rate(15 minutes)');
    const status = { ...deployed, name: 'status', input: '{"action":"status"}' };
    schedules.set('status', { ...status, scheduleExpression: 'cron(50 * * * ? *)' });
    const off = { ...deployed, name: 'off', state: 'DISABLED' } as const;
    schedules.set('off', { ...off, scheduleExpression: 'rate(1 minute)' });
    await follow();
    expect(runs).toEqual([
      ['15:48:10', [tick]],
      ['15:50:00', ['status']],
      ['16:03:10', [tick]],
    ]);
    const actions = world.lambda
      .logs(world.functionName)
      .flatMap((line) => /"message":"run".*"action":"(\w+)"/.exec(line)?.[1] ?? []);
    expect(actions.toSorted()).toEqual(['status', 'tick', 'tick']);
  });

  it('are not run again and again for what was due while the machine slept', async () => {
    // The second tick comes three hours late.
    const asleep = (time: number): number => (time === start + 30 * minuteMs ? 187 * minuteMs : 0);
    const { runs, follow } = await startClock(226, asleep);
    await follow();
    expect(runs.map(([at]) => at)).toEqual(['15:48:10', '19:10:10', '19:18:10']);
  });

  it('include the rotations of secrets', async () => {
    const { world, schedules, runs, follow } = await startClock(15 * 60);
    schedules.clear();
    const called: string[] = [];
    const functionArn = 'arn:aws:lambda:us-east-1:111122223333:function:other';
    world.secretsManager.registerRotationFunction(functionArn, (event) => {
      called.push(event.Step);
      return Promise.resolve();
    });
    const arn = world.secretsManager.seed({ name: 'theirs', secretString: 'x' });
    const client = plainClient(world);
    await client.send(
      new RotateSecretCommand({
        SecretId: arn,
        RotationLambdaARN: functionArn,
        RotationRules: { ScheduleExpression: 'rate(10 hours)' },
        RotateImmediately: false,
      }),
    );
    await world.secretsManager.idle();
    expect(called).toEqual(['testSecret']);
    await follow();
    expect(called.slice(1)).toEqual(rotationSteps);
    expect(runs).toEqual([]);
    const { NextRotationDate } = await client.send(new DescribeSecretCommand({ SecretId: arn }));
    expect(NextRotationDate).toEqual(new Date(start + 20 * 60 * minuteMs));
  });

  it('end when none will be due again', async () => {
    const { schedules, runs, follow } = await startClock(60);
    schedules.clear();
    await follow();
    expect(runs).toEqual([]);
  });
});
