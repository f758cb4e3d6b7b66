import { invalidNextToken } from './errors.ts';
import type { ListSecretsRequest } from './requests.ts';
import type { Secret } from './secret.ts';
import { describeSecret } from './secret-description.ts';
import { matchesAll } from './secret-filter.ts';
import type { SecretStore } from './store.ts';

type SortKey = readonly [value: string | number, name: string];

const sortValues = {
  'created-date': ({ createdAt }) => createdAt,
  'last-accessed-date': ({ accessedAt }) => accessedAt ?? 0,
  'last-changed-date': ({ changedAt }) => changedAt,
  name: ({ name }) => name,
} satisfies Record<ListSecretsRequest['SortBy'], (secret: Secret) => string | number>;

/** Lists secrets page by page. A late page costs no more than the first one. */
export class SecretList {
  readonly #store: SecretStore;
  #sorted:
    | { readonly revision: number; readonly order: string; readonly rows: Secret[] }
    | undefined;

  constructor(store: SecretStore) {
    this.#store = store;
  }

  page(request: ListSecretsRequest): object {
    const { Filters, IncludePlannedDeletion, MaxResults, NextToken, SortBy } = request;
    const rows = this.#inOrder(request);
    const matches = matchesAll(Filters);
    const compare = comparison(request);
    const after = NextToken === undefined ? undefined : decodeToken(NextToken);
    const listed: Secret[] = [];
    let index = after === undefined ? 0 : firstBehind(rows, after, SortBy, compare);
    for (; index < rows.length && listed.length <= MaxResults; index += 1) {
      const secret = rows[index];
      if (secret === undefined) break;
      if (secret.deletionAt !== undefined && !IncludePlannedDeletion) continue;
      if (matches(secret)) listed.push(secret);
    }
    const page = listed.slice(0, MaxResults);
    const last = page.at(-1);
    return {
      SecretList: page.map(listEntry),
      NextToken:
        listed.length > page.length && last !== undefined
          ? encodeToken(sortKey(last, SortBy))
          : undefined,
    };
  }

  #inOrder({ SortBy, SortOrder }: ListSecretsRequest): Secret[] {
    const { revision, listLagMs } = this.#store;
    const order = `${SortBy} ${SortOrder}`;
    if (this.#sorted?.revision === revision && this.#sorted.order === order) {
      return this.#sorted.rows;
    }
    const compare = comparison({ SortBy, SortOrder });
    const rows = [...this.#store.rows()]
      .map((secret) => ({ secret, key: sortKey(secret, SortBy) }))
      .sort((one, other) => compare(one.key, other.key))
      .map(({ secret }) => secret);
    // A lagging list changes over time without any write.
    this.#sorted = listLagMs > 0 ? undefined : { revision, order, rows };
    return rows;
  }
}

type Comparison = (one: SortKey, other: SortKey) => number;

function comparison({ SortOrder }: Pick<ListSecretsRequest, 'SortBy' | 'SortOrder'>): Comparison {
  const sign = SortOrder === 'asc' ? 1 : -1;
  return ([value, name], [otherValue, otherName]) =>
    sign * (order(value, otherValue) || order(name, otherName));
}

function order<Value extends string | number>(one: Value, other: Value): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function sortKey(secret: Secret, by: ListSecretsRequest['SortBy']): SortKey {
  return [sortValues[by](secret), secret.name];
}

function firstBehind(
  rows: readonly Secret[],
  after: SortKey,
  by: ListSecretsRequest['SortBy'],
  compare: Comparison,
): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const secret = rows[middle];
    if (secret !== undefined && compare(sortKey(secret, by), after) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function encodeToken(key: SortKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

function decodeToken(token: string): SortKey {
  try {
    const [value, name] = JSON.parse(Buffer.from(token, 'base64url').toString());
    if ((typeof value === 'string' || typeof value === 'number') && typeof name === 'string') {
      return [value, name];
    }
  } catch {
    // Falls through to the error for every invalid token.
  }
  throw invalidNextToken();
}

function listEntry(secret: Secret): object {
  const { VersionIdsToStages, ReplicationStatus, ...row } = describeSecret(secret);
  return { ...row, SecretVersionsToStages: VersionIdsToStages };
}
