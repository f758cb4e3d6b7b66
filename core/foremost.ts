/** The first few items of an order; the others are only counted. */
export class Foremost<Item> {
  readonly #most: number;
  readonly #ranked: { readonly rank: number; readonly place: number; readonly item: Item }[] = [];
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** The items that were kept, in order. */
  get items(): readonly Item[] {
    return this.#ranked.map(({ item }) => item);
  }

  /** The number of items that were not kept. */
  get more(): number {
    return this.#count - this.#ranked.length;
  }

  /** Items are in the order of their ranks, those of one rank in that of their places, then as added. */
  add(item: Item, { rank = 0, place }: { readonly rank?: number; readonly place: number }): void {
    this.#count += 1;
    const behind = this.#ranked.findLastIndex(
      (other) => other.rank < rank || (other.rank === rank && other.place <= place),
    );
    if (behind + 1 >= this.#most) return;
    this.#ranked.splice(behind + 1, 0, { rank, place, item });
    this.#ranked.length = Math.min(this.#ranked.length, this.#most);
  }
}
