import type { AwsFault } from '../wire/aws-fault.ts';

/** One call, as a fault plan sees it. */
export interface Call {
  /** For example `PutSecretValue`. */
  readonly action: string;
  /** The SecretId as the caller gave it, or the name of a secret to be created. */
  readonly secretId?: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * A fault of Secrets Manager, for example `{ kind: 'throttling' }`. `reset-after` drops the
 * connection once the call is carried out, so that only the response is lost.
 */
export type SecretsManagerFault = AwsFault | { readonly kind: 'reset-after' };
