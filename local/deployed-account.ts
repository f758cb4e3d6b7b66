import type { Account, Alarm } from '../emulators/account/account.ts';

/** The rotator that is deployed, as far as the account's other services know of it. */
export interface DeployedRotator {
  readonly rotator: string;
  readonly functionName: string;
  /** The access key that the function's role gives it. */
  readonly functionAccessKeyId: string;
}

/** What the stack deploys beside secrets and function, all well, and the key that AWS provides. */
export function furnishAccount(account: Account, deployed: DeployedRotator): void {
  const { rotator, functionName, functionAccessKeyId } = deployed;
  account.principals.set(functionAccessKeyId, {
    username: functionName,
    arn: `arn:aws:sts::${account.id}:assumed-role/${functionName}-role/${functionName}`,
  });
  account.schedules.set(`${functionName}-tick`, {
    name: `${functionName}-tick`,
    groupName: functionName,
    state: 'ENABLED',
    scheduleExpression: 'rate(15 minutes)',
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
  const ofFunction = { namespace: 'AWS/Lambda', dimensions: { FunctionName: functionName } };
  const ofRotator = { namespace: 'ImsTokenRotator', dimensions: { rotator } };
  for (const [name, metricName, statistic, periodSeconds, metric] of [
    ['life-left', 'MinLifeLeft', 'Minimum', 900, ofRotator],
    ['life-left-urgent', 'MinLifeLeft', 'Minimum', 900, ofRotator],
    ['failing', 'Failing', 'Maximum', 900, ofRotator],
    ['silence', 'Ticks', 'Sum', 300, ofRotator],
    ['fewer-managed', 'Managed', 'Maximum', 900, ofRotator],
    ['events-dropped', 'AsyncEventsDropped', 'Sum', 300, ofFunction],
    ['throttles', 'Throttles', 'Sum', 900, ofFunction],
  ] as const) {
    const alarm: Alarm = {
      alarmName: `${functionName}-${name}`,
      ...metric,
      metricName,
      statistic,
      periodSeconds,
      alarmActions: [topicArn],
      okActions: [topicArn],
      actionsEnabled: true,
      stateValue: 'OK',
    };
    account.alarms.set(alarm.alarmName, alarm);
  }
  const keyArn = account.arn('kms', 'key/5e2f0d1c-0000-4000-8000-000000000001');
  account.keys.set(keyArn, {
    arn: keyArn,
    state: 'Enabled',
    manager: 'AWS',
    aliases: ['alias/aws/secretsmanager'],
  });
}
