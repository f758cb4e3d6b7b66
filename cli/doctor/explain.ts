import type { FailureCode } from '../../core/status.ts';
import { leakFirst } from '../rotator/leak-first.ts';
import { explainFailure, type FailureWords, isCuredByStoring } from '../view/failure.ts';
import type { Described } from './subject.ts';

/** A failure in words, among the checks of its credential. */
export async function explain(described: Described, failure: FailureCode): Promise<FailureWords> {
  const { name, session } = described;
  const { words, fix } = explainFailure(failure, name, session.options);
  if (failure.code === 'ERR_TOKEN_SECRET_MISSING') return { words, fix: 'see "token secret"' };
  return { words, fix: isCuredByStoring(failure) ? await afterLeak(described, fix) : fix };
}

/** @returns the fix, unless an answer to a leak is open */
export async function afterLeak(
  { client, name, session }: Described,
  fix: string,
): Promise<string> {
  return leakFirst(session, name, await client.catch(() => undefined)) ?? fix;
}
