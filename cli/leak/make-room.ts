import type { OwnSecrets } from '../adobe/own-secrets.ts';
import { showVersion } from '../view/version-id.ts';
import type { Answer, ClientVersion } from './answer.ts';
import { uuidsOf } from './noted-uuid.ts';
import type { InTheWay } from './room.ts';
import { checkUnchanged } from './store-replacement.ts';

interface Seen {
  /** The tag of the client secret. */
  readonly noted: string | undefined;
  /** The id of AWSCURRENT. */
  readonly current: string;
  readonly versions: readonly ClientVersion[];
}

/** Deletes a client secret at Adobe, if nothing has changed since it was judged. @throws CliError */
export async function makeRoom(
  answer: Answer,
  own: OwnSecrets,
  { noted, current, versions }: Seen,
  { uuid, why }: InTheWay,
): Promise<void> {
  const { steps, versions: labels, client } = answer;
  await steps.run('make room at Adobe', async () => {
    const pending = versions.find((version) => version.labels.includes('AWSPENDING'))?.id;
    // Another run may have added this very secret, and be storing it by now.
    await checkUnchanged(answer, { noted, current, pending });
    const holder = versions.find(({ id }) => id === pending && id !== current);
    // A rotation must not finish with a secret that is gone.
    if (holder !== undefined && uuidsOf([holder]).has(uuid)) {
      await labels.removePending(client.arn, holder.id);
      steps.state = `AWSPENDING is off the version ${showVersion(holder.id)}; nothing else was changed`;
      // It may have become the current one just before.
      await checkUnchanged(answer, { noted, current });
    }
    await own.remove(uuid);
    steps.state = `${uuid} was deleted at Adobe, ${why}; nothing else was changed`;
    return [`deleted ${uuid} at Adobe, ${why}, to make room for another`, undefined];
  });
}
