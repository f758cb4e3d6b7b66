/** A seeded source of randomness (sfc32). Streams of other labels do not depend on each other. */
export class Random {
  readonly #label: string;
  readonly #state: [number, number, number, number];

  constructor(label: string) {
    this.#label = label;
    this.#state = [hash(label, 1), hash(label, 2), hash(label, 3), 1];
    for (let round = 0; round < 12; round += 1) this.next();
  }

  fork(label: string): Random {
    return new Random(`${this.#label}/${label}`);
  }

  /** From 0 up to 1. */
  next(): number {
    const [a, b, c, counter] = this.#state;
    const sum = (a + b + counter) | 0;
    this.#state[3] = (counter + 1) | 0;
    this.#state[0] = b ^ (b >>> 9);
    this.#state[1] = (c + (c << 3)) | 0;
    this.#state[2] = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  whole(least: number, most: number): number {
    return Math.floor(this.between(least, most + 1));
  }

  /** Every order of magnitude is as likely as any other. */
  magnitude(least: number, most: number): number {
    return Math.exp(this.between(Math.log(least), Math.log(most)));
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.next() * items.length)];
    if (item === undefined) throw new TypeError('there is nothing to pick from');
    return item;
  }
}

/** FNV-1a, with a seed. */
function hash(text: string, seed: number): number {
  let value = 0x811c9dc5 ^ Math.imul(seed, 0x9e3779b1);
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value | 0;
}
