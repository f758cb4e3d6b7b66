// Ordinary messages come to at most 4 times their own length.
const mostTimes = 10;

/** The letters and digits that make a decoding worth a look, unless more are wanted. */
const fewest = 8;

/**
 * A text and what it decodes to: from hex, base64, base64url, or a list of character codes, read
 * forwards or backwards. What was decoded is decoded again, until nothing is left. Undefined if
 * that is suspiciously much.
 *
 * The work ends, because each decoding is shorter than its text, and takes time in proportion to
 * the text, because no more is decoded than 10 times its length.
 *
 * @param least letters and digits of a decoding of interest; shorter ones are left out
 */
export function decodingsOf(text: string, least = fewest): readonly string[] | undefined {
  const found = new Set<string>();
  let characters = 0;
  const add = (decoded: string): void => {
    if (!found.has(decoded)) characters += decoded.length;
    found.add(decoded);
  };
  add(text);
  // The loop also visits what it adds.
  for (const decoded of found) {
    if (characters > mostTimes * text.length) return undefined;
    add(reverse(decoded));
    for (const readable of decode(decoded, least)) add(readable);
  }
  return [...found];
}

/** By code units, because only ASCII letters and digits count. */
function reverse(text: string): string {
  let reversed = '';
  for (let index = text.length - 1; index >= 0; index -= 1) reversed += text[index];
  return reversed;
}

function decode(text: string, least: number): readonly string[] {
  const decoded = [...decodeHex(text), ...decodeBase64(text), ...decodeCodes(text)];
  // A character may stand for two letters.
  const fewestCharacters = Math.ceil(least / 2);
  return decoded
    .filter((bytes) => mayBeReadable(bytes, fewestCharacters))
    .flatMap((bytes) => readableIn(bytes, least));
}

/** From each of the 2 places in a pair, because a letter of the text before may be a digit too. */
function decodeHex(text: string): Uint8Array[] {
  const joined = text.replaceAll(/[^0-9a-z]/gi, '');
  // As in 0x70, and as in \x70, U+0070 or 70h.
  const forms = [joined.replaceAll(/0x/gi, ''), joined].map((form) =>
    form.replaceAll(/[xuh]/gi, ''),
  );
  return [...new Set(forms)]
    .flatMap((form) => form.match(/[0-9a-f]{16,}/gi) ?? [])
    .flatMap((digits) => [digits, digits.slice(1)])
    .map((digits) =>
      Uint8Array.from(digits.matchAll(/../g), ([pair]) => Number.parseInt(pair, 16)),
    );
}

/** In each alphabet, with whatever is not of it taken out, from each of the 4 places in a group. */
function decodeBase64(text: string): Uint8Array[] {
  const forms = new Set([
    text.replaceAll(/[^A-Za-z0-9+/]/g, ''),
    text
      .replaceAll(/[^A-Za-z0-9_-]/g, '')
      .replaceAll('-', '+')
      .replaceAll('_', '/'),
    text.replaceAll(/[^A-Za-z0-9]/g, ''),
  ]);
  return [...forms].flatMap((form) =>
    [0, 1, 2, 3].map((start) => {
      const padded = form.slice(start).padEnd(Math.ceil((form.length - start) / 4) * 4, 'A');
      return bytesOf(atob(padded));
    }),
  );
}

/**
 * True if about so many characters of UTF-8 follow each other in the bytes. Most of what base64
 * decodes to from a wrong place is not even that.
 */
function mayBeReadable(bytes: Uint8Array, least: number): boolean {
  let characters = 0;
  let missing = 0;
  for (const byte of bytes) {
    // UTF-16 has a NUL in each letter.
    if (byte === 0) continue;
    const continues = byte >= 0x80 && byte < 0xc0;
    if (continues !== missing > 0) characters = 0;
    missing = continues ? Math.max(0, missing - 1) : bytesAfter(byte);
    if (missing === 0) characters += 1;
    if (characters === least) return true;
  }
  return false;
}

/** How many bytes a character of UTF-8 has after its first. */
function bytesAfter(first: number): number {
  if (first < 0x80) return 0;
  if (first < 0xe0) return 1;
  return first < 0xf0 ? 2 : 3;
}

/** A loop, because `Uint8Array.from` takes ten times as long, and tokens are long. */
function bytesOf(binary: string): Uint8Array {
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

/** Character codes in a list, which is how JavaScript prints an array of bytes. */
function decodeCodes(text: string): Uint8Array[] {
  const codes = text.match(/\d+/g) ?? [];
  return codes.length < 8 ? [] : [Uint8Array.from(codes, Number)];
}

/**
 * The stretches with enough letters and digits: a secret may be in there. Letters in another form
 * (full-width, mathematical) become plain ones, and what does not show goes.
 */
function readableIn(bytes: Uint8Array, least: number): readonly string[] {
  // TextDecoder puts U+FFFD for what is no text.
  const text = utf8.decode(bytes.includes(0) ? bytes.filter((byte) => byte !== 0) : bytes);
  return (text.match(pieces) ?? []).map(plain).filter((piece) => hasLetters(piece, least));
}

/** Every letter and digit counts, whatever stands between them. */
function hasLetters(text: string, least: number): boolean {
  return text.replaceAll(/[^0-9a-z]+/gi, '').length >= least;
}

const utf8 = new TextDecoder();

// What random bytes decode to is shorter, mostly. A character that is not ASCII may stand for two
// letters, and makes what is around it worth a closer look.
const pieces = /(?=[^\ufffd]{4})[^\ufffd]*[^\0-\x7f\ufffd][^\ufffd]*|[\0-\x7f]{8,}/g;

function plain(piece: string): string {
  if (/^[\0-\x7f]*$/.test(piece)) return piece;
  return piece.normalize('NFKD').replaceAll(/[\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '');
}
