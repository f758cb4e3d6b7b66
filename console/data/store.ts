import { computed, signal } from '@preact/signals';
import type { Action, FleetEvent, FleetRow } from '../messages.ts';
import { applyFleetEvent, type FleetState, nothingYet } from './fleet-state.ts';
import { parseRoute, type Route } from './route.ts';
import { type Connection, listen } from './server.ts';
import { type Choice, chooseRows } from './states.ts';
import { judgeFleet } from './verdict.ts';

export const route = signal<Route>(parseRoute(''));
export const fleetState = signal<FleetState>(nothingYet);
export const connection = signal<Connection>('connecting');
export const choice = signal<Choice>({
  search: '',
  states: new Set(),
  sort: 'urgency',
  isDescending: false,
});

/** What the open dialog is about. */
export const acting = signal<
  { readonly row: FleetRow; readonly deed?: Action['action'] | undefined } | undefined
>(undefined);

// The server's clock: that of this machine may be wrong.
let ahead = 0;
const clock = (): number => Math.floor(Date.now() / 1000 + ahead);
export const now = signal(clock());
/** For what need not change every second. */
export const roughNow = computed(() => now.value - (now.value % 10));

export const verdict = computed(() => judgeFleet(fleetState.value, roughNow.value));
export const chosenRows = computed(() => chooseRows(fleetState.value.rows.values(), choice.value));
/** What the page shows of the fleet may be old. */
export const isStale = computed(() => {
  const { updatedAt = now.value, fleet, trouble } = fleetState.value;
  const isLate = now.value - updatedAt > 3 * (fleet?.every ?? 10) + 30;
  return trouble !== undefined || isLate || ['lost', 'ended'].includes(connection.value);
});
export const allowsActions = computed(() => fleetState.value.fleet?.allowsActions === true);

/** Follows the fleet, the clock and the address for as long as the page lives. */
export function start(): void {
  const readRoute = (): void => {
    route.value = parseRoute(location.hash);
  };
  readRoute();
  addEventListener('hashchange', readRoute);
  setInterval(() => {
    now.value = clock();
  }, 1000);
  listen<FleetEvent>('/api/fleet/events', ['fleet', 'change', 'row', 'trouble'], {
    onEvent: (event) => {
      ahead = clockOf(event) - Date.now() / 1000;
      now.value = clock();
      fleetState.value = applyFleetEvent(fleetState.value, event);
    },
    restsWhileHidden: true,
    onConnection: (state) => {
      connection.value = state;
    },
  });
}

/** The server's clock when it sent an event. The list that it tells of may be much older. */
function clockOf(event: FleetEvent): number {
  return event.type === 'fleet' ? event.fleet.now : event.at;
}
