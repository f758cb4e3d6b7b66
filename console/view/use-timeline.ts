import { useEffect, useRef, useState } from 'preact/hooks';
import type { Span } from '../data/lanes.ts';
import { ask } from '../data/server.ts';
import { fleetState } from '../data/store.ts';
import type { Known, Timeline, TokenVersion } from '../messages.ts';
import { useRetry } from './use-retry.ts';

type Answers = ReadonlyMap<string, Known<readonly TokenVersion[]>>;

// Scrolling past a lane asks for nothing.
const restMilliseconds = 150;
const mostNames = 40;

const day = 86_400;

/** The versions for the lanes in sight, asked for once and again after each renewal. */
export function useTimeline(names: readonly string[], { from, to }: Span): Answers {
  const [answers, setAnswers] = useState<Answers>(new Map());
  const asked = useRef(new Map<string, { readonly key: string; readonly tries: number }>());
  const { rows } = fleetState.value;
  // Zooming out needs older versions: the whole day asks again, not every step.
  const first = Math.floor(from / day) * day;
  const last = Math.ceil(to / day) * day;
  const isUnknown = (name: string): boolean => 'unknown' in (answers.get(name) ?? {});
  const tries = useRetry(names.some(isUnknown));
  const keyOf = (name: string): string => {
    const { token, foreignVersionId } = rows.get(name) ?? {};
    return `${first}-${last} ${token?.versionId ?? foreignVersionId}`;
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
      const list = wanted.map(encodeURIComponent).join(',');
      const times = `from=${first}&to=${last}`;
      const answer = await ask<Timeline>(`/api/timeline?names=${list}&${times}`);
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
