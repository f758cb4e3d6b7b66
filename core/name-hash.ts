/** Two independent hashes of a credential's name, 32 bits each. They are the same in every release. */
export function hashName(name: string): readonly [number, number] {
  let [one, other] = [0xdead_beef, 0x41c6_ce57];
  for (let index = 0; index < name.length; index += 1) {
    const code = name.charCodeAt(index);
    one = Math.imul(one ^ code, 0x9e37_79b1);
    other = Math.imul(other ^ code, 0x5f35_6495);
  }
  return [mix(one ^ (other >>> 15)), mix(other ^ (one >>> 13))];
}

/** Spreads each bit over the whole word, as MurmurHash3 ends. */
export function mix(word: number): number {
  const first = Math.imul(word ^ (word >>> 16), 0x85eb_ca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2_ae35);
  return (second ^ (second >>> 16)) >>> 0;
}
