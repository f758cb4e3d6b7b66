import { readRotationState } from '../../core/client-secret-rotation.ts';
import { answerNoted, hasOpenAnswer } from '../../core/open-answer.ts';
import { replaces } from '../rotator/leak-version.ts';
import { nextCommand } from '../view/next-command.ts';
import type { Answer } from './answer.ts';
import { untagging } from './overtaken-answer.ts';

/** What is left of an answer to the leak of the client secret, once its token has been answered for. */
export async function openAnswerAdvice(answer: Answer): Promise<readonly string[]> {
  const { session, client, name } = answer;
  const { currentVersionId = '', tags } = (await session.secrets.describe(client.arn)) ?? {};
  if (!hasOpenAnswer({ currentVersionId, tags })) return [];
  const noted = answerNoted(readRotationState(tags)) ?? currentVersionId;
  if (noted === currentVersionId || replaces(session.digest, noted, currentVersionId)) {
    const again = nextCommand(`leaked ${name}`, session.options);
    return [`The answer to the leak of the client secret is not complete: ${again}`];
  }
  return [
    'An answer to the leak of an earlier client secret is not complete. If the stored one has not leaked, delete ' +
      'the earlier one in the Adobe Developer Console, if it is still there, and not the stored one; ' +
      `then take the note of that answer off: ${untagging(answer)}`,
  ];
}
