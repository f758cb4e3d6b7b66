import { hashName, mix } from './name-hash.ts';

const fewestSlots = 256;

/**
 * A set of names that keeps 63 bits of each: at most 32 bytes a name, 2 MiB for 100,000. Two of
 * 100,000 names have the same bits with a probability of 1 to 1,800,000,000.
 */
export class NameSet {
  // A slot is two words; a free one is zero. At most half of the slots are taken.
  #slots = new Uint32Array(2 * fewestSlots);
  #size = 0;
  readonly #salt: readonly [number, number];

  /** @param salt a random text, so that nobody can choose a name that is taken for another */
  constructor(salt: string) {
    this.#salt = hashName(salt);
  }

  get size(): number {
    return this.#size;
  }

  has(name: string): boolean {
    const bits = bitsOf(this.#salt, name);
    return this.#isTaken(slotFor(this.#slots, bits));
  }

  add(name: string): void {
    const bits = bitsOf(this.#salt, name);
    const slot = slotFor(this.#slots, bits);
    if (this.#isTaken(slot)) return;
    this.#slots.set(bits, slot);
    this.#size += 1;
    if (4 * this.#size > this.#slots.length) this.#grow();
  }

  #isTaken(slot: number): boolean {
    return this.#slots[slot + 1] !== 0;
  }

  #grow(): void {
    const slots = new Uint32Array(2 * this.#slots.length);
    for (let slot = 0; slot < this.#slots.length; slot += 2) {
      const bits = this.#slots.subarray(slot, slot + 2);
      if (this.#isTaken(slot)) slots.set(bits, slotFor(slots, bits));
    }
    this.#slots = slots;
  }
}

/**
 * The second word is never zero. Each character is mixed with all bits of the salt: with `hashName`,
 * two names could be chosen that are the same under one salt in 5,000.
 */
function bitsOf(salt: readonly [number, number], name: string): Uint32Array {
  let [one, other] = salt;
  for (let index = 0; index < name.length; index += 1) {
    const code = name.charCodeAt(index);
    one = mix(one ^ code);
    other = mix(other + code);
  }
  return Uint32Array.of(one, other | 1);
}

/** The slot that holds the bits, or else the free one where they belong. */
function slotFor(slots: Uint32Array, [one = 0, other = 0]: Uint32Array): number {
  const last = slots.length - 2;
  let slot = (2 * one) & last;
  while (slots[slot + 1] !== 0 && (slots[slot] !== one || slots[slot + 1] !== other)) {
    slot = (slot + 2) & last;
  }
  return slot;
}
