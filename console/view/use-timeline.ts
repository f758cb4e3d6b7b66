import { useEffect, useRef, useState } from 'preact/hooks';
import type { Span } from '../data/lanes.ts';
import { ask } from '../data/server.ts';
import { fleetState } from '../data/store.ts';
import type { Known, Timeline, TokenVersion } from '../messages.ts';
import { useRetry } from './use-retry.ts';

type Answers = ReadonlyMap<string, Known<readonly TokenVersion[]>>;

// Scrolling past a lane asks for nothing.
export const restMilliseconds = 150;
export const mostNames = 40;

const day = 86_400;

/** Zooming out needs what is older: the whole day asks again, not every step. */
export function wholeDays({ from, to }: Span): Span {
  return { from: Math.floor(from / day) * day, to: Math.ceil(to / day) * day };
}

export function lanesQuery(names: readonly string[], { from, to }: Span): string {
  return `names=${names.map(encodeURIComponent).join(',')}&from=${from}&to=${to}`;
}

/** The versions for the lanes in sight, asked for once and again after each renewal. */
export function useTimeline(names: readonly string[], span: Span): Answers {
  const [answers, setAnswers] = useState<Answers>(new Map());
  const asked = useRef(new Map<string, { readonly key: string; readonly tries: number }>());
  const { rows } = fleetState.value;
  const days = wholeDays(span);
  const isUnknown = (name: string): boolean => 'unknown' in (answers.get(name) ?? {});
  const tries = useRetry(names.some(isUnknown));
  const keyOf = (name: string): string => {
    const { token, foreignVersionId } = rows.get(name) ?? {};
    return `${days.from}-${days.to} ${token?.versionId ?? foreignVersionId}`;
  };
  const missing = names.filter((name) => {
    const before = asked.current.get(name);
    return before?.key !== keyOf(name) || (isUnknown(name) && before.tries < tries);
  });
  const wanted = missing.slice(0, mostNames);
  useEffect(() => {
    if (wanted.length === 0) return;
    const timer = setTimeout(async () => {
      for (const name of wanted) asked.current.set(name, { key: keyOf(name), tries });
      const answer = await ask<Timeline>(`/api/timeline?${lanesQuery(wanted, days)}`);
      setAnswers((before) => {
        const all = new Map(before);
        for (const name of wanted) {
          const lane = 'known' in answer ? answer.known[name] : answer;
          if (lane !== undefined) all.set(name, lane);
        }
        return all;
      });
    }, restMilliseconds);
    return () => clearTimeout(timer);
  }, [wanted.map(keyOf).join(), wanted.join(), tries]);
  return answers;
}
