import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { Sensitive } from '../../core/sensitive.ts';
import { decodeText } from '../../core/text.ts';
import type { CliError } from '../errors.ts';
import { askAws, isRefusal, isUndecryptable } from './ask.ts';
import { clientConfig } from './network.ts';
import { listVersions, type StoredVersion } from './version-list.ts';

/** The move of AWSCURRENT to a version. */
export interface Promotion {
  readonly arn: string;
  readonly to: string;
  /** The version that was seen to have the label. */
  readonly from: string | undefined;
}

/** The versions of a secret and their labels, for an operator. Every failure is a CliError. */
export class SecretVersions {
  readonly #client = new SecretsManagerClient(clientConfig());
  readonly #signal: AbortSignal;

  /** @param signal ends reads; a write is always finished */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** All versions that still exist, those without a label included. */
  async list(arn: string): Promise<readonly StoredVersion[]> {
    return await listVersions(this.#client, arn, this.#signal);
  }

  /** The text of a version; undefined when it has none, or is gone by now. */
  async read(arn: string, versionId: string): Promise<Sensitive | undefined> {
    try {
      const { SecretString, SecretBinary = new Uint8Array() } = await askAws(
        'secretsmanager:GetSecretValue',
        arn,
        () =>
          this.#client.send(new GetSecretValueCommand({ SecretId: arn, VersionId: versionId }), {
            abortSignal: this.#signal,
          }),
      );
      return new Sensitive(SecretString ?? decodeText(SecretBinary));
    } catch (error) {
      if (isRefusal(error, 'ResourceNotFoundException')) return undefined;
      throw error;
    }
  }

  /** The same, or why a version that nobody uses could not be decrypted. */
  async readIfDecrypted(
    arn: string,
    { id, labels }: StoredVersion,
  ): Promise<Sensitive | CliError | undefined> {
    return await this.read(arn, id).catch((error: unknown) => {
      if (!labels.includes('AWSCURRENT') && isUndecryptable(error)) return error;
      throw error;
    });
  }

  /** Stores a value as AWSPENDING, which no consumer reads. */
  async putPending(arn: string, secretString: Sensitive, versionId: string): Promise<void> {
    const put = new PutSecretValueCommand({
      SecretId: arn,
      SecretString: secretString.reveal(),
      ClientRequestToken: versionId,
      VersionStages: ['AWSPENDING'],
    });
    await askAws('secretsmanager:PutSecretValue', arn, () => this.#client.send(put), [
      secretString.reveal(),
    ]);
  }

  /** Moves AWSCURRENT, if the version that was seen to have it still does. */
  async makeCurrent({ arn, to, from }: Promotion): Promise<void> {
    await this.#updateStage({
      SecretId: arn,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: to,
      RemoveFromVersionId: from,
    });
  }

  /** Takes AWSPENDING off a version. */
  async removePending(arn: string, versionId: string): Promise<void> {
    await this.#updateStage({
      SecretId: arn,
      VersionStage: 'AWSPENDING',
      RemoveFromVersionId: versionId,
    });
  }

  /** Has Secrets Manager rotate a secret into the version with this id. */
  async rotate(arn: string, versionId: string): Promise<void> {
    const rotate = new RotateSecretCommand({ SecretId: arn, ClientRequestToken: versionId });
    await askAws('secretsmanager:RotateSecret', arn, () => this.#client.send(rotate));
  }

  async #updateStage(
    input: ConstructorParameters<typeof UpdateSecretVersionStageCommand>[0],
  ): Promise<void> {
    await askAws('secretsmanager:UpdateSecretVersionStage', input.SecretId, () =>
      this.#client.send(new UpdateSecretVersionStageCommand(input)),
    );
  }
}
