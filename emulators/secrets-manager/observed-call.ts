/** An entry in the record of calls. It holds no values. */
export interface CallRecord {
  readonly action: string;
  /** The secret's name, or the caller's SecretId if there is no such secret. */
  readonly secretName?: string | undefined;
  /** The type of the error, if the call failed. */
  readonly error?: string | undefined;
}

/** A call, as CloudTrail records it. It holds no values. */
export interface ObservedCall {
  readonly action: string;
  /** The caller's access key, if the request is signed. */
  readonly accessKeyId: string | undefined;
  /** In milliseconds. */
  readonly at: number;
  /** The SecretId as the caller gave it, or the name of a secret to be created. */
  readonly secretId: string | undefined;
  /** Undefined if the secret does not exist after the call. */
  readonly secretArn: string | undefined;
  /** The type of the error, if the call failed. */
  readonly error: string | undefined;
}

export type CallListener = (call: ObservedCall) => void;
