import { useEffect, useState } from 'preact/hooks';
import { marksOf, type Span } from '../data/lanes.ts';
import { roughNow } from '../data/store.ts';

const day = 24 * 3600;

/** The times below which the lanes are. */
export function Axis({ span }: { readonly span: Span }) {
  const most = useWindowWidth() < 700 ? 4 : 8;
  const share = (at: number): string => `${((at - span.from) / (span.to - span.from)) * 100}%`;
  return (
    <div class="axis" aria-hidden="true">
      {marksOf(span, most).map((at) => (
        <span key={at} style={{ left: share(at) }}>
          {markText(at)}
        </span>
      ))}
      {roughNow.value >= span.from && roughNow.value <= span.to && (
        <span class="axis-now" style={{ left: share(roughNow.value) }}>
          now
        </span>
      )}
    </div>
  );
}

/** A phone is turned, and a window is resized. */
function useWindowWidth(): number {
  const [width, setWidth] = useState(innerWidth);
  useEffect(() => {
    const follow = (): void => setWidth(innerWidth);
    addEventListener('resize', follow);
    return () => removeEventListener('resize', follow);
  }, []);
  return width;
}

/** The day at midnight, else the time. */
function markText(at: number): string {
  const date = new Date(at * 1000);
  if (at % day !== 0) return date.toISOString().slice(11, 16);
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
}
