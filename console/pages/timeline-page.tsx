import { useEffect, useState } from 'preact/hooks';
import { formatDuration } from '../../cli/view/durations.ts';
import { pan, type Span, zoom } from '../data/lanes.ts';
import { hashOf } from '../data/route.ts';
import { chosenRows, fleetState, roughNow } from '../data/store.ts';
import type { FleetRow } from '../messages.ts';
import { Axis } from '../view/axis.tsx';
import { Icon } from '../view/icons.tsx';
import { Lane, type Target } from '../view/lane.tsx';
import { LaneDetails } from '../view/lane-details.tsx';
import { usePast } from '../view/use-past.ts';
import { useTimeline } from '../view/use-timeline.ts';
import { useWindow } from '../view/window.ts';

const day = 24 * 3600;
const laneHeight = 49;

export function TimelinePage() {
  const rows = chosenRows.value;
  // Undefined while the picture follows the clock.
  const [moved, setSpan] = useState<Span>();
  const span = moved ?? { from: roughNow.value - day, to: roughNow.value + day };
  const [focused, setFocused] = useState<string>();
  const [pointed, setPointed] = useState<{ row: FleetRow; target?: Target | undefined }>();
  const names = rows.map(({ name }) => name);
  const { list, height, items, measure, scrollTo } = useWindow({
    names,
    estimate: () => laneHeight,
    kept: focused,
  });
  const inSight = items.map(({ key }) => key);
  const answers = useTimeline(inSight, span);
  const pasts = usePast(inSight, span);
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = spanAfter(event.key, span);
    if (next !== undefined) setSpan(next === 'now' ? undefined : next);
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const from = focused === undefined ? -1 : names.indexOf(focused);
      const to = Math.max(0, Math.min(names.length - 1, from + (event.key === 'ArrowUp' ? -1 : 1)));
      setFocused(names[to]);
      scrollTo(to);
    } else return;
    event.preventDefault();
  };
  useEffect(() => focusOn(list.current, focused), [focused]);
  if (fleetState.value.fleet === undefined) return null;
  const row = pointed?.row ?? rows.find(({ name }) => name === focused);
  return (
    <div class="timeline" onKeyDown={onKeyDown}>
      <Controls span={span} onSpan={setSpan} isMoved={moved !== undefined} />
      <div class="timeline-head">
        <span class="quiet">
          {rows.length} {rows.length === 1 ? 'credential' : 'credentials'}
        </span>
        <Axis span={span} />
      </div>
      <div
        ref={list}
        role="list"
        aria-label="Credentials"
        class="rows"
        style={{ height: `${height}px` }}
        onPointerLeave={() => setPointed(undefined)}
      >
        {items.map(({ index, key, offset }) => {
          const each = rows[index];
          if (each === undefined) return null;
          return (
            <div
              key={key}
              ref={measure}
              role="listitem"
              data-index={index}
              class={`lane-row ${row?.name === key ? 'is-shown' : ''}`}
              data-name={key}
              style={{ transform: `translateY(${offset}px)` }}
              onPointerEnter={() => setPointed({ row: each })}
              onFocusIn={() => {
                // A pointer that rests on another lane does not hide what the keyboard does.
                setFocused(key);
                setPointed(undefined);
              }}
            >
              <a
                class={`lane-name state-${each.state}`}
                href={hashOf({ page: 'credential', name: key })}
              >
                <Icon name={each.state} />
                <span>{key}</span>
              </a>
              <Lane
                row={each}
                span={span}
                answer={answers.get(key)}
                past={pasts.get(key)}
                onPoint={(target) => setPointed({ row: each, target })}
              />
            </div>
          );
        })}
      </div>
      <LaneDetails
        row={row === undefined ? undefined : (fleetState.value.rows.get(row.name) ?? row)}
        target={pointed?.target}
        span={span}
        answer={row && answers.get(row.name)}
        past={row && pasts.get(row.name)}
      />
    </div>
  );
}

function focusOn(list: HTMLElement | null, name: string | undefined): void {
  if (name === undefined) return;
  const link = `[data-name="${CSS.escape(name)}"] a`;
  list?.querySelector<HTMLElement>(link)?.focus({ preventScroll: true });
}

function spanAfter(key: string, span: Span): Span | 'now' | undefined {
  switch (key) {
    case 'ArrowLeft':
      return pan(span, -0.25);
    case 'ArrowRight':
      return pan(span, 0.25);
    case '+':
    case '=':
      return zoom(span, -1);
    case '-':
      return zoom(span, 1);
    case '0':
      return 'now';
    default:
      return undefined;
  }
}

interface ControlProps {
  readonly span: Span;
  readonly isMoved: boolean;
  readonly onSpan: (span: Span | undefined) => void;
}

function Controls({ span, isMoved, onSpan }: ControlProps) {
  return (
    <div class="controls">
      <div class="buttons" role="group" aria-label="Time">
        <button type="button" aria-label="Earlier" onClick={() => onSpan(pan(span, -0.25))}>
          ←
        </button>
        <button type="button" aria-label="Later" onClick={() => onSpan(pan(span, 0.25))}>
          →
        </button>
        <button type="button" aria-label="Zoom in" onClick={() => onSpan(zoom(span, -1))}>
          +
        </button>
        <button type="button" aria-label="Zoom out" onClick={() => onSpan(zoom(span, 1))}>
          −
        </button>
        <button type="button" disabled={!isMoved} onClick={() => onSpan(undefined)}>
          Now
        </button>
        <span class="quiet">{formatDuration(span.to - span.from)} shown</span>
      </div>
      <Legend />
    </div>
  );
}

function Legend() {
  return (
    <ul class="legend" aria-label="Legend">
      <li>
        <span class="swatch swatch-current" /> current token
      </li>
      <li>
        <span class="swatch swatch-token" /> earlier token
      </li>
      <li>
        <span class="swatch swatch-gap" /> no valid token
      </li>
      <li>
        <span class="swatch swatch-foreign" /> token of unknown expiry
      </li>
      <li>
        <span class="swatch swatch-failure" /> failing
      </li>
      <li>
        <span class="swatch swatch-pause" /> paused
      </li>
      <li>
        <span class="swatch swatch-renewal" /> next renewal
      </li>
    </ul>
  );
}
