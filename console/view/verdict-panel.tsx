import { formatDuration } from '../../cli/view/durations.ts';
import { hashOf } from '../data/route.ts';
import { connection, fleetState, roughNow, verdict } from '../data/store.ts';
import { causeOf, type Facts, type Verdict } from '../data/verdict.ts';
import { Icon } from './icons.tsx';
import { Fix, Instant, UnknownNote } from './parts.tsx';
import { relative } from './times.ts';

const icons = { bad: 'failing', good: 'fresh', unknown: 'unknown' } as const;

/** What is wrong with the fleet, since when, how long there is, and what to do. */
export function VerdictPanel({ isBrief }: { readonly isBrief: boolean }) {
  const judged = verdict.value;
  const { trouble, fleet } = fleetState.value;
  const isOld = fleet !== undefined && (trouble !== undefined || connection.value === 'lost');
  return (
    <section class={`verdict verdict-${judged.tone}`} aria-label="The fleet in one sentence">
      <p class="verdict-sentence">
        <Icon name={icons[judged.tone]} />
        <span>
          {isOld && 'When last seen: '}
          {isBrief && judged.tone === 'bad' ? (
            <a href={hashOf({ page: 'fleet' })}>{judged.sentence}</a>
          ) : (
            judged.sentence
          )}
        </span>
      </p>
      <p class="hidden" role="status">
        {judged.announcement}
      </p>
      {!isBrief && <Remedy judged={judged} />}
      {!isBrief && judged.tone === 'bad' && judged.facts && <FactList facts={judged.facts} />}
      {trouble !== undefined && fleet !== undefined && (
        <UnknownNote
          why={trouble.why}
          what={`The list since ${relative(trouble.since, roughNow.value)}`}
        />
      )}
      {!isBrief && <FleetNotes />}
    </section>
  );
}

function Remedy({ judged: { fix, example, facts } }: { readonly judged: Verdict }) {
  if (fix === undefined) return null;
  const isForOne = (facts?.failing.length ?? 0) > 1 && example && fix.includes(example.name);
  return (
    <p class="verdict-fix">
      <strong>What to do{isForOne ? ` about ${example.name}` : ''}:</strong>{' '}
      <Fix text={fix} name={example?.name} />
    </p>
  );
}

const mostNames = 3;

function FactList({ facts: { failing, since, firstEnd, firstName } }: { readonly facts: Facts }) {
  const shown = failing.slice(0, mostNames);
  const more = failing.length - shown.length;
  const now = roughNow.value;
  return (
    <dl class="facts">
      <div>
        <dt>What fails</dt>
        <dd>
          {shown.map((row, index) => (
            <>
              {index > 0 && ', '}
              <a href={hashOf({ page: 'credential', name: row.name })} title={causeOf(row)}>
                {row.name}
              </a>
            </>
          ))}
          {more > 0 && ` and ${more} more`}
        </dd>
      </div>
      <div>
        <dt>Since</dt>
        <dd>
          {since === undefined ? (
            'not recorded'
          ) : (
            <>
              {formatDuration(now - since)}{' '}
              <span class="quiet">({<Instant at={since} />} UTC)</span>
            </>
          )}
        </dd>
      </div>
      <div>
        <dt>Time left, at least</dt>
        <dd>
          {firstEnd === undefined ? (
            'none: no token'
          ) : firstEnd <= now ? (
            <>
              none: {firstName} expired {relative(firstEnd, now)}
            </>
          ) : (
            <>
              {formatDuration(firstEnd - now)}{' '}
              <span class="quiet">
                ({firstName}, until <Instant at={firstEnd} /> UTC)
              </span>
            </>
          )}
        </dd>
      </div>
    </dl>
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
