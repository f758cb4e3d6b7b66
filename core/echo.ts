/**
 * True if a remote text repeats a secret that was sent, or part of it: 8 or more of its characters
 * in a row, in any letter case, split by anything but letters and digits, and as they are or
 * encoded: percent and form encoding, HTML entities, `\u` and `\x` escapes, hex, base64, base64url,
 * or two of these on top of each other. A whole secret is also found between other letters.
 *
 * A secret with fewer than 4 letters and digits cannot be recognised: every text counts as an echo.
 * Takes time linear in the text, which must be short, and in the secrets.
 */
export function echoes(text: string, secrets: readonly string[]): boolean {
  const sent = secrets.filter((secret) => secret !== '');
  if (sent.length === 0 || text === '') return false;
  const views = viewsOf(text);
  if (views === undefined) return true;
  const seen: Seen = {
    texts: views.flatMap((view) => [view.toLowerCase(), reduce(view)]),
    runs: new Set(
      views.flatMap((view) => [...runsOf(view.toLowerCase()), ...runsOf(reduce(view))]),
    ),
    base64Runs: new Set(views.flatMap((view) => runsOf(reduce(view), base64RunLength))),
  };
  return sent.some((secret) => isRepeated(secret, seen));
}

/**
 * True if a token holds a whole secret, as it is or in one of its parts in base64url. Shorter
 * secrets than 16 letters and digits may appear by chance.
 */
export function holdsWhole(token: string, secret: string): boolean {
  const wanted = reduce(secret);
  if (wanted.length < longEnough) return false;
  const parts = token.split('.').flatMap((part) => decodeBase64(part));
  return [token, ...parts].some((text) => reduce(text).includes(wanted));
}

interface Seen {
  readonly texts: readonly string[];
  readonly runs: ReadonlySet<string>;
  readonly base64Runs: ReadonlySet<string>;
}

const runLength = 8;
// So many characters of base64 hold 8 of the text, whatever their alignment.
const base64RunLength = 10;
const fewest = 4;
// Whole secrets of this length are also looked for with other letters in between.
const longEnough = 16;

function isRepeated(secret: string, { texts, runs, base64Runs }: Seen): boolean {
  const reduced = reduce(secret);
  if (reduced.length < fewest) return true;
  if (reduced.length < runLength && texts.some((text) => text.includes(reduced))) return true;
  const has = (run: string): boolean => runs.has(run);
  if (runsOf(reduced).some(has) || runsOf(secret.toLowerCase()).some(has)) return true;
  if (reduced.length >= longEnough && texts.some((text) => isWithin(reduced, text))) return true;
  return base64Forms(secret).some((form) =>
    runsOf(form, base64RunLength).some((run) => base64Runs.has(run)),
  );
}

/** Lower-case letters and digits only: everything else may separate the parts of a secret. */
function reduce(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '');
}

function runsOf(text: string, length = runLength): string[] {
  const count = Math.max(0, text.length - length + 1);
  return Array.from({ length: count }, (_, start) => text.slice(start, start + length));
}

/** True if all characters of the one appear in the other, in their order. */
function isWithin(wanted: string, text: string): boolean {
  let found = 0;
  for (const character of text) if (character === wanted[found]) found += 1;
  return found >= wanted.length;
}

/** Base64 that has lost its letter case cannot be decoded, so its reduced forms are compared. */
function base64Forms(secret: string): readonly string[] {
  const ascii = secret.replaceAll(/[^\x20-\x7e]/g, '');
  return [ascii, ascii.toLowerCase(), ascii.toUpperCase()].flatMap((form) =>
    // Characters that hold bits of what stands before or after the secret are left out.
    [0, 2, 3].map((dropped, alignment) =>
      reduce(btoa('\0'.repeat(alignment) + form).slice(dropped, -4)),
    ),
  );
}

const rounds = 3;
const mostViews = 500;
const mostCharacters = 200_000;

/** The text and all that can be decoded from it; undefined if that is suspiciously much. */
function viewsOf(text: string): readonly string[] | undefined {
  const views = new Set([text]);
  let latest = [text];
  for (let round = 0; round < rounds; round += 1) {
    const decoded = new Set(latest.flatMap(decode));
    latest = [...decoded].filter((view) => view !== '' && !views.has(view));
    for (const view of latest) views.add(view);
    const characters = latest.reduce((sum, { length }) => sum + length, 0);
    if (views.size > mostViews || characters > mostCharacters) return undefined;
  }
  return [...views];
}

function decode(text: string): string[] {
  return [
    decodeEscapes(text),
    // A form has + for a space.
    decodeEscapes(text.replaceAll('+', ' ')),
    // Strictly from left to right, without anything that splits an escape.
    decodeEscapes(text, [jsonEscape]),
    ...escapes.map((pattern) => decodeEscapes(text, [pattern])),
    ...decodeHex(text),
    ...decodeBase64(text),
  ];
}

// The characters that may split an escape: all that neither belong to it nor begin the next one.
const percentSplit = '[^0-9A-Za-z%]*';
const slashSplit = String.raw`[^0-9A-Za-z\\{}]*`;
const entitySplit = '[^0-9A-Za-z&#;]*';

const hex = (split: string, count: string): string => `(?<hex>(?:${split}[0-9a-f]){${count}})`;

// No named entity is a letter or a digit; these ones are part of other escapes or of base64.
const entities: Readonly<Record<string, string>> = {
  amp: '&',
  bsol: '\\',
  equals: '=',
  lcub: '{',
  lowbar: '_',
  num: '#',
  percnt: '%',
  plus: '+',
  rcub: '}',
  semi: ';',
  sol: '/',
};

/** Each pattern matches one escape: a code point in hex, one in decimal digits, or a character. */
const escapes: readonly RegExp[] = [
  `%${hex(percentSplit, '2')}`,
  `\\\\${slashSplit}(?:u${hex(slashSplit, '4')}|x${hex(slashSplit, '2')}` +
    `|[ux]${slashSplit}\\{(?:${slashSplit}0)*${hex(slashSplit, '1,6')}${slashSplit}\\}|[bfnrt])`,
  String.raw`\\(?<itself>["'\\/])`,
  `&${entitySplit}#(?:${entitySplit}x(?:${entitySplit}0)*${hex(entitySplit, '1,6')}` +
    `|(?:${entitySplit}0)*(?<decimal>(?:${entitySplit}[0-9]){1,7}))${entitySplit};?`,
  `&(?:(?<name>(?:${entitySplit}[a-z]){2,31})${entitySplit};|(?<name>amp|lt|gt|quot))`,
].map((pattern) => new RegExp(pattern, 'gi'));

const jsonEscape = /\\(?:u(?<hex>[0-9a-f]{4})|x(?<hex>[0-9a-f]{2})|[bfnrt]|(?<itself>["'\\/]))/gi;

function decodeEscapes(text: string, patterns: readonly RegExp[] = escapes): string {
  return patterns.reduce(
    (rest, pattern) => rest.replaceAll(pattern, (...match) => decodeEscape(match.at(-1))),
    text,
  );
}

function decodeEscape(groups: Readonly<Record<string, string | undefined>>): string {
  const { hex, decimal, itself, name } = groups;
  if (hex !== undefined) return printable(Number.parseInt(reduce(hex), 16));
  if (decimal !== undefined) return printable(Number.parseInt(reduce(decimal), 10));
  return itself ?? entities[reduce(name ?? '')] ?? ' ';
}

function printable(code: number): string {
  return code >= 0x20 && code <= 0x7e ? String.fromCharCode(code) : ' ';
}

/** From each of the 2 places in a pair, because a letter of the text before may be a digit too. */
function decodeHex(text: string): string[] {
  const runs = text.replaceAll(/[^0-9A-Za-z]+/g, '').match(/[0-9a-f]{16,}/gi) ?? [];
  return runs.flatMap((run) =>
    [run, run.slice(1)].map((digits) =>
      digits.replaceAll(/../g, (pair) => printable(Number.parseInt(pair, 16))),
    ),
  );
}

/** In each alphabet, with whatever is not of it taken out, from each of the 4 places in a group. */
function decodeBase64(text: string): string[] {
  const forms = new Set([
    text.replaceAll(/[^A-Za-z0-9+/]+/g, ''),
    text
      .replaceAll(/[^A-Za-z0-9_-]+/g, '')
      .replaceAll('-', '+')
      .replaceAll('_', '/'),
    text.replaceAll(/[^A-Za-z0-9]+/g, ''),
  ]);
  return [...forms].flatMap((form) =>
    [0, 1, 2, 3].map((start) => {
      const padded = form.slice(start).padEnd(Math.ceil((form.length - start) / 4) * 4, 'A');
      // Chance makes short runs of printable characters.
      return (
        atob(padded)
          .match(/[\t\n\r\x20-\x7e]{8,}/g)
          ?.join('\n') ?? ''
      );
    }),
  );
}
