import {
  GetScheduleCommand,
  ListSchedulesCommand,
  type ListSchedulesCommandInput,
  paginateListSchedules,
} from '@aws-sdk/client-scheduler';
import { describe, expect, it } from 'vitest';
import type { Account } from '../../../emulators/account/account.ts';
import { startAws } from './start-aws.ts';

const targetArn = 'arn:aws:lambda:us-east-1:111122223333:function:f';

function addSchedule(
  account: Account,
  name: string,
  more: { off?: true; groupName?: string } = {},
) {
  account.schedules.set(name, {
    name,
    groupName: more.groupName ?? 'default',
    state: more.off ? 'DISABLED' : 'ENABLED',
    scheduleExpression: 'rate(15 minutes)',
    targetArn,
    input: '{"action":"tick"}',
  });
}

async function startWithSchedules() {
  const world = await startAws();
  addSchedule(world.account, 'tick-a');
  addSchedule(world.account, 'tick-b', { off: true });
  addSchedule(world.account, 'tack', { groupName: 'own' });
  const list = async (filter: ListSchedulesCommandInput) => {
    const { Schedules = [] } = await world.scheduler.send(new ListSchedulesCommand(filter));
    return Schedules.map(({ Name }) => Name);
  };
  return { ...world, list };
}

describe('ListSchedules', () => {
  it('returns name, group, state and target', async () => {
    const { account, scheduler } = await startAws();
    addSchedule(account, 'tick', { off: true, groupName: 'own' });
    const { Schedules } = await scheduler.send(new ListSchedulesCommand({}));
    expect(Schedules).toEqual([
      {
        Arn: 'arn:aws:scheduler:us-east-1:111122223333:schedule/own/tick',
        Name: 'tick',
        GroupName: 'own',
        State: 'DISABLED',
        Target: { Arn: targetArn },
      },
    ]);
  });

  it.each([
    [{}, ['tick-a', 'tick-b', 'tack']],
    [{ NamePrefix: 'tick' }, ['tick-a', 'tick-b']],
    [{ GroupName: 'own' }, ['tack']],
    [{ State: 'DISABLED' }, ['tick-b']],
    [{ State: 'ENABLED', NamePrefix: 'ti', GroupName: 'default' }, ['tick-a']],
    [{ GroupName: 'other' }, []],
  ] as const)('filters by %j', async (filter, names) => {
    const { list } = await startWithSchedules();
    expect(await list(filter)).toEqual(names);
  });

  it('lists page by page', async () => {
    const { scheduler } = await startWithSchedules();
    const pages: unknown[] = [];
    for await (const { Schedules = [] } of paginateListSchedules(
      { client: scheduler, pageSize: 2 },
      {},
    )) {
      pages.push(Schedules.map(({ Name }) => Name));
    }
    expect(pages).toEqual([['tick-a', 'tick-b'], ['tack']]);
  });

  it.each([
    [{ MaxResults: 0 }],
    [{ MaxResults: 101 }],
    [{ NextToken: 'x' }],
    [{ NamePrefix: 'x'.repeat(65) }],
    [{ State: 'OFF' as 'DISABLED' }],
  ])('rejects %j', async (request) => {
    const { list } = await startWithSchedules();
    await expect(list(request)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('GetSchedule', () => {
  it('also returns the expression and the input', async () => {
    const { account, scheduler } = await startAws();
    addSchedule(account, 'tick', { groupName: 'own' });
    const command = new GetScheduleCommand({ Name: 'tick', GroupName: 'own' });
    expect(await scheduler.send(command)).toMatchObject({
      Name: 'tick',
      GroupName: 'own',
      State: 'ENABLED',
      ScheduleExpression: 'rate(15 minutes)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: targetArn, Input: '{"action":"tick"}', RoleArn: expect.any(String) },
    });
  });

  it('looks in the group default unless another is given', async () => {
    const { scheduler } = await startWithSchedules();
    await scheduler.send(new GetScheduleCommand({ Name: 'tick-a' }));
    await expect(scheduler.send(new GetScheduleCommand({ Name: 'tack' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Schedule tack does not exist.',
      $metadata: { httpStatusCode: 404 },
    });
  });
});
