import { formatRotationState, readRotationState } from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
import { revealAll, type Sensitive } from '../../core/sensitive.ts';
import { CliError } from '../errors.ts';
import { isUnfinished } from '../rotator/leak-version.ts';
import { type Answer, currentOf, readClientVersions } from './answer.ts';
import type { Source } from './mint-here.ts';

/** A rotation may have begun meanwhile, whose note is all that its secret is recognised by. */
export async function noteEnd(
  answer: Answer,
  { clientVersionId }: Source,
  leaked: readonly Sensitive[],
): Promise<void> {
  const {
    steps,
    session: { secrets },
    client: { arn },
  } = answer;
  await steps.run('note that the leak is answered', async () => {
    const { currentVersionId, tags } = (await secrets.describeAfterWrite(arn)) ?? {};
    const isOwn = currentVersionId === clientVersionId;
    if (!isOwn) await checkNotLeaked(answer, leaked);
    if (!isOwn || !isUnfinished(clientVersionId, readRotationState(tags))) {
      return [`left the tag ${tagKeys.rotation} to what has begun meanwhile`, undefined];
    }
    await secrets.setTag(arn, tagKeys.rotation, formatRotationState({ kind: 'none' }));
    return [`noted that in the tag ${tagKeys.rotation}`, undefined];
  });
}

/** @throws CliError ERR_CREDENTIAL_CHANGED if somebody has stored a leaked client secret again */
async function checkNotLeaked(answer: Answer, leaked: readonly Sensitive[]): Promise<void> {
  const { found } = currentOf(answer, await readClientVersions(answer));
  const stored = new Set(revealAll(found.credential.clientSecrets));
  if (!revealAll(leaked).some((secret) => stored.has(secret))) return;
  throw new CliError(
    'ERR_CREDENTIAL_CHANGED',
    `somebody else has stored the leaked client secret in ${answer.names.client} again, which is deleted at Adobe`,
    `copy the one that is left from the Developer Console; then: ims-token-rotator put-credential ${answer.name} FILE`,
  );
}
