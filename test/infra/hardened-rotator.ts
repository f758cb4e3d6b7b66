import type { Stack } from 'aws-cdk-lib';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { ImsTokenRotator } from '../../infra/index.ts';
import { fullRotator } from './full-rotator.ts';

/** The packs of cdk-nag, by the names of their classes in versions 2 and 3. */
export const packs = [
  'AwsSolutionsChecks',
  'HIPAASecurityChecks',
  'NIST80053R4Checks',
  'NIST80053R5Checks',
  'PCIDSS321Checks',
  'ServerlessChecks',
] as const;

/** The rules that props satisfy: what they demand has a price, so that the construct does not choose it. */
export const solvedByProps = {
  CloudWatchAlarmAction: ['alarms'],
  CloudWatchLogGroupEncrypted: ['logEncryptionKey'],
  LambdaConcurrency: ['reservedConcurrentExecutions'],
  LambdaInsideVPC: ['vpc'],
  LambdaTracing: ['tracing'],
  SecretsManagerUsingKMSKey: ['encryptionKey'],
};

export function plainRotator(stack: Stack): void {
  new ImsTokenRotator(stack, 'Rotator').addCredential('fusion');
}

/** A rotator with every resource, and with the props that satisfy rules. */
export function hardenedRotator(stack: Stack): void {
  fullRotator(stack, {
    logEncryptionKey: new Key(stack, 'LogKey', { enableKeyRotation: true }) as IKey,
    reservedConcurrentExecutions: 5,
  });
}

/** A finding without the name of its pack: `LambdaDLQ` of `HIPAA.Security-LambdaDLQ`. */
export function ruleOf(finding: string): string {
  return finding.replace(/^[\w.]+-/, '');
}
