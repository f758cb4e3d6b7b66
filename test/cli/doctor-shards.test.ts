import { describe, expect, it } from 'vitest';
import {
  environmentVariables,
  metricDimension,
  metricNamespace,
  shardDimension,
} from '../../core/contract.ts';
import { type Operator, startOperator } from './operator.ts';
import { checksOf } from './patient.ts';

const minute = 60_000;

const turn = (minutes: string, shard: string) => ({
  scheduleExpression: `cron(${minutes} * * * ? *)`,
  input: JSON.stringify({ action: 'tick', shard }),
});

/** A rotator with two shards, each with its schedule and its alarm on silence. */
async function startSharded(): Promise<Operator> {
  const operator = await startOperator({ environment: { [environmentVariables.shards]: '2' } });
  const { schedules, alarms } = operator.world.aws.account;
  const [[name, schedule] = []] = schedules;
  if (name === undefined || schedule === undefined) throw new Error('there is no schedule');
  schedules.set(name, { ...schedule, ...turn('0/15', '1/2') });
  schedules.set(`${name}-2`, { ...schedule, name: `${name}-2`, ...turn('7/15', '2/2') });
  const silence = alarms.get('rotator-local-silence');
  if (silence === undefined) throw new Error('there is no alarm on silence');
  alarms.delete(silence.alarmName);
  for (const shard of ['1/2', '2/2']) {
    const alarmName = `silence-of-${shard}`;
    const dimensions = { ...silence.dimensions, [shardDimension]: shard };
    alarms.set(alarmName, { ...silence, alarmName, dimensions });
  }
  return operator;
}

function recordTick({ world }: Operator, shard: string, ago: number): void {
  for (const dimensions of [{}, { [shardDimension]: shard }]) {
    world.aws.account.recordMetric({
      namespace: metricNamespace,
      name: 'Ticks',
      dimensions: { [metricDimension]: 'local', ...dimensions },
      at: Date.now() - ago,
      value: 1,
    });
  }
}

describe('doctor of a rotator with shards', () => {
  it('passes if each shard has a schedule, a recent tick and an alarm', async () => {
    const operator = await startSharded();
    expect((await operator.invoke({ action: 'tick', shard: '1/2' })).error).toBeUndefined();
    recordTick(operator, '2/2', 5 * minute);
    const { find } = await checksOf(operator);
    expect(find('schedule')).toMatchObject({ verdict: 'ok', detail: '2 are enabled' });
    expect(find('last tick')).toMatchObject({
      verdict: 'ok',
      // A data point stands at the beginning of its minute.
      detail: expect.stringMatching(/^[5-9] min ago, the one of shard 2\/2$/),
    });
    expect(find('alarms')).toMatchObject({ verdict: 'ok', detail: '10, none raised' });
  });

  it('fails the schedule if that of one shard is disabled or missing', async () => {
    const operator = await startSharded();
    const { schedules } = operator.world.aws.account;
    const [name, schedule] = [...schedules][1] ?? [];
    if (name === undefined || schedule === undefined) throw new Error('there is no schedule');
    schedules.set(name, { ...schedule, state: 'DISABLED' });
    expect((await checksOf(operator)).find('schedule')).toMatchObject({
      verdict: 'failed',
      detail: `${name} is disabled: no token of its shard is renewed`,
    });
    schedules.delete(name);
    expect((await checksOf(operator)).find('schedule')).toMatchObject({
      verdict: 'failed',
      detail:
        '1 of 2 schedules invoke the function: the tokens of the other shards are not renewed',
    });
  });

  it('fails the schedule if two of them tick for the same shard', async () => {
    const operator = await startSharded();
    const { schedules } = operator.world.aws.account;
    const input = JSON.stringify({ action: 'tick', shard: '1/2' });
    for (const [name, schedule] of schedules) schedules.set(name, { ...schedule, input });
    expect((await checksOf(operator)).find('schedule')).toMatchObject({
      verdict: 'failed',
      detail: 'no schedule ticks for shard 2/2',
    });
  });

  it('judges the schedules that it may read, and names the others', async () => {
    const operator = await startOperator({
      authorize: (action, resource) =>
        action !== 'scheduler:GetSchedule' || resource.includes(':schedule/rotator-local/'),
    });
    const { schedules } = operator.world.aws.account;
    const [[name, schedule] = []] = schedules;
    if (name === undefined || schedule === undefined) throw new Error('there is no schedule');
    schedules.set('other', { ...schedule, name: 'other', groupName: 'default' });
    const denied = 'not authorized to perform scheduler:GetSchedule on default/other';
    expect((await checksOf(operator)).find('schedule')).toMatchObject({
      verdict: 'ok',
      detail: `${name} is enabled; ${denied}`,
    });
    schedules.set(name, { ...schedule, input: '{"action":"status"}' });
    expect((await checksOf(operator)).find('schedule')).toMatchObject({
      verdict: 'failed',
      detail: `${name} invokes the function, but not for a tick`,
    });
    schedules.delete('other');
    schedules.set(name, { ...schedule });
    const input = '{"action":"renew","credentials":["fusion"],"force":true}';
    schedules.set('forced', { ...schedule, name: 'forced', input });
    expect((await checksOf(operator)).find('schedule')).toMatchObject({
      verdict: 'ok',
      detail: `${name} is enabled; forced invokes the function, but not for a tick`,
    });
  });

  it('fails the last tick if one shard is silent, however recently others ticked', async () => {
    const operator = await startSharded();
    recordTick(operator, '1/2', minute);
    expect((await checksOf(operator)).find('last tick')).toMatchObject({
      verdict: 'failed',
      detail: 'none of shard 2/2 in the last 3 h',
    });
    recordTick(operator, '2/2', 60 * minute);
    expect((await checksOf(operator)).find('last tick')).toMatchObject({
      verdict: 'failed',
      detail: expect.stringMatching(
        /^(59 min|1 h( \d min)?) ago, but one of shard 2\/2 is due every 15 min$/,
      ),
    });
  });

  it('fails the alarms if nobody watches the silence of one shard', async () => {
    const operator = await startSharded();
    operator.world.aws.account.alarms.delete('silence-of-2/2');
    expect((await checksOf(operator)).find('alarms')).toMatchObject({
      verdict: 'failed',
      detail: 'no alarm watches Ticks of shard 2/2',
    });
  });

  it('fails the alarms if that on the silence of one shard cannot be raised', async () => {
    const operator = await startSharded();
    const { alarms } = operator.world.aws.account;
    const silence = alarms.get('silence-of-2/2');
    if (silence === undefined) throw new Error('there is no alarm on silence');
    alarms.set('silence-of-2/2', { ...silence, treatMissingData: 'notBreaching' });
    expect((await checksOf(operator)).find('alarms')).toMatchObject({
      verdict: 'failed',
      detail: 'cannot be raised in time: silence-of-2/2',
    });
  });
});
