import { decodingsOf } from './decodings.ts';

/** A longer text counts as an echo, unread. */
export const longestText = 1_000;

/**
 * True if a remote text may repeat a secret that was sent, or part of it:
 *
 * - It shares 8 letters and digits in a row with a secret, in any letter case and whatever other
 *   characters stand between them; or 8 characters of any kind, as they are.
 * - It has a whole secret of 16 or more letters and digits, with up to 7 others between any two.
 * - One of these is so of what the text decodes to, or of base64 that has lost its letter case.
 * - It is not plain text: a letter is not ASCII, or an escapeMark may be in it. What an escape means
 *   depends on who reads it, so escapes are not decoded.
 *
 * A secret of fewer than 8 letters and digits cannot be recognised: every text counts as an echo.
 */
export function echoes(text: string, secrets: readonly string[]): boolean {
  return isEcho(text, secrets, hasEscape);
}

/**
 * As `echoes`, for an identifier of at most 64 letters, digits, `_` and `-`. One in a few thousand that
 * are random decodes to a few characters with an `escapeMark`, but none of 300,000 to 20.
 */
export function idEchoes(id: string, secrets: readonly string[]): boolean {
  return isEcho(id, secrets, (decoding) => decoding.length >= 20 && hasEscape(decoding));
}

function isEcho(
  text: string,
  secrets: readonly string[],
  isUnclear: (decoding: string) => boolean,
): boolean {
  const sent = secrets.filter((secret) => secret !== '');
  if (sent.length === 0 || text === '') return false;
  if (text.length > longestText || !plainText.test(text) || escapeMark.test(text)) return true;
  const decodings = decodingsOf(text);
  if (decodings === undefined || decodings.some(isUnclear)) return true;
  const reduced = decodings.map(reduce);
  const seen: Seen = {
    texts: reduced,
    runs: runsIn([...decodings.map((decoding) => decoding.toLowerCase()), ...reduced], runLength),
    base64Runs: runsIn(reduced, base64RunLength),
  };
  return sent.some((secret) => isRepeated(secret, seen));
}

/**
 * True if a token has a whole secret in it, as it is or encoded. Shorter secrets than 16 letters
 * and digits may appear by chance.
 */
export function holdsWhole(token: string, secret: string): boolean {
  const wanted = reduce(secret);
  if (wanted.length < longEnough) return false;
  const parts = token.split('.');
  // Those of a JWT are encoded each by itself.
  const texts = parts.length === 3 ? parts : [token, ...parts];
  const decodings = texts.flatMap((text) => decodingsOf(text, wanted.length) ?? []);
  return [token, ...decodings].some((decoding) => reduce(decoding).includes(wanted));
}

interface Seen {
  readonly texts: readonly string[];
  readonly runs: ReadonlySet<string>;
  readonly base64Runs: ReadonlySet<string>;
}

const runLength = 8;
// So many characters of base64 hold 8 of the text, whatever their alignment.
const base64RunLength = 10;
// Whole secrets of this length are also looked for with other letters in between.
const longEnough = 16;
const farthest = 8;

const plainText = /^[\t\n\r\x20-\x7e\u00a0‘’“”–—…]*$/;

// Percent encoding, HTML and JavaScript need their own characters; quoted-printable and MIME's
// encoded words have a = beside two hex digits or a question mark. The text may be reversed.
const escapeMark =
  /[%&<\\]|=[^0-9a-z]*(?:\?|[0-9a-f][^0-9a-z]*[0-9a-f])|(?:\?|[0-9a-f][^0-9a-z]*[0-9a-f])[^0-9a-z]*=/i;

/** Too short a decoding has no escape beside 7 characters, and may be there by chance. */
function hasEscape(decoding: string): boolean {
  return reduce(decoding).length > runLength && escapeMark.test(decoding);
}

function isRepeated(secret: string, { texts, runs, base64Runs }: Seen): boolean {
  const reduced = reduce(secret);
  if (reduced.length < runLength) return true;
  const has = (run: string): boolean => runs.has(run);
  if (runsOf(reduced, runLength).some(has)) return true;
  if (runsOf(secret.toLowerCase(), runLength).some(has)) return true;
  if (reduced.length >= longEnough && texts.some((text) => isSpreadIn(text, reduced))) return true;
  return base64Forms(secret).some((form) =>
    runsOf(form, base64RunLength).some((run) => base64Runs.has(run)),
  );
}

/** Lower-case letters and digits only: everything else may separate the parts of a secret. */
function reduce(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '');
}

function runsOf(text: string, length: number): string[] {
  const count = Math.max(0, text.length - length + 1);
  return Array.from({ length: count }, (_, start) => text.slice(start, start + length));
}

function runsIn(texts: readonly string[], length: number): ReadonlySet<string> {
  return new Set(texts.flatMap((text) => runsOf(text, length)));
}

/** True if a text has all characters of a secret in their order, each close to the one before. */
function isSpreadIn(text: string, secret: string): boolean {
  // The start of a token is enough, and there are secrets as long as that.
  const wanted = [...secret.slice(0, 64)].reverse();
  const lastAt = wanted.map(() => Number.NEGATIVE_INFINITY);
  for (const [at, character] of [...text].entries()) {
    for (const [index, next] of wanted.entries()) {
      if (character !== next) continue;
      const isFirst = index === wanted.length - 1;
      if (isFirst || at - Number(lastAt[index + 1]) <= farthest) lastAt[index] = at;
    }
  }
  return lastAt[0] !== Number.NEGATIVE_INFINITY;
}

/** Base64 that has lost its letter case cannot be decoded, so its reduced forms are compared. */
function base64Forms(secret: string): readonly string[] {
  const ascii = secret.replaceAll(/[^\x20-\x7e]/g, '');
  return [ascii, ascii.toLowerCase(), ascii.toUpperCase()].flatMap((form) =>
    // Characters that hold bits of what stands before or after the secret are left out.
    [0, 2, 3].map((dropped, alignment) =>
      reduce(
        btoa('\0'.repeat(alignment) + form).slice(
          dropped,
          Math.floor(((alignment + form.length) * 8) / 6),
        ),
      ),
    ),
  );
}
