import type { AwsFault } from '../wire/aws-fault.ts';

/** One call, as a fault plan sees it. */
export interface Call {
  /** For example `PutSecretValue`. */
  readonly action: string;
  /** The SecretId as the caller gave it, or the name of a secret to be created. */
  readonly secretId?: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Secrets Manager has no faults of its own. */
export type SecretsManagerFault = AwsFault;
