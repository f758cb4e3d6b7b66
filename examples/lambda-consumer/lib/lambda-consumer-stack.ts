import { join } from 'node:path';
import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';
import { ImsTokenRotator } from 'ims-token-rotator';

/** A rotator, and a function that calls Workfront Fusion with its token. */
export class LambdaConsumerStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const rotator = new ImsTokenRotator(this, 'Rotator');
    const fusion = rotator.addCredential('fusion', { product: 'workfront-fusion' });

    const listScenarios = new NodejsFunction(this, 'ListScenarios', {
      runtime: Runtime.NODEJS_24_X,
      entry: join(import.meta.dirname, '../lambda/list-scenarios.ts'),
      bundling: { format: OutputFormat.ESM },
      timeout: Duration.seconds(30),
      environment: {
        // The secret's ARN, never its value: the function reads the token when it needs it.
        TOKEN_SECRET_ARN: fusion.tokenSecret.secretArn,
        FUSION_URL: 'https://fusion.adobe.io',
        FUSION_ORGANIZATION_ID: this.node.getContext('fusionOrganizationId'),
        FUSION_REGION: this.node.getContext('fusionRegion'),
      },
    });
    fusion.grantRead(listScenarios);
  }
}
