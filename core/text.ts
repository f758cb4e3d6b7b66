// Read as Latin-1, as UTF-8, or as text: the marks that editors and PowerShell put first.
const byteOrderMarks = /^(?:\uFEFF|\u00EF\u00BB\u00BF|\u00FF\u00FE|\u00FE\u00FF|\uFFFD\uFFFD)/;

/**
 * The text in the bytes of a file or of a SecretBinary: UTF-8, or UTF-16 as PowerShell writes it,
 * with or without a byte order mark. Bytes that are no text become U+FFFD.
 */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

/** The text without what encodings leave around and between its characters. */
export function plainText(text: string): string {
  const inner = trimmedEnd(text.replace(byteOrderMarks, ''));
  // UTF-16 that something has read byte by byte.
  return shareOf(inner, (index) => inner[index] === '\0') > 0.3
    ? inner.replaceAll('\0', '')
    : inner;
}

/** True for the contents of an image, an archive or another file that is not text. */
export function isBinary(text: string): boolean {
  const isOdd = (index: number): boolean => {
    const code = text.charCodeAt(index);
    return code < 9 || (code > 13 && code < 32) || code === 0x7f || code === 0xfffd;
  };
  return text.includes('\0') || shareOf(text, isOdd) > 0.05;
}

/** Without the white space and NUL characters at the end. */
function trimmedEnd(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\0' || text[end - 1]?.trim() === '')) end -= 1;
  return text.slice(0, end);
}

function encodingOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  // In UTF-16, every other byte of ASCII is zero.
  const isZero = (offset: number) => (pair: number) =>
    bytes[2 * pair + offset] === 0 && bytes[2 * pair + 1 - offset] !== 0;
  const pairs = { length: Math.floor(bytes.length / 2) };
  if (shareOf(pairs, isZero(1)) > 0.7) return 'utf-16le';
  if (shareOf(pairs, isZero(0)) > 0.7) return 'utf-16be';
  return 'utf-8';
}

/** The share of the first thousand elements for which the claim holds. */
function shareOf({ length }: { readonly length: number }, claim: (index: number) => boolean) {
  const indices = Array.from({ length: Math.min(length, 1_000) }, (_, index) => index);
  return indices.length === 0 ? 0 : indices.filter(claim).length / indices.length;
}
