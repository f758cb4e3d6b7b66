// Ordinary messages come to at most 4 times their own length.
const mostTimes = 10;

/**
 * A text and what it decodes to: from hex, base64, base64url, or a list of character codes, read
 * forwards or backwards. What was decoded is decoded again, until nothing is left. Undefined if
 * that is suspiciously much.
 *
 * The work ends, because each decoding is shorter than its text, and takes time in proportion to
 * the text, because no more is decoded than 10 times its length.
 */
export function decodingsOf(text: string): readonly string[] | undefined {
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
    add([...decoded].reverse().join(''));
    for (const readable of decode(decoded)) add(readable);
  }
  return [...found];
}

function decode(text: string): readonly string[] {
  return [...decodeHex(text), ...decodeBase64(text), ...decodeCodes(text)].flatMap(readableIn);
}

/** From each of the 2 places in a pair, because a letter of the text before may be a digit too. */
function decodeHex(text: string): Uint8Array[] {
  const joined = text.replaceAll(/[^0-9a-z]/gi, '');
  // As in 0x70, and as in \x70, U+0070 or 70h.
  const forms = [joined.replaceAll(/0x/gi, ''), joined].map((form) =>
    form.replaceAll(/[xuh]/gi, ''),
  );
  return forms
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

const utf8 = new TextDecoder();

/**
 * The stretches with at least 8 letters and digits: a secret may be in there. Letters in another
 * form (full-width, mathematical) become plain ones, and what does not show goes.
 */
function readableIn(bytes: Uint8Array): readonly string[] {
  // UTF-16 has a NUL in each letter. TextDecoder puts U+FFFD for what is no text.
  const text = utf8.decode(bytes.includes(0) ? bytes.filter((byte) => byte !== 0) : bytes);
  return (text.match(pieces) ?? []).flatMap((piece) => plain(piece).match(stretches) ?? []);
}

// Random bytes decode to shorter ones, mostly. A character may stand for two letters.
const pieces = /[^\ufffd]{4,}/g;
const stretches = /(?:[^0-9a-z]*[0-9a-z]){8,}[^0-9a-z]*/gi;

function plain(piece: string): string {
  if (/^[\0-\x7f]*$/.test(piece)) return piece;
  return piece.normalize('NFKD').replaceAll(/[\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '');
}
