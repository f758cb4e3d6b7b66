import { useEffect, useState } from 'preact/hooks';
import type { Span } from '../data/lanes.ts';
import { ask } from '../data/server.ts';
import type { Known, Past, Pasts } from '../messages.ts';
import { useCount } from './use-retry.ts';
import { lanesQuery, mostNames, restMilliseconds, wholeDays } from './use-timeline.ts';

type Answers = ReadonlyMap<string, Known<Past>>;

// The server searches CloudTrail no more often.
const askEvery = 60_000;

/** The failures and pauses of the lanes in sight, asked for again every minute. */
export function usePast(names: readonly string[], span: Span): Answers {
  const [answers, setAnswers] = useState<Answers>(new Map());
  const count = useCount(askEvery);
  const wanted = names.slice(0, mostNames);
  const query = lanesQuery(wanted, wholeDays(span));
  useEffect(() => {
    if (wanted.length === 0) return;
    const aborter = new AbortController();
    const timer = setTimeout(async () => {
      const answer = await ask<Pasts>(`/api/past?${query}`, aborter.signal);
      if (aborter.signal.aborted) return;
      setAnswers((before) => {
        const all = new Map(before);
        for (const name of wanted) {
          const lane = 'known' in answer ? answer.known[name] : answer;
          if (lane !== undefined) all.set(name, lane);
        }
        return all;
      });
    }, restMilliseconds);
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }, [query, count]);
  return answers;
}
