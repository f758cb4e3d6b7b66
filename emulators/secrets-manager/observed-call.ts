/** A call that was answered, or is about to be; it holds no values. */
export interface CallRecord {
  readonly action: string;
  /** The name of the secret, or what the caller called it if there is none. */
  readonly secretName?: string | undefined;
  /** The type of the error that was answered. */
  readonly error?: string | undefined;
}

/** A call as CloudTrail is told of it; it holds no values. */
export interface ObservedCall {
  readonly action: string;
  /** Of the caller, if the request was signed. */
  readonly accessKeyId: string | undefined;
  /** In milliseconds. */
  readonly at: number;
  /** SecretId as the caller gave it; the name of a secret that is created. */
  readonly secretId: string | undefined;
  /** Undefined when there is no such secret, or none any more. */
  readonly secretArn: string | undefined;
  /** The type of the error that was answered. */
  readonly error: string | undefined;
}

export type CallListener = (call: ObservedCall) => void;
