import { randomUUID } from 'node:crypto';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  type Tag,
  TagResourceCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';

/** What Secrets Manager calls a rotation function with. */
interface RotationEvent {
  readonly Step: string;
  readonly SecretId: string;
  readonly ClientRequestToken: string;
  readonly RotationToken?: string | undefined;
}

/** The key of the tag that names the step at which the function fails. */
export const failAtTag = 'fail-at';

const stepTag = 'step-';

/** What the function saw at each step of a secret's rotations, in their order. */
export function stepsIn(tags: readonly Tag[] = []): readonly string[] {
  const steps = tags.filter(({ Key }) => Key?.startsWith(stepTag));
  const numberOf = ({ Key = '' }: Tag): number => Number(Key.slice(stepTag.length));
  return steps
    .toSorted((one, other) => numberOf(one) - numberOf(other))
    .map(({ Value = '' }) => Value);
}

/**
 * Rotates a secret to a random value. It writes what it sees at each step into the secret's tags,
 * because a case knows of a rotation only what the SDK shows.
 */
export async function rotate(
  { Step, SecretId, ClientRequestToken: VersionId, RotationToken }: RotationEvent,
  client: SecretsManagerClient,
): Promise<void> {
  const secret = await client.send(new DescribeSecretCommand({ SecretId }));
  const stages = secret.VersionIdsToStages ?? {};
  const read = async (version: object): Promise<string | undefined> => {
    const reading = client.send(new GetSecretValueCommand({ SecretId, ...version }));
    return (await reading.catch(() => undefined))?.SecretString;
  };
  const value = await read({ VersionId });
  const isCopy = value !== undefined && value === (await read({}));
  const kind = value === undefined ? 'empty' : isCopy ? 'copy' : 'own';
  const Key = `${stepTag}${stepsIn(secret.Tags).length + 1}`;
  const labels = (stages[VersionId] ?? []).toSorted().join('+');
  const Tags = [{ Key, Value: `${Step}: ${labels} ${kind}` }];
  await client.send(new TagResourceCommand({ SecretId, Tags }));
  const failing = secret.Tags?.find((tag) => tag.Key === failAtTag)?.Value;
  if (failing === Step) throw new Error(`${Step} is to fail`);
  if (Step === 'createSecret' && value === undefined) {
    await client.send(
      new PutSecretValueCommand({
        SecretId,
        ClientRequestToken: VersionId,
        SecretString: randomUUID(),
        VersionStages: ['AWSPENDING'],
        RotationToken,
      }),
    );
  }
  if (Step === 'finishSecret') {
    const current = Object.keys(stages).find((id) => stages[id]?.includes('AWSCURRENT'));
    const move = { SecretId, RemoveFromVersionId: current, MoveToVersionId: VersionId };
    await client.send(new UpdateSecretVersionStageCommand({ ...move, VersionStage: 'AWSCURRENT' }));
    const remove = { SecretId, RemoveFromVersionId: VersionId, VersionStage: 'AWSPENDING' };
    await client.send(new UpdateSecretVersionStageCommand(remove));
  }
}

/** For Lambda. */
export async function handler(event: RotationEvent): Promise<void> {
  await rotate(event, new SecretsManagerClient());
}
