export type Encode = (text: string) => string;

/** Replaces each character, given with its code point in hex. */
const each =
  (replace: (character: string, code: string, number: number) => string): Encode =>
  (text) =>
    [...text]
      .map((character) => {
        const number = character.codePointAt(0) ?? 0;
        return replace(character, number.toString(16).padStart(2, '0'), number);
      })
      .join('');

const inBytes =
  (encoding: BufferEncoding, as: BufferEncoding): Encode =>
  (text) =>
    Buffer.from(text, isAscii(text) ? encoding : 'utf8').toString(as);

const names: Readonly<Record<string, string>> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
  '+': 'plus',
  '/': 'sol',
  '=': 'equals',
  _: 'lowbar',
};

/** The ways in which a server may repeat a text so that it can be recovered. */
export const encodings: Readonly<Record<string, Encode>> = {
  'percent encoding': encodeURIComponent,
  'percent encoding, twice': (text) => encodeURIComponent(encodeURIComponent(text)),
  'percent encoding of everything': (text) =>
    Buffer.from(text)
      .toString('hex')
      .replaceAll(/../g, (pair) => `%${pair}`),
  'percent encoding with %u': each((_, code) => `%u${code.padStart(4, '0')}`),
  'form encoding': (text) => new URLSearchParams({ a: text }).toString().slice(2),
  'named entities': each((character) => (character in names ? `&${names[character]};` : character)),
  'entities in mathematical letters': each((character) =>
    /[a-z]/i.test(character) ? `&${character}scr;` : character,
  ),
  'decimal entities': each((_, _code, number) => `&#${number};`),
  'decimal entities with leading zeros': each((_, _code, number) => `&#000000000${number};`),
  'entities without semicolons': each((_, code) => `&#x${code.toUpperCase()}`),
  'entities, five levels deep': each((_, code) => `&amp;amp;amp;amp;#X${code};`),
  '\\u escapes': each((_, code) => `\\u${code.padStart(4, '0')}`),
  '\\uu escapes': each((_, code) => `\\uuu${code.padStart(4, '0')}`),
  '\\u{} escapes': each((_, code) => `\\u{0000${code}}`),
  '\\x escapes': each((_, code) => `\\x${code}`),
  '\\ooo escapes': each((_, _code, number) => `\\${number.toString(8).padStart(3, '0')}`),
  'a JSON string': (text) => JSON.stringify(text),
  'quoted-printable': (text) =>
    Buffer.from(text)
      .toString('hex')
      .replaceAll(/../g, (pair) => `=${pair.toUpperCase()}`),
  'an encoded word': (text) => `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`,
  tags: each((character) => `<b>${character}</b>`),
  base64: inBytes('utf8', 'base64'),
  base64url: inBytes('utf8', 'base64url'),
  'base64 after another byte': (text) => Buffer.from(`:${text}`).toString('base64'),
  'base64 after two others': (text) => Buffer.from(`::${text}`).toString('base64'),
  'base64 of UTF-16': inBytes('utf16le', 'base64'),
  hex: inBytes('utf8', 'hex'),
  'hex in upper case': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  'hex of UTF-16': inBytes('utf16le', 'hex'),
  'a list of bytes': (text) => Buffer.from(text).join(', '),
  'a list of bytes in hex': (text) => Array.from(Buffer.from(text), inHex).join(' '),
  reversal: (text) => [...text].reverse().join(''),
  'zero-width characters': each((character) => `${character}\u200b\ufeff`),
  'soft hyphens': each((character) => `${character}\u00ad`),
  'combining marks': each((character) => `${character}\u0336`),
  'full-width characters': each((character, _, number) =>
    number > 0x20 && number < 0x7f ? String.fromCodePoint(number + 0xfee0) : character,
  ),
  'mathematical letters': each((character, _, number) =>
    /[a-z]/.test(character) ? String.fromCodePoint(number - 0x61 + 0x1d41a) : character,
  ),
};

function isAscii(text: string): boolean {
  return /^\p{ASCII}*$/u.test(text);
}

function inHex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}

/** Changes of letter case, which make everything but hex and letters unreadable. */
export const recasings: readonly Encode[] = [
  (text) => text.toLowerCase(),
  (text) => text.toUpperCase(),
  each((character, _, number) =>
    number % 3 === 0 ? character.toUpperCase() : character.toLowerCase(),
  ),
];

/** Puts a separator before each so many characters. */
export const split =
  (separator: string, every: number): Encode =>
  (text) =>
    [...text]
      .map((character, at) => (at % every === 0 ? separator + character : character))
      .join('');
