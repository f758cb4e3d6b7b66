import { barsOf, type Span } from '../data/lanes.ts';
import { pastMarks } from '../data/past.ts';
import { needsAction } from '../data/states.ts';
import { fleetState, roughNow } from '../data/store.ts';
import { causeOf, fixOf } from '../data/verdict.ts';
import type { FleetRow, Known, Past, TokenVersion } from '../messages.ts';
import { type Target, versionsOf } from './lane.tsx';
import { Fix, Instant, Renewal, StateBadge, sentence, UnknownNote } from './parts.tsx';
import { PastList } from './past-list.tsx';
import { relative } from './times.ts';

interface Props {
  readonly row: FleetRow | undefined;
  readonly target: Target | undefined;
  readonly span: Span;
  readonly answer: Known<readonly TokenVersion[]> | undefined;
  readonly past: Known<Past> | undefined;
}

// What does not fit is scrolled to.
const panel = { tabIndex: 0, role: 'region' as const, 'aria-label': 'The lane in words' };

// The panel is to leave room for the lanes.
const mostMarks = 3;

/** What the lane that has the pointer or the focus shows, in words. */
export function LaneDetails({ row, target, span, answer, past }: Props) {
  if (row === undefined) {
    return (
      <div class="lane-details quiet" {...panel}>
        Point at a lane or tap it, or move with ↑ and ↓. ← and → move in time, + and − zoom, 0 is
        now. All times are UTC.
      </div>
    );
  }
  const { token, failure } = row;
  const shown = target?.version ?? (token && { ...token, id: token.versionId });
  const count = barsOf(versionsOf(row, answer)).length;
  return (
    <div class="lane-details" {...panel}>
      <p>
        <strong>{row.name}</strong> <StateBadge state={row.state} />{' '}
        {shown?.issuedAt !== undefined && shown.expiresAt !== undefined && (
          <>
            {shown.id === token?.versionId ? 'Current token' : 'Earlier token'}: issued{' '}
            <Instant at={shown.issuedAt} />, {shown.expiresAt > roughNow.value ? 'ends' : 'ended'}{' '}
            <Instant at={shown.expiresAt} /> ({relative(shown.expiresAt, roughNow.value)}).{' '}
          </>
        )}
        Next renewal: <Renewal row={row} />.{' '}
        <span class="quiet">{count === 1 ? '1 token' : `${count} tokens`} known.</span>
      </p>
      {(failure !== undefined || needsAction(row)) && (
        <p>
          {sentence(causeOf(row))} → <Fix text={fixOf(row, fleetState.value.fleet)} />
        </p>
      )}
      {answer !== undefined && 'unknown' in answer && (
        <UnknownNote why={answer.unknown} what="Earlier tokens" />
      )}
      <PastList
        past={past}
        marks={target?.mark === undefined ? pastMarks(past, span, roughNow.value) : [target.mark]}
        from={span.from}
        isPaused={row.paused}
        most={mostMarks}
      />
    </div>
  );
}
