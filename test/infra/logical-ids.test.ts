import { Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { fullRotator, stackWithEnv } from './full-rotator.ts';

/**
 * The resources of stacks that are deployed. CloudFormation replaces one whose logical id changes: a
 * secret would be empty, an alarm would lose its history. Add here, and never change or remove.
 */
const deployed = [
  'RotatorCredentialRuleA2D77B1B',
  'RotatorCredentialRuleAllowEventRuleAppsRotatorFunctionFF27FFC0153E868B',
  'RotatorCredentialsimportedTokenSecret43067CD6',
  'RotatorCredentialsimportedTokenSecretRotation39147052',
  'RotatorCredentialsreplicatedClientSecretC3734400',
  'RotatorCredentialsreplicatedTokenSecret88D51544',
  'RotatorCredentialsreplicatedTokenSecretRotation8ABDD2D4',
  'RotatorCredentialssharedClientSecret1CEE5428',
  'RotatorCredentialssharedTokenSecret3A655FF3',
  'RotatorCredentialssharedTokenSecretPolicy3D2134C5',
  'RotatorCredentialssharedTokenSecretRotation66041CB2',
  'RotatorExternalClientSecretsRule1AllowEventRuleAppsRotatorFunctionFF27FFC09DDBFCBA',
  'RotatorExternalClientSecretsRule1C8245BF1',
  'RotatorFunctionE817EB47',
  'RotatorFunctionEventInvokeConfigF334BC4B',
  'RotatorFunctionLogGroup46859940',
  'RotatorFunctionPermissionsClientSecretsPolicyA3418F83',
  'RotatorFunctionPermissionsKeysPolicy0DDAC9B7',
  'RotatorFunctionPermissionsListPolicy5F0B6B30',
  'RotatorFunctionPermissionsNetworkPolicy65D2AC5B',
  'RotatorFunctionPermissionsProxyPolicy8DFB1F65',
  'RotatorFunctionPermissionsRole42FFE560',
  'RotatorFunctionPermissionsRoleDefaultPolicy74C2CFD7',
  'RotatorFunctionPermissionsSecretsPolicy69E7EBB2',
  'RotatorFunctionSecurityGroup2F8F914B',
  'RotatorNativeRotationPermission30693E60',
  'RotatorTickGroup15A45C93',
  'RotatorTickRole672D9CD3',
  'RotatorTickSchedule4BEEC62C',
  'RotatorWatchAlarmsEventsDropped44F113E1',
  'RotatorWatchAlarmsFailingEF7A5F75',
  'RotatorWatchAlarmsLifeLeftEE4F94CF',
  'RotatorWatchAlarmsLifeLeftUrgent21C9A564',
  'RotatorWatchAlarmsNewFailureC533759A',
  'RotatorWatchAlarmsPausedLifeLeft700AA870',
  'RotatorWatchAlarmsSilence48A389CE',
  'RotatorWatchAlarmsThrottles52220F82',
  'RotatorWatchDashboard1DC5CFAF',
  'RotatorWatchTopic41FA62B8',
  'RotatorWatchTopicKeyAB686064',
  'RotatorWatchTopicPolicyA60FD869',
  'RotatorWatchTopicopsexamplecomF4096E21',
  'RotatorFunctionPermissionsTracingPolicyC96436CA',
  'RotatorCredentialssharedClientSecretRotation9C70EAA1',
  'RotatorNativeRotationClientSecretsPolicy1729F8087',
  'RotatorWatchAlarmsClientSecretRotationOverdueA4C50688',
];

it('keeps the logical ids of deployed stacks', () => {
  const stack = stackWithEnv();
  fullRotator(stack);
  const { Resources } = Template.fromStack(stack).toJSON();
  const ids = Object.keys(Resources).filter((id) => id.startsWith('Rotator'));
  expect(new Set(ids)).toEqual(new Set(deployed));
});
