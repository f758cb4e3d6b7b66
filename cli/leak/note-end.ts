import { formatRotationState, readRotationState } from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
import type { EpochSeconds } from '../../core/instant.ts';
import { isUnfinished } from '../../core/open-answer.ts';
import { revealAll, type Sensitive } from '../../core/sensitive.ts';
import { CliError } from '../errors.ts';
import { nextCommand } from '../view/next-command.ts';
import { type Answer, currentOf, readClientVersions } from './answer.ts';
import { storedAgain } from './find-room.ts';
import type { Source } from './mint-here.ts';
import type { OtherToken } from './other-tokens.ts';

/** The credential after the answer. */
export interface Answered extends Source {
  /** The earlier client secrets, all of which IMS rejects. */
  readonly leaked: readonly Sensitive[];
  /** Since then no run of the function begins with a leaked client secret; undefined if none has leaked. */
  readonly storedAt: EpochSeconds | undefined;
  /** Tokens from before that are still valid, and that the credential cannot invalidate. */
  readonly ofOthers: readonly OtherToken[];
  readonly unreadable: Unreadable;
  /** The advice on what has leaked beside the client secrets. */
  readonly alsoLeaked: readonly string[];
  /** Why a leaked token may be valid. What is left to people does not depend on it. */
  readonly failure?: CliError | undefined;
}

/** The versions that could not be decrypted, or may hold others beside what was recognised. */
export interface Unreadable {
  readonly client: readonly string[];
  readonly token: readonly string[];
}

/** A rotation may have begun meanwhile, whose note is all that its secret is recognised by. */
export async function noteEnd(
  { steps, session: { secrets }, client: { arn } }: Answer,
  { clientVersionId }: Source,
): Promise<void> {
  await steps.run('note that the leak is answered', async () => {
    const { currentVersionId, tags } = (await secrets.describeAfterWrite(arn)) ?? {};
    const state = readRotationState(tags);
    const isNamed = state.kind !== 'none' && state.versionId !== undefined;
    const isNoted = isNamed || currentVersionId === clientVersionId;
    if (currentVersionId === clientVersionId && state.kind === 'none') {
      return [`the tag ${tagKeys.rotation} says so already`, undefined];
    }
    if (!isNoted || !isUnfinished(clientVersionId, state)) {
      const what = 'a rotation, or another answer to a leak, has begun since';
      return [`did not change the tag ${tagKeys.rotation}: ${what}`, undefined];
    }
    await secrets.setTag(arn, tagKeys.rotation, formatRotationState({ kind: 'none' }));
    return [`noted that in the tag ${tagKeys.rotation}`, undefined];
  });
}

/**
 * The answer is complete, and to go on with it would replace what is left at Adobe.
 *
 * @throws CliError ERR_CREDENTIAL_CHANGED if somebody has stored a leaked client secret again
 */
export async function checkNotLeaked(
  answer: Answer,
  { clientVersionId, leaked }: Answered,
): Promise<void> {
  const { session, client } = answer;
  const { currentVersionId } = (await session.secrets.describe(client.arn)) ?? {};
  if (currentVersionId === clientVersionId) return;
  const versions = await readClientVersions(answer);
  const current = currentOf(answer, versions);
  const stored = new Set(revealAll(current.found.credential.clientSecrets));
  if (!revealAll(leaked).some((secret) => stored.has(secret))) return;
  const own = versions.find(({ id, found }) => id === clientVersionId && found !== undefined);
  const { message, fix } =
    own === undefined ? replacedOutside(answer) : storedAgain(answer, current, own);
  throw new CliError('ERR_CREDENTIAL_CHANGED', `${message} (what has leaked is useless)`, fix);
}

/** AWS has deleted the version. */
function replacedOutside({ name, names, session: { options } }: Answer): CliError {
  return new CliError(
    'ERR_CREDENTIAL_CHANGED',
    `what had leaked is stored in ${names.client} again, which is deleted at Adobe`,
    `copy the one that is left from the Developer Console; then: ${nextCommand(`put-credential ${name} FILE`, options)}`,
  );
}
