import { useEffect, useReducer } from 'preact/hooks';

// AWS may answer again, or somebody has given the right that was missing.
const milliseconds = 30_000;

/** Counts how often to ask again while something is unknown and the page is in sight. */
export function useRetry(isUnknown: boolean): number {
  const [count, again] = useReducer((before: number, _: 'again') => before + 1, 0);
  useEffect(() => {
    if (!isUnknown) return;
    const timer = setInterval(() => document.hidden || again('again'), milliseconds);
    return () => clearInterval(timer);
  }, [isUnknown]);
  return count;
}
