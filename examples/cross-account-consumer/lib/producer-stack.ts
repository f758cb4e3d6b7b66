import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { ImsTokenRotator } from 'ims-token-rotator';

export interface ProducerStackProps extends StackProps {
  /** The account that may let its workloads read the token. */
  readonly readerAccount: string;
}

/** The rotator. Its outputs are what the consumer's app needs. */
export class ProducerStack extends Stack {
  constructor(scope: Construct, id: string, { readerAccount, ...props }: ProducerStackProps) {
    super(scope, id, props);
    // Secrets Manager never shares the AWS-managed key with another account.
    const encryptionKey = new Key(this, 'Key', { enableKeyRotation: true });
    const rotator = new ImsTokenRotator(this, 'Rotator', { rotatorName: 'team', encryptionKey });
    const fusion = rotator.addCredential('fusion', {
      product: 'workfront-fusion',
      readerAccounts: [readerAccount],
    });
    new CfnOutput(this, 'TokenSecretArn', { value: fusion.tokenSecret.secretArn });
    new CfnOutput(this, 'TokenKeyArn', { value: encryptionKey.keyArn });
  }
}
