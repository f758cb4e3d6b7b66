import type { Authorize } from './authorization.ts';
import type { Principal } from './caller.ts';

export const defaultRegion = 'us-east-1';
export const defaultAccountId = '111122223333';

/** The options that the emulators of AWS services share. */
export interface AwsOptions {
  /** @default 'us-east-1' */
  readonly region?: string | undefined;
  /** @default '111122223333' */
  readonly accountId?: string | undefined;
  /** Authorizes each call. @default allows every call */
  readonly authorize?: Authorize | undefined;
  /** The access keys that are accepted. @default every one */
  readonly accessKeyIds?: readonly string[] | undefined;
  /** The principal that an access key belongs to. @default the same user for every key */
  readonly principalOf?: ((accessKeyId: string | undefined) => Principal) | undefined;
}
