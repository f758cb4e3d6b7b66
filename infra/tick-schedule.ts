import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleGroup, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct, type IConstruct } from 'constructs';
import { shardsOf } from '../core/contract.ts';
import { acknowledge, findings } from './acknowledge.ts';
import { shardId, turnOf } from './shards.ts';

export interface TickScheduleProps {
  readonly target: IFunction;
  readonly tick: Duration;
  readonly shards: number;
  /** The function's rights: without them a tick would fail. */
  readonly rights: IConstruct;
}

/** Invokes the function at each tick. The next tick makes up for a lost one, so nothing is queued. */
export class TickSchedule extends Construct {
  /** One for each shard. */
  readonly schedules: readonly Schedule[];
  readonly groupName: string;

  constructor(scope: Construct, id: string, { target, tick, shards, rights }: TickScheduleProps) {
    super(scope, id);
    const scheduleGroup = new ScheduleGroup(this, 'Group', {
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.groupName = scheduleGroup.scheduleGroupName;
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
    this.schedules = shardsOf(shards).map((shard, index) => {
      const schedule = new Schedule(this, shardId('Schedule', index), {
        scheduleGroup,
        description: `Renews the Adobe IMS access tokens that are due${shard === undefined ? '' : `, of shard ${shard}`}`,
        schedule: turnOf(tick, index, shards),
        target: new LambdaInvoke(target, {
          role: role.withoutPolicyUpdates(),
          input: ScheduleTargetInput.fromObject({
            action: 'tick',
            ...(shard === undefined ? {} : { shard }),
          }),
          retryAttempts: 2,
          maxEventAge: Duration.minutes(5),
        }),
      });
      schedule.node.addDependency(rights);
      return schedule;
    });
  }
}
