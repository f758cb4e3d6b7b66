import { randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  type CreateSecretCommandInput,
  type CreateSecretCommandOutput,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type PutSecretValueCommandInput,
  type SecretsManagerClient,
  type SecretsManagerServiceException,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';

/** A secret of a case. */
export interface ScratchSecret {
  readonly arn: string;
  readonly name: string;
}

/** The secrets that the cases create, which are all that is ever deleted. */
export class Scratch {
  /** The names begin with it. */
  readonly prefix: string;
  readonly #client: SecretsManagerClient;
  /** The ARNs of the secrets that may still exist. */
  readonly #left = new Set<string>();
  #created = 0;
  #isUnsure = false;

  constructor(client: SecretsManagerClient, prefix: string) {
    this.#client = client;
    this.prefix = prefix;
    // A creation that should be refused, and is not, is noted too.
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const answer = await next(args).catch(
            (error: Partial<SecretsManagerServiceException>) => {
              const isAnswered = error.$metadata?.httpStatusCode !== undefined;
              if (commandName === 'CreateSecretCommand' && !isAnswered) this.#isUnsure = true;
              throw error;
            },
          );
          const { ARN } = answer.output as CreateSecretCommandOutput;
          if (commandName === 'CreateSecretCommand' && ARN !== undefined) this.#note(ARN);
          return answer;
        },
      { step: 'initialize', name: 'noteCreated' },
    );
  }

  /** The number of secrets created so far. */
  get created(): number {
    return this.#created;
  }

  /** The ARNs of those that have not been deleted. */
  get left(): readonly string[] {
    return [...this.#left];
  }

  /** True if there may be one more, because the answer to its creation was lost. */
  get isUnsure(): boolean {
    return this.#isUnsure;
  }

  /** A name that no secret has. */
  newName(): string {
    return `${this.prefix}/${randomUUID().slice(0, 13)}`;
  }

  /** Creates a secret, without a value unless the input has one. */
  async create(input: Partial<CreateSecretCommandInput> = {}): Promise<ScratchSecret> {
    const { ARN: arn = '', Name: name = '' } = await this.#client.send(
      new CreateSecretCommand({ Name: this.newName(), ...input }),
    );
    return { arn, name };
  }

  /** Creates a secret and puts a value for each id. */
  async createWith(...versionIds: readonly string[]): Promise<ScratchSecret> {
    const secret = await this.create();
    for (const id of versionIds) await this.put(secret, id);
    return secret;
  }

  /** Puts a value that is different for each id. */
  async put(
    { arn }: ScratchSecret,
    id: string,
    input: Partial<PutSecretValueCommandInput> = {},
  ): Promise<readonly string[] | undefined> {
    const { VersionStages } = await this.#client.send(
      new PutSecretValueCommand({
        SecretId: arn,
        ClientRequestToken: id,
        SecretString: valueFor(id),
        ...input,
      }),
    );
    return VersionStages;
  }

  /** Moves a label, or removes it without `to`. */
  async label(
    { arn }: ScratchSecret,
    stage: string,
    { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  ): Promise<void> {
    await this.#client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: arn,
        VersionStage: stage,
        RemoveFromVersionId: from,
        MoveToVersionId: to,
      }),
    );
  }

  /** The labels of these versions, sorted. A version without labels has none. */
  async labels({ arn }: ScratchSecret, ...ids: readonly string[]): Promise<string[][]> {
    const { VersionIdsToStages = {} } = await this.#client.send(
      new DescribeSecretCommand({ SecretId: arn }),
    );
    return ids.map((id) => (VersionIdsToStages[id] ?? []).toSorted());
  }

  /** AWSCURRENT's value. */
  async current({ arn }: ScratchSecret): Promise<string | undefined> {
    const { SecretString } = await this.#client.send(new GetSecretValueCommand({ SecretId: arn }));
    return SecretString;
  }

  async scheduleDeletion({ arn }: ScratchSecret): Promise<void> {
    await this.#client.send(new DeleteSecretCommand({ SecretId: arn, RecoveryWindowInDays: 7 }));
  }

  /** Deletes at once, by ARN: another secret may have the name by now. */
  async delete(arn: string): Promise<void> {
    await this.#client.send(
      new DeleteSecretCommand({ SecretId: arn, ForceDeleteWithoutRecovery: true }),
    );
    this.#left.delete(arn);
  }

  /** Deletes what was created here and is left, if it can. */
  async clean(): Promise<void> {
    for (const arn of this.#left) await this.delete(arn).catch(() => undefined);
  }

  #note(arn: string): void {
    this.#left.add(arn);
    this.#created += 1;
  }
}

export function valueFor(versionId: string): string {
  return `value of ${versionId}`;
}
