// The port SecretStore for a look from outside: at once, without faults, and without lag.
import type { SecretMetadata } from '../../core/ledger.ts';
import type { SecretStore, SecretValue, Version } from '../../core/ports.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { absentAsUndefined, attempt } from '../../lambda/adapters/secrets-manager-errors.ts';
import type { Clock } from './clock.ts';
import type { SecretsManager } from './secrets-manager.ts';

export class ProbePort implements SecretStore {
  readonly #secretsManager: SecretsManager;
  readonly #clock: Clock;

  constructor(secretsManager: SecretsManager, clock: Clock) {
    this.#secretsManager = secretsManager;
    this.#clock = clock;
  }

  async listPage(prefixes: readonly string[], nextToken = '') {
    return await attempt('ListSecrets', '', () =>
      Promise.resolve(this.#secretsManager.list(prefixes, nextToken, 100, this.#clock.now)),
    );
  }

  async describe(id: string): Promise<SecretMetadata | undefined> {
    return await absentAsUndefined('DescribeSecret', id, async () =>
      Promise.resolve(this.#secretsManager.describe(id)),
    );
  }

  async read(id: string): Promise<SecretValue | undefined> {
    return await this.#read(id, 'AWSCURRENT');
  }

  async readPrevious(id: string): Promise<SecretValue | undefined> {
    return await this.#read(id, 'AWSPREVIOUS');
  }

  async readVersion({ secretId, versionId }: Version): Promise<SecretValue | undefined> {
    return await this.#read(secretId, versionId);
  }

  put = refuse;
  makeCurrent = refuse;
  removePending = refuse;
  setTag = refuse;

  async #read(id: string, at: string): Promise<SecretValue | undefined> {
    return await absentAsUndefined('GetSecretValue', id, async () => {
      const { secret, version } = await Promise.resolve(this.#secretsManager.get(id, at));
      const text = new Sensitive(version.value ?? '');
      return { arn: secret.arn, versionId: version.id, secretString: text, text };
    });
  }
}

function refuse(): never {
  throw new TypeError('a look from outside changes nothing');
}
