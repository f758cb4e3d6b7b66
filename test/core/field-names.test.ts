import { expect, it } from 'vitest';
import { showClientId } from '../../core/field-names.ts';

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
