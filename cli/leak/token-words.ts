// Nothing shorter is a token.
const longWord = /[\w.~+/=-]{16,}/g;

// In characters. Beside a token that is known, a shorter word belongs to it: an id, a scope, a host.
const longestNote = 64;

// As placeholders and names are: no digit, and each of its words in one case, or with a capital.
const plain = /^[_.~+/=-]*(?:(?:[A-Z]?[a-z]+|[A-Z]+)(?:[_.~+/=-]+|$))*$/;

// No other note is long enough for a token.
const notes = new Set<string>([
  'client_id',
  'scope',
  'org_id',
  'ims_host',
  'client_secret_version',
]);

// Base64 in lines.
const wrap = /(?<=[\w+/-]{40})\r?\n(?=[\w+/=-])/g;

const stringOrBracket = /("[^"\\]*(?:\\.[^"\\]*)*")\s*(:?)|[[\]{}]/g;

/** True for a value with something that may be a token, beside those that are known. */
export function mayHoldToken(text: string, known: readonly string[]): boolean {
  const all = stringsIn(text) ?? [text];
  return (
    all
      .map((one) => known.reduce((rest, token) => rest.replaceAll(token, ' '), one))
      // UTF-16, which was read as UTF-8.
      .flatMap((one) => one.replaceAll('\0', '').replaceAll(wrap, '').match(longWord) ?? [])
      .some((word) => !plain.test(word) && (known.length === 0 || word.length > longestNote))
  );
}

/**
 * The keys and strings in JSON, whose escapes hide what they hold, but for the notes on a token. Of equal
 * keys, each has leaked. Undefined for another text.
 */
export function stringsIn(text: string): readonly string[] | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const strings: string[] = [];
  let key = '';
  for (const [, literal, colon] of text.matchAll(stringOrBracket)) {
    const value: string = literal === undefined ? '' : JSON.parse(literal);
    if (colon === ':') key = value;
    if (literal !== undefined && !notes.has(key)) strings.push(value);
    // A note is a string right after its key.
    if (colon !== ':') key = '';
  }
  return strings;
}
