import { useEffect, useReducer } from 'preact/hooks';

// AWS may answer again, or somebody has given the right that was missing.
const milliseconds = 30_000;

/** Counts how often to ask again while something is unknown and the page is in sight. */
export function useRetry(isUnknown: boolean): number {
  return useCount(milliseconds, isUnknown);
}

/** Counts on while the page is in sight. */
export function useCount(every: number, counts = true): number {
  const [count, again] = useReducer((before: number, _: 'again') => before + 1, 0);
  useEffect(() => {
    if (!counts) return;
    const timer = setInterval(() => document.hidden || again('again'), every);
    return () => clearInterval(timer);
  }, [every, counts]);
  return count;
}
