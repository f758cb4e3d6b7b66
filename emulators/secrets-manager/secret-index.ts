import type { Secret } from './secret.ts';
import type { SecretStore } from './store.ts';

export type SortKey = readonly [value: string | number, name: string];

interface Entry {
  readonly arn: string;
  readonly key: SortKey;
}

/** The secrets in an order that only creating one changes. A write costs nothing else a new sort. */
export class SecretIndex {
  readonly #store: SecretStore;
  readonly #keyOf: (secret: Secret) => SortKey;
  #entries: Entry[] | undefined;

  constructor(store: SecretStore, keyOf: (secret: Secret) => SortKey) {
    this.#store = store;
    this.#keyOf = keyOf;
    store.onChange((before, after) => this.#changed(before, after));
  }

  get size(): number {
    return this.#sorted().length;
  }

  keyAt(index: number): SortKey | undefined {
    return this.#sorted()[index]?.key;
  }

  /** The secret as the list shows it; undefined while it shows none. */
  secretAt(index: number): Secret | undefined {
    const entry = this.#sorted()[index];
    return entry && this.#store.row(entry.arn);
  }

  /** The first index with this key or a later one. */
  from(key: SortKey): number {
    const entries = this.#sorted();
    let [low, high] = [0, entries.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = entries[middle];
      if (entry !== undefined && compareKeys(entry.key, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #sorted(): readonly Entry[] {
    this.#entries ??= [...this.#store.listed()]
      .map((secret) => ({ arn: secret.arn, key: this.#keyOf(secret) }))
      .sort((one, other) => compareKeys(one.key, other.key));
    return this.#entries;
  }

  #changed(before: Secret | undefined, after: Secret | undefined): void {
    if (this.#entries === undefined) return;
    if (before !== undefined && after !== undefined) {
      if (compareKeys(this.#keyOf(before), this.#keyOf(after)) !== 0) this.#entries = undefined;
    } else if (after === undefined) {
      this.#entries = undefined;
    } else {
      const key = this.#keyOf(after);
      this.#entries.splice(this.from(key), 0, { arn: after.arn, key });
    }
  }
}

export function compareKeys([value, name]: SortKey, [otherValue, otherName]: SortKey): number {
  return order(value, otherValue) || order(name, otherName);
}

function order<Value extends string | number>(one: Value, other: Value): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
