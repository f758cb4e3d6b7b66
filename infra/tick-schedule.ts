import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  Schedule,
  ScheduleExpression,
  ScheduleGroup,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct, type IConstruct } from 'constructs';
import { acknowledge, findings } from './acknowledge.ts';

export interface TickScheduleProps {
  readonly target: IFunction;
  readonly tick: Duration;
  /** The function's rights: without them a tick would fail. */
  readonly rights: IConstruct;
}

/** Invokes the function at each tick. The next tick makes up for a lost one, so nothing is queued. */
export class TickSchedule extends Construct {
  readonly schedule: Schedule;

  constructor(scope: Construct, id: string, { target, tick, rights }: TickScheduleProps) {
    super(scope, id);
    const scheduleGroup = new ScheduleGroup(this, 'Group', {
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // CDK's own role would stand outside this construct, with rights to all versions of the function.
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': Stack.of(this).account,
            'aws:SourceArn': scheduleGroup.scheduleGroupArn,
          },
        },
      }),
      inlinePolicies: {
        invoke: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ['lambda:InvokeFunction'],
              resources: [target.functionArn],
            }),
          ],
        }),
      },
    });
    acknowledge(role, findings.inlinePolicy);
    this.schedule = new Schedule(this, 'Schedule', {
      scheduleGroup,
      description: 'Renews the Adobe IMS access tokens that are due',
      schedule: ScheduleExpression.rate(tick),
      target: new LambdaInvoke(target, {
        role: role.withoutPolicyUpdates(),
        input: ScheduleTargetInput.fromObject({ action: 'tick' }),
        retryAttempts: 2,
        maxEventAge: Duration.minutes(5),
      }),
    });
    this.schedule.node.addDependency(rights);
  }
}
