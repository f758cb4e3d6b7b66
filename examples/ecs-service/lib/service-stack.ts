import { Annotations, Stack, type StackProps } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  Cluster,
  ContainerImage,
  FargateService,
  FargateTaskDefinition,
  LogDrivers,
  Secret,
} from 'aws-cdk-lib/aws-ecs';
import { AwsApi } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { IImsCredential } from 'ims-token-rotator';

export interface ServiceStackProps extends StackProps {
  readonly credential: IImsCredential;
}

/** A service whose image knows a token only from its environment, and so must restart for a new one. */
export class ServiceStack extends Stack {
  constructor(scope: Construct, id: string, { credential, ...props }: ServiceStackProps) {
    super(scope, id, props);
    const task = new FargateTaskDefinition(this, 'Task');
    task.addContainer('app', {
      image: ContainerImage.fromRegistry('public.ecr.aws/docker/library/busybox:stable'),
      command: ['sh', '-c', 'printf %s "$IMS_TOKEN" | wc -c; sleep 86400'],
      secrets: { IMS_TOKEN: Secret.fromSecretsManager(credential.tokenSecret, 'access_token') },
      logging: LogDrivers.awsLogs({ streamPrefix: 'app' }),
    });
    // Unlike the grant of ecs.Secret, this one allows the use of an imported key too.
    credential.grantRead(task.obtainExecutionRole());
    Annotations.of(task).acknowledgeWarning(
      'ims-token-rotator:tokenAtStart',
      'the service is redeployed at each renewal',
    );

    const cluster = new Cluster(this, 'Cluster', {
      vpc: new Vpc(this, 'Vpc', { maxAzs: 2, natGateways: 1 }),
    });
    const service = new FargateService(this, 'Service', {
      cluster,
      taskDefinition: task,
      desiredCount: 1,
      minHealthyPercent: 100,
      circuitBreaker: { rollback: true },
    });
    credential.onTokenRenewed('Redeploy', {
      crossStackScope: this,
      target: new AwsApi({
        service: 'ECS',
        action: 'updateService',
        parameters: {
          cluster: cluster.clusterName,
          service: service.serviceName,
          forceNewDeployment: true,
        },
        // The target's default would allow this action on every service.
        policyStatement: new PolicyStatement({
          actions: ['ecs:UpdateService'],
          resources: [service.serviceArn],
        }),
      }),
    });
  }
}
