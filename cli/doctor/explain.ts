import type { FailureCode } from '../../core/status.ts';
import { isScheduledForDeletion } from '../rotator/absence.ts';
import { leakFirst } from '../rotator/leak-first.ts';
import { explainFailure, type FailureWords } from '../view/failure.ts';
import type { Described } from './subject.ts';

/** A failure in words, among the checks of its credential. */
export async function explain(described: Described, failure: FailureCode): Promise<FailureWords> {
  const { name, session } = described;
  const { words, fix } = explainFailure(failure, name, session.options);
  if (failure.code === 'ERR_TOKEN_SECRET_MISSING') return { words, fix: 'see "token secret"' };
  return { words, fix: await afterLeak(described, fix) };
}

/** @returns the fix, unless that is another credential and an answer to a leak is open */
export async function afterLeak(
  { client, name, session }: Described,
  fix: string,
): Promise<string> {
  if (!fix.includes('put-credential')) return fix;
  const secret = await client.catch(() => undefined);
  if (secret !== undefined && isScheduledForDeletion(secret)) return 'see "client secret"';
  return leakFirst(session, name, secret) ?? fix;
}
