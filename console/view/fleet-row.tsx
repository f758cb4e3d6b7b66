import { formatDuration } from '../../cli/view/durations.ts';
import { sectionOfCode } from '../data/past.ts';
import { hashOf } from '../data/route.ts';
import { needsAction } from '../data/states.ts';
import { acting, allowsActions, fleetState, roughNow } from '../data/store.ts';
import { causeOf, fixOf } from '../data/verdict.ts';
import type { FleetRow } from '../messages.ts';
import { capitalized, Fix, Instant, LifeBar, NoToken, Renewal, StateBadge } from './parts.tsx';

export function FleetRowView({ row }: { readonly row: FleetRow }) {
  const { name, state, token, failure } = row;
  return (
    <>
      <span role="cell" class="cell-state">
        <StateBadge state={state} />
      </span>
      <span role="cell" class="cell-name">
        <a href={hashOf({ page: 'credential', name })}>{name}</a>
        {row.paused && state !== 'paused' && <span class="quiet"> paused</span>}
      </span>
      <span role="cell" class="cell-left">
        {token === undefined ? <NoToken row={row} /> : <LifeBar token={token} />}
      </span>
      <span role="cell" class="cell-expires" data-label="Expires ">
        {token === undefined ? <span class="quiet">–</span> : <Instant at={token.expiresAt} />}
      </span>
      <span role="cell" class="cell-renewal" data-label="Renewal ">
        <Renewal row={row} />
      </span>
      <span role="cell" class="cell-more">
        {(failure !== undefined || needsAction(row)) && <FailureText row={row} />}
        {allowsActions.value && (
          <button
            type="button"
            class="small"
            aria-label={`Act on ${name}`}
            onClick={() => {
              acting.value = { row };
            }}
          >
            Act …
          </button>
        )}
      </span>
    </>
  );
}

function FailureText({ row }: { readonly row: FleetRow }) {
  const { failure } = row;
  const { code, since } = failure ?? {};
  const lasts = since === undefined ? '' : `, for ${formatDuration(roughNow.value - since)}`;
  return (
    <span class="failure">
      {capitalized(causeOf(row))}
      {lasts}
      {code !== undefined && (
        <>
          {' '}
          (<a href={hashOf({ page: 'runbook', anchor: sectionOfCode(code) })}>{code}</a>)
        </>
      )}{' '}
      <span class="fix">
        → <Fix text={fixOf(row, fleetState.value.fleet)} />
      </span>
    </span>
  );
}
