import { useEffect, useRef } from 'preact/hooks';
import { type SortKey, sortKeys, states } from '../data/states.ts';
import { choice, chosenRows, fleetState } from '../data/store.ts';
import type { State } from '../messages.ts';
import { FleetTable } from '../view/fleet-table.tsx';
import { Icon } from '../view/icons.tsx';

export function FleetPage() {
  const { fleet, rows } = fleetState.value;
  if (fleet === undefined) return null;
  return (
    <>
      <Filters />
      {rows.size > 0 && <FleetTable rows={chosenRows.value} />}
    </>
  );
}

function Filters() {
  const all = [...fleetState.value.rows.values()];
  const { search, states: pressed, sort, isDescending } = choice.value;
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focusSearch = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey) return;
      if (event.target instanceof HTMLElement && event.target.matches('input, select, dialog *')) {
        return;
      }
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener('keydown', focusSearch);
    return () => removeEventListener('keydown', focusSearch);
  }, []);
  const toggle = (state: State): void => {
    const next = new Set(pressed);
    if (!next.delete(state)) next.add(state);
    choice.value = { ...choice.value, states: next };
  };
  const shown = chosenRows.value.length;
  return (
    <section class="filters" aria-label="Filters">
      <input
        ref={field}
        type="search"
        aria-label="Search credentials and failures"
        aria-keyshortcuts="/"
        placeholder="Search  ( / )"
        value={search}
        onInput={({ currentTarget }) => {
          choice.value = { ...choice.value, search: currentTarget.value };
        }}
      />
      <div class="chips" role="group" aria-label="States">
        {states.map((state) => {
          const count = all.filter((row) => row.state === state).length;
          if (count === 0 && !pressed.has(state)) return null;
          return (
            <button
              type="button"
              key={state}
              class={`chip state-${state}`}
              aria-pressed={pressed.has(state)}
              onClick={() => toggle(state)}
            >
              <Icon name={state} />
              {state} <span class="count">{count}</span>
            </button>
          );
        })}
      </div>
      <label class="sort">
        Sort{' '}
        <select
          value={`${sort}${isDescending ? '-' : ''}`}
          onChange={({ currentTarget: { value } }) => {
            choice.value = {
              ...choice.value,
              sort: value.replace('-', '') as SortKey,
              isDescending: value.endsWith('-'),
            };
          }}
        >
          {Object.entries(sortKeys).flatMap(([key, label]) => [
            <option value={key}>{label}</option>,
            <option value={`${key}-`}>{label}, reversed</option>,
          ])}
        </select>
      </label>
      <output class="shown quiet">
        {shown === all.length ? `${all.length} shown` : `${shown} of ${all.length} shown`}
      </output>
    </section>
  );
}
