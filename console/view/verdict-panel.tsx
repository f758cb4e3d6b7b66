import { Fragment } from 'preact';
import { formatDuration } from '../../cli/view/durations.ts';
import { hashOf } from '../data/route.ts';
import { fleetState, isStale, roughNow, verdict } from '../data/store.ts';
import type { Cause } from '../data/verdict.ts';
import { Icon } from './icons.tsx';
import { Ago, Fix, Instant, UnknownNote } from './parts.tsx';
import { relative } from './times.ts';

const icons = { bad: 'failing', good: 'fresh', unknown: 'unknown' } as const;

/** What is wrong with the fleet, since when, how long there is, and what to do. */
export function VerdictPanel({ isBrief }: { readonly isBrief: boolean }) {
  const judged = verdict.value;
  const { trouble, fleet } = fleetState.value;
  const isOld = fleet !== undefined && isStale.value;
  // What was fine may be so no longer.
  const tone = isOld && judged.tone === 'good' ? 'unknown' : judged.tone;
  const seen = isOld ? 'When last seen: ' : '';
  return (
    <section class={`verdict verdict-${tone}`} aria-label="The fleet in one sentence">
      <p class="verdict-sentence">
        <Icon name={icons[tone]} />
        <span>
          {seen}
          {judged.sentence}
          {isBrief && judged.tone === 'bad' && (
            <>
              {' '}
              <a href={hashOf({ page: 'fleet' })}>What to do</a>
            </>
          )}
        </span>
      </p>
      <p class="hidden" role="status">
        {seen}
        {judged.announcement}
      </p>
      {!isBrief && judged.fix !== undefined && (
        <p class="verdict-fix">
          <strong>What to do:</strong> <Fix text={judged.fix} />
        </p>
      )}
      {!isBrief && <Causes causes={judged.causes} />}
      {trouble !== undefined && fleet !== undefined && (
        <UnknownNote
          why={trouble.why}
          what={`What happened in the last ${formatDuration(roughNow.value - trouble.since)}`}
        />
      )}
      {!isBrief && <FleetNotes />}
    </section>
  );
}

const mostCauses = 3;
const mostNames = 3;

function Causes({ causes }: { readonly causes: readonly Cause[] }) {
  const more = causes.length - mostCauses;
  return (
    <>
      {causes.slice(0, mostCauses).map((cause) => (
        <OneCause key={cause.words} cause={cause} isOnly={causes.length === 1} />
      ))}
      {more > 0 && (
        <p class="quiet">
          {more} more {more === 1 ? 'reason' : 'reasons'} below.
        </p>
      )}
    </>
  );
}

function OneCause({
  cause: { words, fix, rows, since },
  isOnly,
}: {
  readonly cause: Cause;
  readonly isOnly: boolean;
}) {
  const [first] = rows;
  const shown = rows.slice(0, mostNames);
  const more = rows.length - shown.length;
  const without = rows.filter(({ token }) => token === undefined).length;
  return (
    <dl class="cause">
      <div>
        <dt>What fails</dt>
        <dd>
          {shown.map(({ name }, index) => (
            <Fragment key={name}>
              {index > 0 && ', '}
              <a href={hashOf({ page: 'credential', name })}>{name}</a>
            </Fragment>
          ))}
          {more > 0 && ` and ${more} more`}
          {!isOnly && <>: {words}</>}
        </dd>
      </div>
      <div>
        <dt>Since</dt>
        <dd>{since === undefined ? 'not recorded' : <Since at={since} />}</dd>
      </div>
      <div>
        <dt>Time left</dt>
        <dd>
          <TimeLeft end={first?.token?.expiresAt} />
          {first?.token !== undefined && without > 0 && `; ${without} without a token`}
        </dd>
      </div>
      <div>
        <dt>What to do</dt>
        <dd>
          <Fix text={fix} />
        </dd>
      </div>
    </dl>
  );
}

function Since({ at }: { readonly at: number }) {
  return (
    <>
      <Instant at={at} /> UTC{' '}
      <span class="quiet">
        (<Ago at={at} />)
      </span>
    </>
  );
}

function TimeLeft({ end }: { readonly end: number | undefined }) {
  const now = roughNow.value;
  if (end === undefined) return <>none: there is no token</>;
  if (end <= now) return <>none: expired {relative(end, now)}</>;
  return (
    <>
      {formatDuration(end - now)}{' '}
      <span class="quiet">
        (<Instant at={end} /> UTC)
      </span>
    </>
  );
}

/** What else the server found out when it looked for the rotator. */
function FleetNotes() {
  const { fleet } = fleetState.value;
  if (fleet === undefined) return null;
  const { functionUnknown, abandoned } = fleet;
  return (
    <>
      {functionUnknown !== undefined && (
        <UnknownNote why={functionUnknown} what="The function and its settings" />
      )}
      {'unknown' in abandoned ? (
        <UnknownNote why={abandoned.unknown} what="Abandoned rotators" />
      ) : (
        abandoned.known.map(({ words, fix }) => (
          <p class="note" key={words}>
            <Icon name="failing" />
            <span>
              <strong>Abandoned:</strong> {words} → <Fix text={fix} />
            </span>
          </p>
        ))
      )}
    </>
  );
}
