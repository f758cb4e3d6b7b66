import {
  defaultTick,
  type MetricName,
  metricDimension,
  metricNamespace,
} from '../core/contract.ts';
import type { Account, Alarm } from '../emulators/account/account.ts';

/** The deployed rotator, as far as the account's other services know it. */
export interface DeployedRotator {
  readonly rotator: string;
  readonly functionName: string;
  /** The access key of the function's role. */
  readonly functionAccessKeyId: string;
}

/** Adds what the stack deploys beside secrets and function, all healthy, and the key from AWS. */
export function furnishAccount(account: Account, deployed: DeployedRotator): void {
  const { functionName, functionAccessKeyId } = deployed;
  account.principals.set(functionAccessKeyId, {
    username: functionName,
    arn: `arn:aws:sts::${account.id}:assumed-role/${functionName}-role/${functionName}`,
  });
  account.schedules.set(`${functionName}-tick`, {
    name: `${functionName}-tick`,
    groupName: functionName,
    state: 'ENABLED',
    scheduleExpression: `rate(${defaultTick / 60} minutes)`,
    targetArn: account.arn('lambda', `function:${functionName}`),
    input: '{"action":"tick"}',
  });
  const topicArn = account.arn('sns', `${functionName}-alarms`);
  account.topics.add(topicArn);
  account.subscriptions.push({
    topicArn,
    protocol: 'email',
    endpoint: 'oncall@example.com',
    confirmed: true,
  });
  addAlarms(account, deployed, topicArn);
  const keyArn = account.arn('kms', 'key/5e2f0d1c-0000-4000-8000-000000000001');
  account.keys.set(keyArn, {
    arn: keyArn,
    state: 'Enabled',
    manager: 'AWS',
    aliases: ['alias/aws/secretsmanager'],
  });
}

function addAlarms(
  account: Account,
  { rotator, functionName }: DeployedRotator,
  topicArn: string,
): void {
  const rotatorMetric = (metricName: MetricName) => ({
    namespace: metricNamespace,
    metricName,
    dimensions: { [metricDimension]: rotator },
  });
  const functionMetric = (metricName: string) => ({
    namespace: 'AWS/Lambda',
    metricName,
    dimensions: { FunctionName: functionName },
  });
  const below = (threshold: number) =>
    ({ comparisonOperator: 'LessThanThreshold', threshold }) as const;
  const atLeastOne = {
    comparisonOperator: 'GreaterThanOrEqualToThreshold',
    threshold: 1,
  } as const;
  for (const [name, metric, statistic, periodSeconds, evaluationPeriods, limit] of [
    ['life-left', rotatorMetric('MinLifeLeft'), 'Minimum', defaultTick, 1, below(16)],
    ['life-left-urgent', rotatorMetric('MinLifeLeft'), 'Minimum', defaultTick, 1, below(4)],
    ['paused-life-left', rotatorMetric('MinPausedLifeLeft'), 'Minimum', defaultTick, 1, below(16)],
    ['failing', rotatorMetric('Failing'), 'Maximum', defaultTick, 2, atLeastOne],
    [
      'client-secret-rotation-overdue',
      rotatorMetric('ClientSecretRotationOverdue'),
      'Maximum',
      defaultTick,
      1,
      atLeastOne,
    ],
    ['new-failure', functionMetric('Errors'), 'Sum', defaultTick, 1, atLeastOne],
    ['silence', rotatorMetric('Ticks'), 'Sum', defaultTick / 3, 6, below(1)],
    ['events-dropped', functionMetric('AsyncEventsDropped'), 'Sum', 300, 1, atLeastOne],
    ['throttles', functionMetric('Throttles'), 'Sum', 900, 3, atLeastOne],
  ] as const) {
    const alarm: Alarm = {
      alarmName: `${functionName}-${name}`,
      ...metric,
      statistic,
      periodSeconds,
      evaluationPeriods,
      ...limit,
      treatMissingData: name === 'silence' ? 'breaching' : 'notBreaching',
      alarmActions: [topicArn],
      okActions: [topicArn],
      actionsEnabled: true,
      stateValue: 'OK',
    };
    account.alarms.set(alarm.alarmName, alarm);
  }
}
