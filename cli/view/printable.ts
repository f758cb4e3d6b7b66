import { hidden } from '../../core/field-names.ts';

const breaks = /[\t\n\v\f\r\u2028\u2029]/g;
const controls = /[\p{Cc}\p{Bidi_Control}]/gu;
// A token may have these letters inside. In JSON, the last letter of an escape may stand before them.
const clientSecret = /(?<=^|[^\w.-]|\\[bfnrt]|\\u[\da-f]{4})p8e-[\w-]{8,}/g;

/**
 * One line of text that a terminal shows as it is: a line break or tab becomes a space, and every
 * other control character (C0, C1, ESC, DEL, bidirectional overrides) becomes U+FFFD.
 */
export function printable(text: string): string {
  return hideSecrets(text).replace(breaks, ' ').replace(controls, '\uFFFD');
}

/** Client secrets in the form of Adobe's, which people paste in the place of a name. */
function hideSecrets(text: string): string {
  return text.replace(clientSecret, hidden);
}

/** JSON with escapes for the control characters that JSON.stringify leaves as they are. */
export function printableJson(value: unknown, indent?: number): string {
  const escaped = (character: string): string =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return hideSecrets(JSON.stringify(value, null, indent)).replace(
    /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu,
    escaped,
  );
}
