export {
  ImsCredential,
  type ImsCredentialFromNameProps,
  type ImsCredentialProps,
} from './ims-credential.ts';
export { ImsTokenRotator } from './ims-token-rotator.ts';
export type {
  ImsTokenRotatorAlarmOptions,
  ImsTokenRotatorProps,
  ImsTokenRotatorProxyOptions,
} from './ims-token-rotator-props.ts';
export type { RotatorMetricName } from './metrics.ts';
