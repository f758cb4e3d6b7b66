import { barsOf, foreignOf, gapsOf, type Span } from '../data/lanes.ts';
import { type Mark, pastMarks } from '../data/past.ts';
import { roughNow } from '../data/store.ts';
import type { FleetRow, Known, Past, TokenVersion } from '../messages.ts';
import { minuteText } from './times.ts';

/** What the pointer is on, if anything. */
export interface Target {
  readonly version?: TokenVersion | undefined;
  readonly mark?: Mark | undefined;
}

interface Props {
  readonly row: FleetRow;
  readonly span: Span;
  readonly answer: Known<readonly TokenVersion[]> | undefined;
  readonly past: Known<Past> | undefined;
  readonly onPoint?: ((target: Target) => void) | undefined;
}

/** The tokens that the lane shows: all that still exist, or at least those that the list shows. */
export function versionsOf(
  row: FleetRow,
  answer: Known<readonly TokenVersion[]> | undefined,
): readonly TokenVersion[] {
  if (answer !== undefined && 'known' in answer) return answer.known;
  const { foreignVersionId: foreign } = row;
  return [
    ...(foreign === undefined ? [] : [{ versionId: foreign, labels: ['AWSCURRENT'] }]),
    ...(row.token === undefined ? [] : [{ ...row.token, labels: ['AWSCURRENT'] }]),
    ...(row.previous === undefined ? [] : [{ ...row.previous, labels: ['AWSPREVIOUS'] }]),
  ].map(({ versionId, ...rest }) => ({ ...rest, id: versionId }));
}

/** One credential's tokens, failures and pauses over time. */
export function Lane({ row, span, answer, past, onPoint }: Props) {
  const now = roughNow.value;
  const versions = versionsOf(row, answer);
  const bars = barsOf(versions);
  const x = (at: number): number => ((at - span.from) / (span.to - span.from)) * 100;
  const stretch = (from: number, to: number) => {
    const left = Math.max(-1, x(from));
    return { x: `${left}%`, width: `${Math.max(0, Math.min(101, x(to)) - left)}%` };
  };
  const end = bars.at(-1)?.expiresAt;
  const marks = pastMarks(past, span, now);
  return (
    <svg
      class="lane"
      height="48"
      role="img"
      aria-label={describe(row, { count: bars.length, marks, now })}
    >
      {foreignOf(versions, now).map((time) => (
        <rect key={time.from} class="foreign" y="8" height="29" {...stretch(time.from, time.to)} />
      ))}
      {gapsOf(versions, now).map((gap) => (
        <rect key={gap.from} class="gap" y="8" height="29" {...stretch(gap.from, gap.to)} />
      ))}
      {bars.map(({ version, issuedAt, expiresAt, track }) => (
        <rect
          key={version.id}
          class={`token ${version.id === row.token?.versionId ? 'current' : ''}`}
          y={track === 0 ? 11 : 24}
          height="11"
          rx="3"
          {...stretch(issuedAt, expiresAt)}
          onPointerEnter={() => onPoint?.({ version })}
        />
      ))}
      {marks.map((mark) => (
        <g key={`${mark.kind} ${mark.from}`} onPointerEnter={() => onPoint?.({ mark })}>
          <rect class="target" y="36" height="12" {...stretch(mark.from, mark.to)} />
          {mark.kind === 'pause' ? (
            <PauseLine x1={x(mark.from)} x2={x(mark.to)} isPast />
          ) : (
            <rect class="failure-time past" y="39" height="4" {...stretch(mark.from, mark.to)} />
          )}
        </g>
      ))}
      {row.failure?.since !== undefined && (
        <rect
          class="failure-time"
          y="39"
          height="4"
          {...stretch(row.failure.since, Math.max(now, row.failure.since))}
        />
      )}
      {row.paused && <PauseLine x1={x(now)} x2={x(end ?? span.to)} />}
      {row.renewalAt !== undefined && (
        <rect
          class="renewal"
          x={`${x(Math.max(row.renewalAt, now))}%`}
          y="19"
          width="9"
          height="9"
        />
      )}
      <line class="now" x1={`${x(now)}%`} x2={`${x(now)}%`} y1="0" y2="48" />
    </svg>
  );
}

/** Dashes, the shortest of which is seen, too. Far out of sight there are none to draw. */
function PauseLine({
  x1,
  x2,
  isPast = false,
}: {
  readonly x1: number;
  readonly x2: number;
  readonly isPast?: boolean | undefined;
}) {
  const [from, to] = [x1, x2].map((each) => `${Math.max(-1, Math.min(101, each))}%`);
  return <line class={`pause-time${isPast ? ' past' : ''}`} x1={from} x2={to} y1="41" y2="41" />;
}

const verbs = { failure: 'failed', pause: 'paused' };
const mostSpoken = 3;

function describe(
  { name, state, token, renewalAt, failure, paused }: FleetRow,
  {
    count,
    marks,
    now,
  }: { readonly count: number; readonly marks: readonly Mark[]; readonly now: number },
) {
  return [
    `${name}: ${state}`,
    token === undefined
      ? 'no known token'
      : `token from ${minuteText(token.issuedAt)} to ${minuteText(token.expiresAt)}`,
    count > 1 ? `${count} tokens in all` : '',
    failure?.since === undefined ? '' : `failing since ${minuteText(failure.since)}`,
    paused ? 'paused' : '',
    ...marks
      .slice(-mostSpoken)
      .map(({ kind, from, to }) => `${verbs[kind]} from ${minuteText(from)} to ${minuteText(to)}`),
    renewalAt === undefined
      ? ''
      : renewalAt <= now
        ? 'renewal at the next tick'
        : `renewal ${minuteText(renewalAt)}`,
  ]
    .filter(Boolean)
    .join(', ');
}
