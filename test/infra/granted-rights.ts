import { App, Stack as CdkStack, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { ImsTokenRotator } from '../../infra/index.ts';
import { keyArn } from '../cli/patient.ts';
import type { Statement } from '../support/iam.ts';

export const account = 'us-east-1:111122223333';
export const functionArn = `arn:aws:lambda:${account}:function:rotator-local`;
export const topicArn = `arn:aws:sns:${account}:rotator-local-alarms`;
export const environmentKeyArn = `arn:aws:kms:${account}:key/environment`;

const fusionSecret = 'ims-token-rotator/local/fusion/client-??????';

/** The statements of a role that may do nothing else, with the resources of the embedded world. */
export function granted(define: (stack: Stack, operator: Role) => void): readonly Statement[] {
  const stack = new CdkStack(new App(), 'S');
  const operator = new Role(stack, 'Operator', { assumedBy: new ServicePrincipal('x') });
  define(stack, operator);
  const policies = Template.fromStack(stack).findResources('AWS::IAM::Policy');
  const own = Object.entries(policies).filter(([id]) => id.startsWith('Operator'));
  const text = JSON.stringify(
    own.flatMap(([, policy]) => policy['Properties'].PolicyDocument.Statement),
  );
  const clientArn = `arn:aws:secretsmanager:${account}:secret:${fusionSecret}`;
  return JSON.parse(
    text
      .replaceAll(/\{"Fn::GetAtt":\["\w*Function\w*","Arn"\]\}/g, JSON.stringify(functionArn))
      .replaceAll(/\{"Ref":"\w*fusionClientSecret\w*"\}/g, JSON.stringify(clientArn))
      .replaceAll(/:schedule\/[\w-]*Tick-Group[\w-]*\/\*/g, ':schedule/rotator-local/*'),
  );
}

export type Grant = 'grantOperate' | 'grantRespondToLeaks';

export function ofOwnRotator(grant: Grant): (stack: Stack, operator: Role) => void {
  return (stack, operator) => {
    const rotator = new ImsTokenRotator(stack, 'Rotator', {
      rotatorName: 'local',
      encryptionKey: Key.fromKeyArn(stack, 'Key', keyArn),
      environmentEncryption: Key.fromKeyArn(stack, 'EnvironmentKey', environmentKeyArn),
      alarms: { topic: Topic.fromTopicArn(stack, 'Topic', topicArn) },
    });
    rotator[grant](operator);
    rotator.addCredential('fusion', { clientSecretRotation: true });
  };
}
