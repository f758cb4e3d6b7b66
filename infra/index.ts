export { type IImsCredential, ImsCredential } from './ims-credential.ts';
export type {
  ImsCredentialFromNameProps,
  ImsCredentialProps,
  OnTokenRenewedOptions,
} from './ims-credential-props.ts';
export { ImsProduct } from './ims-product.ts';
export { ImsTokenRotator } from './ims-token-rotator.ts';
export type { ImsTokenRotatorAttributes } from './ims-token-rotator-attributes.ts';
export type { IImsTokenRotator } from './ims-token-rotator-base.ts';
export type { ImsTokenRotatorCredentialSettings } from './ims-token-rotator-credential-settings.ts';
export type {
  ImsTokenRotatorAlarmOptions,
  ImsTokenRotatorProps,
  ImsTokenRotatorProxyOptions,
} from './ims-token-rotator-props.ts';
export type {
  ImsTokenRotatorAlarmSettings,
  ImsTokenRotatorProxySettings,
  ImsTokenRotatorSettings,
  ImsTokenRotatorThresholdSettings,
} from './ims-token-rotator-settings.ts';
export { ImsTokenRotatorStack, type ImsTokenRotatorStackProps } from './ims-token-rotator-stack.ts';
