import { expect, it } from 'vitest';
import { understandCredential } from '../../core/credential.ts';
import { otherFields } from '../../core/credential-document.ts';
import { content, filesOf } from '../support/credential-files.ts';

const files = filesOf(content);
const flat = { client_id: 'id', client_secret: 'p8e-x', scope: 'openid' };

it.each(Object.entries(files))('the documented form has none: %s', (_, text) => {
  expect(otherFields(understandCredential(text).normalised.reveal())).toEqual([]);
});

it.each<[string, object | string, readonly string[]]>([
  ['the parts of a credential', flat, []],
  [
    'of another reader',
    { ...flat, db_password: 'x', private_key: 'y' },
    ['db_password', 'private_key'],
  ],
  ['objects and lists', { ...flat, db: { user: 'x' }, hosts: ['a'] }, ['db', 'hosts']],
  ['those that describe it', { ...flat, name: 'Fusion', id: 7 }, []],
  ['those that say nothing', { ...flat, db_password: '', hosts: [], key: null }, []],
  ['around the credential', { ims: { credential: flat, key: 'x' }, db: 'y' }, ['key', 'db']],
  [
    'in a list of pairs',
    {
      values: [...Object.entries(flat), ['PORT', '1']].map(([key, value]) => ({ key, value })),
      id: 'x',
    },
    ['PORT'],
  ],
  ['lines of an .env file', 'CLIENT_ID=id\nCLIENT_SECRET=p8e-x\nSCOPE=openid\nPORT=1\n', ['PORT']],
  [
    "beside Adobe's file, not in it",
    { ...JSON.parse(files['the project file of the Console'] ?? ''), db: { user: 'x' } },
    ['db'],
  ],
  ['of what is no credential', { db_password: 'x', db: { client: 'y' } }, ['db_password', 'db']],
  ['beside several credentials', { one: flat, two: flat, key: 'x' }, ['one', 'two', 'key']],
  ['beside an incomplete credential', { client_id: 'id', key: 'x' }, ['key']],
  ['of a text', 'a text', []],
  ['of nothing', '', []],
])('are named: %s', (_, document, names) => {
  expect(otherFields(typeof document === 'string' ? document : JSON.stringify(document))).toEqual(
    names,
  );
});

it.each(Object.entries(files).filter(([name]) => /of the Console$|AEM/.test(name)))(
  "none are named in Adobe's own: %s",
  (_, text) => {
    expect(otherFields(text)).toEqual([]);
  },
);
