import type { FleetRow, State } from '../messages.ts';

/** Every state, the most urgent first, with what it means. */
export const meanings: Readonly<Record<State, string>> = {
  expired: 'The token has expired: workloads get 401.',
  failing: 'The last attempt to renew the token failed.',
  overdue: 'The token is due for more than two ticks, and nothing has renewed it.',
  due: 'The next tick renews the token.',
  foreign: 'The rotator did not write the token: only its value shows when it expires.',
  fresh: 'The token needs nothing.',
  empty: 'The client secret has no value yet, so there is no token.',
  paused: 'Somebody has paused the credential: nothing renews its token.',
};

export const states = Object.keys(meanings) as readonly State[];

const urgency = new Map(states.map((state, index) => [state, index]));

/** The states that need somebody to act. */
export function needsAction({ state }: FleetRow): boolean {
  return state === 'expired' || state === 'failing' || state === 'overdue';
}

export type SortKey = 'urgency' | 'name' | 'left' | 'renewal';

export const sortKeys: Readonly<Record<SortKey, string>> = {
  urgency: 'State',
  name: 'Credential',
  left: 'Life left',
  renewal: 'Next renewal',
};

export interface Choice {
  readonly search: string;
  /** Empty for all. */
  readonly states: ReadonlySet<State>;
  readonly sort: SortKey;
  readonly isDescending: boolean;
}

/** The rows to show, in order. */
export function chooseRows(rows: Iterable<FleetRow>, choice: Choice): readonly FleetRow[] {
  const words = choice.search.toLowerCase().split(/\s+/).filter(Boolean);
  const chosen = [...rows].filter(
    (row) =>
      (choice.states.size === 0 || choice.states.has(row.state)) &&
      words.every((word) => textOf(row).includes(word)),
  );
  const direction = choice.isDescending ? -1 : 1;
  const compare = comparisons[choice.sort];
  return chosen.sort((a, b) => direction * compare(a, b) || byName(a, b));
}

type Comparison = (a: FleetRow, b: FleetRow) => number;

const byName: Comparison = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
const byExpiry: Comparison = (a, b) => byInstant(a.token?.expiresAt, b.token?.expiresAt);

const comparisons: Readonly<Record<SortKey, Comparison>> = {
  urgency: (a, b) => (urgency.get(a.state) ?? 0) - (urgency.get(b.state) ?? 0) || byExpiry(a, b),
  name: byName,
  left: byExpiry,
  renewal: (a, b) => byInstant(a.renewalAt, b.renewalAt),
};

/** An unknown instant comes last. */
function byInstant(a = Number.MAX_SAFE_INTEGER, b = Number.MAX_SAFE_INTEGER): number {
  return a - b;
}

function textOf({ name, state, failure }: FleetRow): string {
  return `${name} ${state} ${failure?.code ?? ''} ${failure?.words ?? ''}`.toLowerCase();
}
