import { Secrets, type SecretValue } from '../aws/secrets.ts';
import { CliError } from '../errors.ts';

/** Secrets whose values the console cannot read, whatever asks for them. */
export class UnreadSecrets extends Secrets {
  override read(secretId: string): Promise<SecretValue | undefined> {
    return Promise.reject(
      new CliError('ERR_USAGE', `the console reads no value, also not that of ${secretId}`),
    );
  }
}
