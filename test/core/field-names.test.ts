import { expect, it } from 'vitest';
import {
  foldName,
  isConsoleId,
  isPlural,
  looksSecret,
  roleOf,
  showClientId,
  showName,
  showNames,
  showText,
  wordsOf,
} from '../../core/field-names.ts';

it.each(['0123456789abcdef0123456789abcdef', 'acme-fusion', 'a1b2'])(
  'the client id %s is shown',
  (id) => expect(showClientId(id)).toBe(id),
);

it.each([
  ['a client secret', 'p8e-0123456789-abcdefghijkl'],
  ['a secret of an older credential', '01234567-89ab-cdef-0123-456789abcdef'],
  ['a word of mixed letters and digits', 'aB3dE5gH7jK9mN1pQ3'],
])('a client id that could be %s is not shown', (_, id) => {
  expect(showClientId(id)).toBe('(hidden)');
});

it('hides a client id of a length that none has, as a token that was stored by hand may name', () => {
  expect(showClientId('a-'.repeat(128))).toBe('a-'.repeat(128));
  expect(showClientId(`${'a-'.repeat(128)}b`)).toBe('(hidden)');
});

it.each([
  ['clientID', ['client', 'id']],
  ['IMSHostURL', ['ims', 'host', 'url']],
  ['  api--key2Value_', ['api', 'key2', 'value']],
  ['', []],
])('%j is made of the words %j', (name, words) => {
  expect(wordsOf(name)).toEqual(words);
  expect(foldName(name)).toBe(words.join(''));
});

it('reads only the beginning of a name that is too long', () => {
  expect(foldName(`${'a'.repeat(200)}b`)).toBe('a'.repeat(200));
  expect(showName(`${'a.'.repeat(100)}b`)).toBe(`${'a.'.repeat(100)}`);
});

it('a name without words has no role', () => {
  expect(roleOf([])).toBeUndefined();
  expect(roleOf(['my', 'ims', 'org', 'id'])).toEqual({ role: 'orgId', prefix: 'my' });
});

it.each([
  ['client secrets', true],
  ['clientSecret', false],
  ['secrets_of_client', false],
  ['', false],
])('%j is plural: %j', (name, plural) => {
  expect(isPlural(name)).toBe(plural);
});

it.each([
  // From 12 characters on, with 4 digits and 4 letters.
  ['abcdefgh1234', true],
  ['abcdefg1234', false],
  ['abcdefghi123', false],
  ['123456789abc', false],
  ['12345678abcd', true],
  // A change of case in more than a fifth of them.
  ['aBcdeFghijKlmno', false],
  ['aBcdeFghijKlmnO', true],
  ['aBcDeFgHiJk', false],
  ['aBcDeFgHiJkL', true],
  // More than 32.
  ['a'.repeat(32), false],
  ['a'.repeat(33), true],
  // Each part by itself.
  ['abcdef-1234567', false],
  ['name: abcdefgh1234', true],
])('%s could be a secret: %j', (text, could) => {
  expect(looksSecret(text)).toBe(could);
  expect(showName(text)).toBe(could ? '(hidden)' : text);
});

it.each([
  ['0123456789ABCDEF0123456789abcdef', true],
  ['00123456789abcdef0123456789abcdef', false],
  ['0123456789abcdef0123456789abcde', false],
  ['x0123456789abcdef0123456789abcdef', false],
  ['0123456789abcdef0123456789abcdefx', false],
])('%s has the form of a client id of the Console: %j', (text, is) => {
  expect(isConsoleId(text)).toBe(is);
});

it('shows 64 characters and 20 names, and says that there are more', () => {
  expect(showText('a'.repeat(64))).toBe('a'.repeat(64));
  expect(showText('a'.repeat(65))).toBe(`${'a'.repeat(63)}…`);
  const names = Array.from({ length: 21 }, (_, index) => `n${index}`);
  expect(showNames(names.slice(1))).toBe(names.slice(1).join(', '));
  expect(showNames(names)).toBe(`${names.slice(0, 20).join(', ')} and 1 more`);
});
