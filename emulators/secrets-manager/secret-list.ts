import { invalidNextToken } from './errors.ts';
import type { ListSecretsRequest } from './requests.ts';
import type { Secret } from './secret.ts';
import { describeSecret } from './secret-description.ts';
import { matchesAll } from './secret-filter.ts';
import { compareKeys, SecretIndex, type SortKey } from './secret-index.ts';
import type { SecretStore } from './store.ts';

type SortBy = ListSecretsRequest['SortBy'];

const sortValues = {
  'created-date': ({ createdAt }) => createdAt,
  'last-accessed-date': ({ accessedAt }) => accessedAt ?? 0,
  'last-changed-date': ({ changedAt }) => changedAt,
  name: ({ name }) => name,
} satisfies Record<SortBy, (secret: Secret) => string | number>;

// Before the token of a page that follows an empty one.
const empty = 'empty-';

/** Secrets in ascending order, whether they are kept in it or were just sorted. */
type Ordered = Pick<SecretIndex, 'size' | 'keyAt' | 'secretAt' | 'from'>;

/** Lists secrets page by page. A page costs no more than what it looks at. */
export class SecretList {
  /** An empty page comes before each page. */
  hasEmptyPages = false;
  readonly #store: SecretStore;
  readonly #indexes: ReadonlyMap<SortBy, SecretIndex>;

  constructor(store: SecretStore) {
    this.#store = store;
    // The other orders change with every write, or read.
    const kept = ['name', 'created-date'] as const;
    this.#indexes = new Map(
      kept.map((by) => [by, new SecretIndex(store, (secret) => sortKey(secret, by))]),
    );
  }

  page(request: ListSecretsRequest): object {
    const { Filters, IncludePlannedDeletion, MaxResults, SortBy } = request;
    const given = request.NextToken ?? '';
    if (this.hasEmptyPages && !given.startsWith(empty)) {
      return { SecretList: [], NextToken: `${empty}${given}` };
    }
    const matches = matchesAll(Filters);
    const token = given.replace(empty, '');
    const after = token === '' ? undefined : decodeToken(token);
    const listed: Secret[] = [];
    for (const secret of this.#behind(after, request)) {
      if (secret.deletionAt !== undefined && !IncludePlannedDeletion) continue;
      if (matches(secret)) listed.push(secret);
      if (listed.length > MaxResults) break;
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

  /** The secrets behind the last one of the page before. Those that its prefixes exclude are skipped. */
  *#behind(after: SortKey | undefined, request: ListSecretsRequest): Generator<Secret> {
    const { SortBy, SortOrder } = request;
    const rows = this.#indexes.get(SortBy) ?? this.#sorted(SortBy);
    if (SortOrder === 'desc') {
      for (let index = after ? rows.from(after) - 1 : rows.size - 1; index >= 0; index -= 1) {
        const secret = rows.secretAt(index);
        if (secret !== undefined) yield secret;
      }
      return;
    }
    const prefixes = namePrefixes(request);
    for (let index = after ? firstAfter(rows, after) : 0; index < rows.size; index += 1) {
      index = skip(rows, index, prefixes);
      const secret = rows.secretAt(index);
      if (secret !== undefined) yield secret;
    }
  }

  #sorted(by: SortBy): Ordered {
    const rows = [...this.#store.rows()]
      .map((secret) => ({ secret, key: sortKey(secret, by) }))
      .sort((one, other) => compareKeys(one.key, other.key));
    return {
      size: rows.length,
      keyAt: (index) => rows[index]?.key,
      secretAt: (index) => rows[index]?.secret,
      from: (key) => {
        const index = rows.findIndex((row) => compareKeys(row.key, key) >= 0);
        return index < 0 ? rows.length : index;
      },
    };
  }
}

function firstAfter(rows: Ordered, after: SortKey): number {
  const index = rows.from(after);
  const key = rows.keyAt(index);
  return key !== undefined && compareKeys(key, after) === 0 ? index + 1 : index;
}

/** The prefixes of which a listed name must have one, sorted; undefined when the order is another. */
function namePrefixes({ Filters, SortBy }: ListSecretsRequest): readonly string[] | undefined {
  const names = Filters.find(({ Key }) => Key === 'name')?.Values;
  if (SortBy !== 'name' || names === undefined) return undefined;
  return names.some((value) => value.startsWith('!')) ? undefined : names.toSorted();
}

/** The index, or the next one whose name has one of the prefixes. */
function skip(rows: Ordered, index: number, prefixes: readonly string[] | undefined): number {
  const [, name] = rows.keyAt(index) ?? [];
  if (prefixes === undefined || name === undefined) return index;
  if (prefixes.some((prefix) => name.startsWith(prefix))) return index;
  const next = prefixes.find((prefix) => prefix > name);
  return next === undefined ? rows.size : rows.from([next, '']);
}

function sortKey(secret: Secret, by: SortBy): SortKey {
  return [sortValues[by](secret), secret.name];
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
