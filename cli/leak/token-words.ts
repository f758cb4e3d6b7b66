import { tokenFields } from '../../core/contract.ts';

// Nothing shorter is a token.
const longWord = /[\w.~+/=-]{16,}/g;

// In characters. Beside a token that is known, a shorter word belongs to it: an id, a scope, a host.
const longestNote = 64;

// As placeholders and names are: no digit, and each of its words in one case, or with a capital.
const plain = /^[_.~+/=-]*(?:(?:[A-Z]?[a-z]+|[A-Z]+)(?:[_.~+/=-]+|$))*$/;

const notes = new Set<string>(tokenFields.filter((field) => field !== 'access_token'));

/** True for a value with something that may be a token, beside those that are known. */
export function mayHoldToken(text: string, known: readonly string[]): boolean {
  const strings = stringsIn(text);
  const all = strings.length === 0 ? [text] : strings;
  return (
    all
      .map((one) => known.reduce((rest, token) => rest.replaceAll(token, ' '), one))
      // UTF-16, which was read as UTF-8.
      .flatMap((one) => one.replaceAll('\0', '').match(longWord) ?? [])
      .some((word) => !plain.test(word) && (known.length === 0 || word.length > longestNote))
  );
}

/** The keys and strings in JSON, whose escapes hide what they hold, but for the notes on a token. */
export function stringsIn(text: string): readonly string[] {
  const strings: string[] = [];
  try {
    JSON.parse(text, (key, value: unknown) => {
      if (notes.has(key)) return value;
      if (typeof value === 'string') strings.push(value);
      strings.push(key);
      return value;
    });
  } catch {
    return [];
  }
  return strings;
}
