import { expect, it } from 'vitest';
import { isPastedSecret, readersWarning } from '../../core/credential-path.ts';

const clientSecret = 'p8e-AbCdEfGhIjKlMnOpQrStUvWxYz012345';
const uuid = '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed';

it.each([
  [clientSecret, true],
  [uuid, true],
  [`client_secret=${clientSecret}`, true],
  [`{"client_secret":"${clientSecret}".json`, true],
  ['credential.json', false],
  ['credential', false],
  [`./${clientSecret}`, false],
  [`../${clientSecret}`, false],
  [`/tmp/${clientSecret}`, false],
  [`~/${clientSecret}`, false],
  [`${uuid}.json`, false],
  [`${uuid}.JSON`, false],
  [`${uuid}.j`, true],
  [`${uuid}.backup`, true],
  [`${uuid}.json x`, true],
])('tells of %j whether it is a secret in the place of a file', (file, expected) => {
  expect(isPastedSecret(file)).toBe(expected);
});

it.each([
  [0o100600, 7, true, undefined],
  [0o100604, 7, true, /^other users .* can read it\.json: chmod 600 it/],
  [0o100660, 7, true, /^other users/],
  [0o100610, 7, true, /^other users/],
  [0o100600, 8, true, /^it\.json belongs to another user/],
  [0o100600, 0, true, undefined],
  [0o010600, 8, false, undefined],
  [0o020666, 0, false, undefined],
  [0o040755, 8, false, undefined],
])('tells who else can read a file of mode %o that user %i owns', (mode, uid, isFile, expected) => {
  const warning = readersWarning('it.json', { mode, uid, isFile: () => isFile }, 7);
  if (expected === undefined) expect(warning).toBeUndefined();
  else expect(warning).toMatch(expected);
});

it('takes a file for that of another user where users have no ids', () => {
  expect(
    readersWarning('it.json', { mode: 0o100600, uid: 8, isFile: () => true }, undefined),
  ).toMatch(/^it\.json belongs to another user/);
});
