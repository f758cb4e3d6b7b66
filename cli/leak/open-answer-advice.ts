import { readRotationState } from '../../core/client-secret-rotation.ts';
import { hasOpenAnswer, leakedVersion } from '../../core/open-answer.ts';
import { type Answer, currentOf, readClientVersions } from './answer.ts';
import { deletingEarlier, untagging } from './delete-by-hand.ts';
import { isOvertaken } from './overtaken-answer.ts';
import { type EarlierAdvice, stillAccepted } from './still-accepted.ts';

/** `leaked --token` does not answer the leak of the client secret: this is the part that it leaves open. */
export async function openAnswerAdvice(answer: Answer): Promise<EarlierAdvice> {
  const { session, client, answering } = answer;
  const described = await session.secrets.describe(client.arn);
  const state = readRotationState(described?.tags);
  if (described === undefined || !hasOpenAnswer(described)) {
    return await stillAccepted(answer, state);
  }
  const versions = await readClientVersions(answer);
  const current = currentOf(answer, versions);
  if (!isOvertaken(answer, current, state, versions)) {
    const text = `The answer to the leak of the client secret is not complete: ${answering(leakedVersion(session.digest, described))}`;
    return { advice: [text], clientIds: [current.found.credential.clientId] };
  }
  const untag = untagging(answer);
  // The leaked secret may be retired, and people have to know whether it still works.
  const earlier = await stillAccepted(answer, { kind: 'none' });
  const text =
    `An answer to the leak of an earlier client secret is not complete: ${deletingEarlier(answer, state, versions)}; ` +
    `then: ${untag}; then, if the stored one has leaked, too: ${answering(current.id)}`;
  return { ...earlier, advice: [text, ...earlier.advice] };
}
