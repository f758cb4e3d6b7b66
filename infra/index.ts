export { ImsCredential } from './ims-credential.ts';
export type {
  ImsCredentialFromNameProps,
  ImsCredentialProps,
  OnTokenRenewedOptions,
} from './ims-credential-props.ts';
export { ImsTokenRotator } from './ims-token-rotator.ts';
export type {
  ImsTokenRotatorAlarmOptions,
  ImsTokenRotatorProps,
  ImsTokenRotatorProxyOptions,
} from './ims-token-rotator-props.ts';
export type {
  ImsTokenRotatorAlarmSettings,
  ImsTokenRotatorCredentialSettings,
  ImsTokenRotatorProxySettings,
  ImsTokenRotatorSettings,
  ImsTokenRotatorThresholdSettings,
} from './ims-token-rotator-settings.ts';
export { ImsTokenRotatorStack, type ImsTokenRotatorStackProps } from './ims-token-rotator-stack.ts';
