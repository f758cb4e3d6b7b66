import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { echoes } from '../../core/echo.ts';
import { redact, redactId } from '../../core/redact.ts';

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const digits = '0123456789';
const punctuation = '-_.~+/=!@#$%^&*()[]{}|;:,<>?"\'`\\';

const characters = (alphabet: string, length: number) =>
  fc.array(fc.constantFrom(...alphabet), { minLength: length, maxLength: 64 });

/** Secrets of every make: those of Adobe, letters only, digits only, and with much punctuation. */
const secrets = fc.oneof(
  characters(`${letters}${digits}-_`, 29).map((text) => `p8e-${text.join('')}`),
  characters(letters, 12).map((text) => text.join('')),
  characters(digits, 12).map((text) => text.join('')),
  characters(`${letters}${digits}${punctuation}`, 40).map((text) => text.join('')),
);

type Transform = (text: string) => string;

const each =
  (encode: (character: string, code: string) => string): Transform =>
  (text) =>
    [...text]
      .map((character) => encode(character, character.charCodeAt(0).toString(16).padStart(2, '0')))
      .join('');

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

/** The ways in which a server may transform a text that it repeats; all can be undone. */
const encodings: Readonly<Record<string, Transform>> = {
  'percent encoding': encodeURIComponent,
  'form encoding': (text) => new URLSearchParams({ a: text }).toString().slice(2),
  'percent encoding in lower case': (text) =>
    encodeURIComponent(text).replaceAll(/%../g, (pair) => pair.toLowerCase()),
  'percent encoding of everything': each((_, code) => `%${code}`),
  'named entities': each((character) => (character in names ? `&${names[character]};` : character)),
  'decimal entities': each((character) => `&#${character.charCodeAt(0)};`),
  'hex entities': each((_, code) => `&#x${code};`),
  'hex entities in upper case': each((_, code) => `&#X${code.toUpperCase()};`),
  '\\u escapes': each((_, code) => `\\u${code.padStart(4, '0')}`),
  '\\u{} escapes': each((_, code) => `\\u{${code}}`),
  '\\x escapes': each((_, code) => `\\x${code}`),
  'a JSON string': (text) => JSON.stringify(text),
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  hex: (text) => Buffer.from(text).toString('hex'),
};

/** A change of case, which no later comparison of letters can undo. */
const recasings: readonly Transform[] = [
  (text) => text.toLowerCase(),
  (text) => text.toUpperCase(),
  each((character, code) =>
    code.endsWith('3') ? character.toUpperCase() : character.toLowerCase(),
  ),
];

// None of the escapes' own syntax (a quote is JSON's), nor of base64's alphabet.
const separators = fc.constantFrom(' ', '\n', '\t', '.', ', ', ' | ', ' * ', '::', "' '");

const split =
  (separator: string, every: number): Transform =>
  (text) =>
    [...text]
      .map((character, at) => (at % every === 0 ? separator + character : character))
      .join('');

const prose = fc.constantFrom(
  '',
  'invalid client_secret parameter ',
  'The secret is: ',
  'got=',
  '{"client_secret":"',
);

/** Up to two encodings, with changes of case and separators before, between and after them. */
const adversary = fc
  .record({
    layers: fc.array(fc.constantFrom(...Object.keys(encodings)), { maxLength: 2 }),
    recase: fc.option(fc.constantFrom(...recasings), { nil: undefined }),
    splits: fc.array(
      fc.option(fc.record({ separator: separators, every: fc.integer({ min: 1, max: 5 }) }), {
        nil: undefined,
      }),
      { minLength: 3, maxLength: 3 },
    ),
    prefix: prose,
    suffix: prose,
  })
  .map(({ layers, recase, splits, prefix, suffix }) => ({
    layers,
    apply(secret: string): string {
      const parts: Transform[] = [recase ?? String];
      for (const [at, name] of ['', ...layers].entries()) {
        parts.push(encodings[name] ?? String);
        const cut = splits[at];
        if (cut !== undefined) parts.push(split(cut.separator, cut.every));
      }
      const repeated = parts.reduce((text, transform) => transform(text), secret);
      return `${prefix}${repeated}${suffix}`;
    },
  }));

/** A part of the secret with at least 8 letters and digits in a row, whatever is between them. */
function partsOf(secret: string) {
  const ends = [...secret.matchAll(/[A-Za-z0-9]/g)].map(({ index }) => index);
  const most = Math.max(0, ends.length - 8);
  return fc
    .record({ first: fc.nat({ max: most }), more: fc.nat({ max: most }) })
    .map(({ first, more }) => {
      const last = Math.min(ends.length - 1, first + 7 + more);
      return secret.slice(ends[first], (ends[last] ?? 0) + 1);
    });
}

const hasLetters = (secret: string): boolean => secret.replaceAll(/[^A-Za-z0-9]/g, '').length >= 8;

const echoed = secrets
  .filter(hasLetters)
  .chain((secret) => partsOf(secret).map((part) => ({ secret, part })));

/** Adobe's own descriptions, and those of gateways on the way. */
const harmless = [
  'invalid client_secret parameter',
  'invalid client_id parameter',
  'missing client_secret parameter',
  'Invalid scope value',
  'The metascopes in the JWT are not a subset of the metascopes in the binding.',
  'scope additional_info.projectedProductContext is not granted',
  'Client a1b2c3 is not registered for the client_credentials grant (see https://developer.adobe.com/)',
  'Bad Gateway',
  'Too many requests, please retry in 38 seconds',
  '50% of "quota" used &amp; counting: C:\\users\\x86',
];

describe('a text that repeats a secret', () => {
  it('is dropped as a whole, whatever was done to the secret', () => {
    fc.assert(
      fc.property(echoed, adversary, ({ secret, part }, { apply }) => {
        const text = apply(part);
        fc.pre(text.length <= 1_000);
        expect(redact(text, [secret])).toBe('[redacted]');
      }),
      // A check must not fail by chance: RUNS and SEED look further.
      { numRuns: Number(process.env['RUNS'] ?? 5_000), seed: Number(process.env['SEED'] ?? 42) },
    );
  });

  it.each(Object.entries(encodings))('is found in %s', (_, encode) => {
    const secret = 'p8e-Zq7+Kx/2Lm=9Vt&4Rw%1Yb"8Nd<3Hs>5';
    expect(echoes(encode(secret), [secret])).toBe(true);
  });

  it.each([
    ['base64 in another case', (text: string) => btoa(text).toLowerCase()],
    ['the header of basic authentication', (text: string) => `Basic ${btoa(`the-id:${text}`)}`],
    ['the same in upper case', (text: string) => btoa(`the-id:${text}`).toUpperCase()],
    ['letters in between', (text: string) => [...text].join('x')],
    ['a word in between', (text: string) => [...text].join(' and ')],
    ['two secrets in one text', (text: string) => `${text.slice(0, 9)} or ${text.slice(-9)}`],
  ])('is found with %s', (_, encode) => {
    const secret = 'p8e-Zq7Kx2Lm9Vt4Rw1Yb8Nd3Hs5';
    expect(echoes(encode(secret), ['another-secret-0', secret])).toBe(true);
  });

  it('is found in an identifier', () => {
    const secret = 'p8e-Zq7Kx2Lm9Vt4Rw1Yb8Nd3Hs5';
    const id = '3f6f0d4a-9f2b-4f0c-8a51-7c1d2e3f4a5b';
    expect(redactId(id, [secret])).toBe(id);
    expect(redactId(secret.slice(4, 12).toUpperCase(), [secret])).toBe('[redacted]');
    expect(redactId('a\u001b[31m', [secret])).toBe('[redacted]');
  });

  it('is any text when the secret is too short to be recognised', () => {
    expect(echoes('Bad Gateway', ['a+/'])).toBe(true);
    expect(echoes('it says a-b-c-d', ['abcd'])).toBe(true);
    expect(echoes('it says nothing', ['abcd'])).toBe(false);
  });
});

describe('an escape with leading zeros', () => {
  const secret = 'p8e-Zq7Kx2Lm9Vt4Rw1Yb8Nd3Hs5';
  const each = (form: (code: number) => string): string =>
    [...secret].map((letter) => form(letter.charCodeAt(0))).join('');

  it.each([
    ['decimal entity', each((code) => `&#000000000${code};`)],
    ['hexadecimal entity', each((code) => `&#x00000000${code.toString(16)};`)],
    ['braced escape', each((code) => `\\u{00000000${code.toString(16)}}`)],
    ['braced escape in hex', each((code) => `\\x{${code.toString(16)}}`)],
  ])('hides nothing: %s', (_, text) => {
    expect(redact(text, [secret])).toBe('[redacted]');
  });
});

describe('any other text', () => {
  it.each(harmless)('stays readable: %s', (text) => {
    fc.assert(
      fc.property(
        secrets.filter((secret) => hasLetters(secret)),
        (secret) => {
          expect(redact(text, [secret])).toBe(text);
        },
      ),
      { numRuns: 50, seed: 42 },
    );
  });

  it('loses what could be another secret, and everything but one short line', () => {
    const text =
      `token eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln, key a1b2c3d4e5f6a7b8c9d0,\n` +
      `scope additional_info.projectedProductContext ${'x '.repeat(200)}`;
    const line = redact(text, ['p8e-Zq7Kx2Lm9Vt4Rw1Yb8Nd3Hs5']);
    expect(line).toMatch(
      /^token \[redacted\], key \[redacted\], scope additional_info.projectedProductContext x x/,
    );
    expect(line).toHaveLength(200);
  });

  it('may be hostile: 64 KiB of anything are judged within bounded work', () => {
    const secret = 'p8e-Zq7Kx2Lm9Vt4Rw1Yb8Nd3Hs5';
    for (const unit of ['a1', '%', '&', '&#', '\\u', '%25', '&amp;', 'QUFB', '0 ', '\\x41']) {
      expect(redact(unit.repeat(65_536 / unit.length), [secret]).length).toBeLessThanOrEqual(200);
    }
  });
});
