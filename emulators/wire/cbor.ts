/**
 * Reads one value of CBOR, as far as AWS's clients write it: a tagged instant is its number.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8949
 * @throws RangeError if it is cut off, TypeError for what it does not know
 */
export function decodeCbor(bytes: Buffer): unknown {
  return new Reader(bytes).value();
}

const breakMark = Symbol('break');
const simple = new Map<number, unknown>([
  [20, false],
  [21, true],
  [22, null],
  [23, undefined],
  [31, breakMark],
]);

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  value(): unknown {
    const first = this.#bytes.readUInt8(this.#at);
    this.#at += 1;
    const info = first & 31;
    switch (first >> 5) {
      case 0:
        return this.#count(info);
      case 1:
        return -1 - this.#count(info);
      case 2:
      case 3:
        return this.#text(info);
      case 4:
        return [...this.#items(info, 1)];
      case 5:
        return this.#map(info);
      case 6:
        this.#count(info);
        return this.value();
      default:
        return this.#simple(info);
    }
  }

  #count(info: number): number {
    if (info < 24) return info;
    const size = 2 ** (info - 24);
    if (size > 8) throw new TypeError('not a length of CBOR');
    const at = this.#at;
    this.#at += size;
    return size === 8 ? Number(this.#bytes.readBigUInt64BE(at)) : this.#bytes.readUIntBE(at, size);
  }

  #text(info: number): string {
    if (info === 31) return [...this.#items(info, 1)].join('');
    const length = this.#count(info);
    if (this.#at + length > this.#bytes.length) throw new RangeError('the text is cut off');
    this.#at += length;
    return this.#bytes.toString('utf8', this.#at - length, this.#at);
  }

  *#items(info: number, each: number): Generator<unknown> {
    const end = info === 31 ? Number.POSITIVE_INFINITY : this.#count(info) * each;
    for (let index = 0; index < end; index += 1) {
      const item = this.value();
      if (item === breakMark) return;
      yield item;
    }
  }

  #map(info: number): Record<string, unknown> {
    const items = [...this.#items(info, 2)];
    const pairs = items.flatMap((key, index) =>
      index % 2 === 0 ? [[String(key), items[index + 1]] as const] : [],
    );
    return Object.fromEntries(pairs);
  }

  #simple(info: number): unknown {
    const at = this.#at;
    if (info === 26 || info === 27) {
      this.#at += info === 26 ? 4 : 8;
      return info === 26 ? this.#bytes.readFloatBE(at) : this.#bytes.readDoubleBE(at);
    }
    if (!simple.has(info)) throw new TypeError('not a value of CBOR that is known here');
    return simple.get(info);
  }
}

/** @param isInstant true for the names of members that are instants, or lists of them */
export function encodeCbor(value: unknown, isInstant: (member: string) => boolean): Buffer {
  const encode = (item: unknown, member = ''): Buffer => {
    if (Array.isArray(item)) {
      return Buffer.concat([head(4, item.length), ...item.map((one) => encode(one, member))]);
    }
    if (typeof item === 'object' && item !== null) {
      const entries = Object.entries(item).filter(([, one]) => one !== undefined);
      const members = entries.flatMap(([name, one]) => [encode(name), encode(one, name)]);
      return Buffer.concat([head(5, entries.length), ...members]);
    }
    if (typeof item === 'string') {
      return Buffer.concat([head(3, Buffer.byteLength(item)), Buffer.from(item)]);
    }
    if (typeof item === 'number') {
      const number = Buffer.alloc(9, 0xfb);
      number.writeDoubleBE(item, 1);
      return isInstant(member) ? Buffer.concat([Buffer.of(0xc1), number]) : number;
    }
    return Buffer.of(item === true ? 0xf5 : item === false ? 0xf4 : 0xf6);
  };
  return encode(value);
}

function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.of((major << 5) | length);
  const long = Buffer.alloc(5, (major << 5) | 26);
  long.writeUInt32BE(length, 1);
  return long;
}
