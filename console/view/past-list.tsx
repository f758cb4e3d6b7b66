import { formatDuration } from '../../cli/view/durations.ts';
import type { Span } from '../data/lanes.ts';
import { type Mark, pastMarks, sectionOfCode } from '../data/past.ts';
import { hashOf } from '../data/route.ts';
import { roughNow } from '../data/store.ts';
import type { Known, Past } from '../messages.ts';
import { Instant, UnknownNote } from './parts.tsx';

interface Props {
  readonly past: Known<Past> | undefined;
  /** Those to show. */
  readonly marks: readonly Mark[];
  /** The beginning of what is in sight. */
  readonly from: number;
  /** It still lasts, by the tags of now. */
  readonly isPaused: boolean;
  /** The latest ones suffice. @default all */
  readonly most?: number | undefined;
}

/** Failures and pauses of the past in words, the latest first, and since when they are known. */
export function PastList({ past, marks, from, isPaused, most = marks.length }: Props) {
  if (past === undefined)
    return <p class="quiet asking">Earlier failures and pauses: asking CloudTrail …</p>;
  if ('unknown' in past)
    return <UnknownNote why={past.unknown} what="Earlier failures and pauses" />;
  const { since } = past.known;
  const hidden = Math.max(0, marks.length - most);
  return (
    <>
      {marks.length > 0 && (
        <ul class="past">
          {marks
            .slice(hidden)
            .toReversed()
            .map((mark) => (
              <li key={`${mark.kind} ${mark.from}`}>
                <MarkWords mark={mark} isPaused={isPaused} />
              </li>
            ))}
          {hidden > 0 && <li class="quiet">{hidden} earlier</li>}
        </ul>
      )}
      {since > from && (
        <p class="quiet">
          Earlier failures and pauses are known since <Instant at={since} /> UTC.
        </p>
      )}
    </>
  );
}

/** All of a time, with the words that there is none. */
export function WholePast({
  past,
  span,
  isPaused,
}: Pick<Props, 'past' | 'isPaused'> & { readonly span: Span }) {
  const marks = pastMarks(past, span, roughNow.value);
  return (
    <>
      {past !== undefined && 'known' in past && marks.length === 0 && (
        <p class="quiet">
          CloudTrail lists none since <Instant at={Math.max(span.from, past.known.since)} /> UTC.
        </p>
      )}
      <PastList past={past} marks={marks} from={span.from} isPaused={isPaused} />
    </>
  );
}

function MarkWords({ mark, isPaused }: { readonly mark: Mark; readonly isPaused: boolean }) {
  const { kind, stretch, failure, from, to } = mark;
  const code = failure?.code;
  return (
    <>
      {kind === 'pause' ? 'Paused' : `Failed: ${failure?.words}`}
      {stretch.from === undefined ? ' since before ' : ' from '}
      <Instant at={from} />
      {stretch.to !== undefined ? (
        <>
          {' to '}
          <Instant at={to} /> ({formatDuration(to - from)})
        </>
      ) : kind === 'pause' && isPaused ? (
        ' until now'
      ) : (
        '; CloudTrail does not list the end yet'
      )}
      .{' '}
      {code !== undefined && (
        <a href={hashOf({ page: 'runbook', anchor: sectionOfCode(code) })}>{code}</a>
      )}
    </>
  );
}
