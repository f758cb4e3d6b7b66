import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { needsAction, type SortKey, sortKeys } from '../data/states.ts';
import { choice } from '../data/store.ts';
import type { FleetRow } from '../messages.ts';
import { FleetRowView } from './fleet-row.tsx';
import { useWindow } from './window.ts';

const columns: readonly (readonly [title: string, sort: SortKey | undefined])[] = [
  [sortKeys.urgency, 'urgency'],
  [sortKeys.name, 'name'],
  [sortKeys.left, 'left'],
  ['Expires (UTC)', undefined],
  ['Next renewal (UTC)', 'renewal'],
];

/** All credentials; only the rows in sight are in the document. */
export function FleetTable({ rows }: { readonly rows: readonly FleetRow[] }) {
  const [focused, setFocused] = useState<string>();
  const names = rows.map(({ name }) => name);
  const estimate = (index: number): number => heightOf(rows[index]);
  const { list, height, items, measure, scrollTo } = useWindow({ names, estimate, kept: focused });
  const goTo = useRef<string>(undefined);

  // The row that the keys moved to is drawn first, then it gets the focus. A row that moves in the
  // document loses the focus, and gets it back.
  useLayoutEffect(() => {
    const wanted = goTo.current ?? (document.activeElement === document.body ? focused : undefined);
    if (wanted === undefined) return;
    const link = list.current?.querySelector<HTMLElement>(`[data-name="${CSS.escape(wanted)}"] a`);
    if (link) {
      goTo.current = undefined;
      link.focus({ preventScroll: true });
    }
  });

  useEffect(() => {
    const leave = ({ target }: Event): void => setFocused(nameOf(target));
    addEventListener('pointerdown', leave);
    return () => removeEventListener('pointerdown', leave);
  }, []);

  const onKeyDown = (event: KeyboardEvent): void => {
    const from = focused === undefined ? -1 : names.indexOf(focused);
    const to = targetOf(event.key, from, names.length);
    const name = to === undefined ? undefined : names[to];
    if (to === undefined || name === undefined || from < 0) return;
    event.preventDefault();
    goTo.current = name;
    setFocused(name);
    scrollTo(to);
  };

  return (
    <div class="table" role="table" aria-label="Credentials" aria-rowcount={rows.length + 1}>
      <TableHead />
      <div
        ref={list}
        role="rowgroup"
        class="rows"
        style={{ height: `${height}px` }}
        onKeyDown={onKeyDown}
        onFocusIn={({ target }) => setFocused(nameOf(target))}
        onFocusOut={({ relatedTarget }) => {
          if (relatedTarget !== null) setFocused(nameOf(relatedTarget));
        }}
      >
        {items.map(({ index, key, offset }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <div
              key={key}
              ref={measure}
              role="row"
              class="row"
              aria-rowindex={index + 2}
              data-index={index}
              data-name={row.name}
              style={{ transform: `translateY(${offset}px)` }}
            >
              <FleetRowView row={row} />
            </div>
          );
        })}
      </div>
      {rows.length === 0 && <p class="nothing quiet">No credential matches.</p>}
    </div>
  );
}

function TableHead() {
  const { sort, isDescending } = choice.value;
  const sortBy = (key: SortKey): void => {
    choice.value = { ...choice.value, sort: key, isDescending: sort === key && !isDescending };
  };
  const direction = isDescending ? 'descending' : 'ascending';
  return (
    <div role="rowgroup" class="head">
      <div role="row" class="row" aria-rowindex={1}>
        {columns.map(([title, key]) => (
          <span
            key={title}
            role="columnheader"
            aria-sort={key === undefined ? undefined : key === sort ? direction : 'none'}
          >
            {key === undefined ? (
              title
            ) : (
              <button type="button" onClick={() => sortBy(key)}>
                {title}
                <span class="arrow" aria-hidden="true">
                  {key === sort ? (isDescending ? '▼' : '▲') : ''}
                </span>
              </button>
            )}
          </span>
        ))}
        <span role="columnheader">
          <span class="hidden">Failure and actions</span>
        </span>
      </div>
    </div>
  );
}

/** A guess, until the row is drawn: a failure has lines of its own. */
function heightOf(row: FleetRow | undefined): number {
  const isTall = row !== undefined && (row.failure !== undefined || needsAction(row));
  if (innerWidth <= 700) return isTall ? 190 : 91;
  return isTall ? 66 : 45;
}

function targetOf(key: string, from: number, count: number): number | undefined {
  const page = 10;
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: from + 1,
    ArrowUp: from - 1,
    PageDown: from + page,
    PageUp: from - page,
    Home: 0,
    End: count - 1,
  };
  const to = moves[key];
  return to === undefined ? undefined : Math.max(0, Math.min(count - 1, to));
}

function nameOf(target: EventTarget | null): string | undefined {
  const row = target instanceof Element ? target.closest('[data-name]') : null;
  return row?.getAttribute('data-name') ?? undefined;
}
