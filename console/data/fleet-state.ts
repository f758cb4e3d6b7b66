import type { Fleet, FleetEvent, FleetRow, Unknown } from '../messages.ts';

/** What the page knows of the fleet. */
export interface FleetState {
  readonly fleet?: Fleet | undefined;
  readonly rows: ReadonlyMap<string, FleetRow>;
  /** When the list was read last. */
  readonly updatedAt?: number | undefined;
  /** Why it could not be read since. */
  readonly trouble?: { readonly since: number; readonly why: Unknown } | undefined;
}

export const nothingYet: FleetState = { rows: new Map() };

/** Rows that did not change stay the same objects, so that they are not drawn again. */
export function applyFleetEvent(state: FleetState, event: FleetEvent): FleetState {
  switch (event.type) {
    case 'fleet':
      return {
        fleet: event.fleet,
        rows: new Map(event.rows.map((row) => [row.name, row])),
        updatedAt: event.at,
      };
    case 'change': {
      const isSame = event.rows.length === 0 && event.removed.length === 0;
      return {
        fleet: state.fleet && { ...state.fleet, every: event.every ?? state.fleet.every },
        rows: isSame ? state.rows : changedRows(state.rows, event.rows, event.removed),
        updatedAt: event.at,
      };
    }
    case 'row':
      return { ...state, rows: changedRows(state.rows, [event.row], []) };
    case 'trouble':
      return { ...state, trouble: { since: event.since, why: event.why } };
  }
}

function changedRows(
  before: ReadonlyMap<string, FleetRow>,
  changed: readonly FleetRow[],
  removed: readonly string[],
): ReadonlyMap<string, FleetRow> {
  const rows = new Map(before);
  for (const name of removed) rows.delete(name);
  for (const row of changed) rows.set(row.name, row);
  return rows;
}
