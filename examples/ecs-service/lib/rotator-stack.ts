import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type IImsCredential, ImsTokenRotator } from 'ims-token-rotator';

/** A rotator of its own stack: its token must be there before the first task starts. */
export class RotatorStack extends Stack {
  readonly fusion: IImsCredential;

  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const rotator = new ImsTokenRotator(this, 'Rotator');
    this.fusion = rotator.addCredential('fusion', { product: 'workfront-fusion' });
  }
}
