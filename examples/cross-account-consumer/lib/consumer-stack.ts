import { join } from 'node:path';
import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';
import { ImsCredential } from 'ims-token-rotator';

export interface ConsumerStackProps extends StackProps {
  /** The producer's outputs. */
  readonly tokenSecretArn: string;
  readonly tokenKeyArn: string;
}

/** A function that calls Workfront Fusion with the token of a rotator in another account. */
export class ConsumerStack extends Stack {
  constructor(scope: Construct, id: string, props: ConsumerStackProps) {
    super(scope, id, props);
    const fusion = ImsCredential.fromName(this, 'Fusion', {
      rotatorName: 'team',
      name: 'fusion',
      tokenSecretArn: props.tokenSecretArn,
      encryptionKey: Key.fromKeyArn(this, 'Key', props.tokenKeyArn),
    });
    const listScenarios = new NodejsFunction(this, 'ListScenarios', {
      runtime: Runtime.NODEJS_24_X,
      entry: join(import.meta.dirname, '../lambda/list-scenarios.ts'),
      bundling: { format: OutputFormat.ESM },
      timeout: Duration.seconds(30),
      environment: {
        TOKEN_SECRET_ARN: fusion.tokenSecret.secretArn,
        FUSION_URL: 'https://fusion.adobe.io',
        FUSION_ORGANIZATION_ID: this.node.getContext('fusionOrganizationId'),
        FUSION_REGION: this.node.getContext('fusionRegion'),
      },
    });
    fusion.grantRead(listScenarios);
  }
}
