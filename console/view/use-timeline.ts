import { useEffect, useRef, useState } from 'preact/hooks';
import type { Span } from '../data/lanes.ts';
import { ask } from '../data/server.ts';
import { fleetState } from '../data/store.ts';
import type { Known, Timeline, TokenVersion } from '../messages.ts';

type Answers = ReadonlyMap<string, Known<readonly TokenVersion[]>>;

// Scrolling past a lane asks for nothing.
const restMilliseconds = 150;
const mostNames = 40;

/** The versions for the lanes in sight, asked for once and again after each renewal. */
export function useTimeline(names: readonly string[], { from, to }: Span): Answers {
  const [answers, setAnswers] = useState<Answers>(new Map());
  const asked = useRef(new Map<string, string>());
  const { rows } = fleetState.value;
  // Zooming out needs older versions: the whole day asks again, not every step.
  const period = `${Math.floor(from / 86_400)}-${Math.ceil(to / 86_400)}`;
  const keyOf = (name: string): string => `${period} ${rows.get(name)?.token?.versionId}`;
  const missing = names.filter((name) => asked.current.get(name) !== keyOf(name));
  const wanted = missing.slice(0, mostNames);
  useEffect(() => {
    if (wanted.length === 0) return;
    const timer = setTimeout(async () => {
      for (const name of wanted) asked.current.set(name, keyOf(name));
      const list = wanted.map(encodeURIComponent).join(',');
      const times = `from=${Math.floor(from)}&to=${Math.ceil(to)}`;
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
  }, [wanted.map(keyOf).join(), wanted.join()]);
  return answers;
}
