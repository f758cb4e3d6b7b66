import { randomUUID } from 'node:crypto';

/** Who changes secrets: a client of the Console API, by its id, or a person in the Console. */
export type Actor = { readonly clientId: string } | 'person';

/** A secret of a client. Its value is not printed with it. All times are epoch milliseconds. */
export class ClientSecret {
  readonly uuid = randomUUID().replaceAll('-', '');
  /** A whole second, as in all that Adobe shows. */
  readonly createdAt: number;
  readonly createdBy: Actor;
  /** When a token was minted with it. */
  deletedAt: number | undefined;
  deletedBy: Actor | undefined;
  readonly #value: string;
  readonly #uses: number[] = [];

  constructor(value: string, creation: { readonly at: number; readonly by: Actor }) {
    this.#value = value;
    this.createdAt = Math.floor(creation.at / 1000) * 1000;
    this.createdBy = creation.by;
  }

  get value(): string {
    return this.#value;
  }

  /** When a token was last minted with it. */
  get lastUsedAt(): number | undefined {
    return this.#uses.at(-1);
  }

  /** The last time until `limit` at which a token was minted with it. */
  lastUsedUntil(limit: number): number | undefined {
    return this.#uses.findLast((use) => use <= limit);
  }

  recordUse(at: number): void {
    this.#uses.push(at);
  }
}
