import * as v from 'valibot';
import { restProtocol } from '../wire/aws-rest.ts';
import { AwsError, validationError } from '../wire/errors.ts';
import { pageOf } from '../wire/page.ts';
import { count, oneOf, text } from '../wire/request-schema.ts';
import type { Account, Schedule } from './account.ts';
import { type AwsService, anyResource, operation } from './service.ts';

const listSchedulesRequest = v.object({
  ScheduleGroup: v.optional(text(1, 64)),
  NamePrefix: v.optional(text(1, 64)),
  State: v.optional(oneOf(['ENABLED', 'DISABLED'])),
  MaxResults: v.optional(count(1, 100), 100),
  NextToken: v.optional(text(1, 2048)),
});

const getScheduleRequest = v.object({
  Name: text(1, 64),
  groupName: v.optional(text(1, 64), 'default'),
});

type GetScheduleRequest = v.InferOutput<typeof getScheduleRequest>;

export const scheduler: AwsService = {
  name: 'scheduler',
  protocol: restProtocol([
    { method: 'GET', path: /^\/schedules$/, action: 'ListSchedules' },
    { method: 'GET', path: /^\/schedules\/(?<Name>[^/]+)$/, action: 'GetSchedule' },
  ]),
  operations: new Map([
    [
      'ListSchedules',
      operation(listSchedulesRequest, anyResource, ({ account }, request) =>
        listSchedules(account, request),
      ),
    ],
    [
      'GetSchedule',
      operation(
        getScheduleRequest,
        ({ Name, groupName }, { account }) => scheduleArn(account, { name: Name, groupName }),
        ({ account }, request) => getSchedule(account, request),
      ),
    ],
  ]),
  errors: {
    AccessDeniedException: ['AccessDeniedException', 403],
    InternalServiceError: ['InternalServerException', 500],
    ThrottlingException: ['ThrottlingException', 429],
  },
};

function listSchedules(
  account: Account,
  request: v.InferOutput<typeof listSchedulesRequest>,
): object {
  const { ScheduleGroup = '', NamePrefix = '', State, MaxResults, NextToken } = request;
  const listed = [...account.schedules.values()]
    .filter(({ groupName }) => ScheduleGroup === '' || groupName === ScheduleGroup)
    .filter(({ name }) => name.startsWith(NamePrefix))
    .filter(({ state }) => State === undefined || state === State);
  const page = pageOf(
    listed,
    (schedule) => scheduleArn(account, schedule),
    { size: MaxResults, token: NextToken },
    () => validationError('Invalid nextToken.'),
  );
  return {
    Schedules: page.items.map((schedule) => summary(account, schedule)),
    NextToken: page.nextToken,
  };
}

function getSchedule(account: Account, { Name, groupName }: GetScheduleRequest): object {
  const schedule = account.schedules.get(Name);
  if (schedule?.groupName !== groupName) {
    throw new AwsError('ResourceNotFoundException', `Schedule ${Name} does not exist.`, 404);
  }
  return {
    ...summary(account, schedule),
    ScheduleExpression: schedule.scheduleExpression,
    StartDate: schedule.startDate,
    EndDate: schedule.endDate,
    FlexibleTimeWindow:
      schedule.windowMinutes === undefined
        ? { Mode: 'OFF' }
        : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: schedule.windowMinutes },
    Target: {
      Arn: schedule.targetArn,
      RoleArn: `arn:aws:iam::${account.id}:role/${schedule.name}`,
      Input: schedule.input,
    },
  };
}

function summary(account: Account, schedule: Schedule): object {
  return {
    Arn: scheduleArn(account, schedule),
    Name: schedule.name,
    GroupName: schedule.groupName,
    State: schedule.state,
    Target: { Arn: schedule.targetArn },
  };
}

function scheduleArn(account: Account, { name, groupName }: Pick<Schedule, 'name' | 'groupName'>) {
  return account.arn('scheduler', `schedule/${groupName}/${name}`);
}
