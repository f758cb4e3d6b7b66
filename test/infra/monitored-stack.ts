import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type AlarmThresholds, alarmThresholds } from '../../infra/alarm-thresholds.ts';
import { AlarmTopic } from '../../infra/alarm-topic.ts';
import { RotatorAlarms } from '../../infra/rotator-alarms.ts';
import { RotatorDashboard } from '../../infra/rotator-dashboard.ts';

export interface MonitoringOptions {
  /** @default 'prod' */
  readonly rotator?: string | undefined;
  /** @default 15 */
  readonly tickMinutes?: number | undefined;
  /** @default 1 */
  readonly shards?: number | undefined;
  /** @default - those of a rotator without settings */
  readonly thresholds?: AlarmThresholds | undefined;
  /** @default ['ops@example.com'] */
  readonly emails?: string[] | undefined;
  /** Whether a client secret rotates, which brings an alarm. @default false */
  readonly clientSecretRotation?: boolean | undefined;
  /** @default - none is published */
  readonly runbookUrl?: string | undefined;
}

/** A stack with a function and what watches it, and nothing else. */
export function monitoredStack(options: MonitoringOptions = {}): Stack {
  const { rotator = 'prod', tickMinutes = 15, shards = 1 } = options;
  const { emails = ['ops@example.com'] } = options;
  const tick = Duration.minutes(tickMinutes);
  const stack = new Stack(new App(), 'Monitored');
  const logGroup = new LogGroup(stack, 'LogGroup', { retention: RetentionDays.ONE_WEEK });
  const target = new LambdaFunction(stack, 'Function', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => {};'),
    logGroup,
  });
  const topic =
    emails.length === 0 ? undefined : new AlarmTopic(stack, 'AlarmTopic', { emails }).topic;
  const alarms = new RotatorAlarms(stack, 'Alarms', {
    rotator,
    function: target,
    tick,
    shards,
    thresholds: options.thresholds ?? alarmThresholds(),
    topic,
    runbookUrl: options.runbookUrl,
  });
  if (options.clientSecretRotation === true) alarms.addClientSecretRotation();
  new RotatorDashboard(stack, 'Dashboard', {
    rotator,
    function: target,
    tick,
    shards,
    logGroup,
    alarms: alarms.all,
  });
  return stack;
}

export function monitoredTemplate(options: MonitoringOptions = {}): Template {
  return Template.fromStack(monitoredStack(options));
}
