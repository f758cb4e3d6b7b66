import { hasOpenAnswer } from '../../core/open-answer.ts';
import type { FailureCode } from '../../core/status.ts';
import { explainFailure, type FailureWords, isCuredByStoring } from '../view/failure.ts';
import { nextCommand } from '../view/next-command.ts';
import type { Described } from './subject.ts';

/** A failure in words, among the checks of its credential. */
export async function explain(described: Described, failure: FailureCode): Promise<FailureWords> {
  const { name, session } = described;
  const { words, fix } = explainFailure(failure, name, session.options);
  if (failure.code === 'ERR_TOKEN_SECRET_MISSING') return { words, fix: 'see "token secret"' };
  return { words, fix: isCuredByStoring(failure) ? await leakFirst(described, fix) : fix };
}

/** An answer to a leak that is open comes before another credential. */
export async function leakFirst(
  { client, name, session }: Described,
  fix: string,
): Promise<string> {
  const secret = await client.catch(() => undefined);
  return secret !== undefined && hasOpenAnswer(secret)
    ? nextCommand(`leaked ${name}`, session.options)
    : fix;
}
