import { expect, it } from 'vitest';
import { replacePlaceholders } from '../../build/cloudformation/replace-placeholders.ts';

const parameters = {
  Name: { placeholder: 'the-name', definition: { Type: 'String' } },
  Days: { placeholder: 3653, definition: { Type: 'Number' } },
  Ids: { placeholder: 'id-0', definition: { Type: 'List<String>' } },
};

// Not a template string of this file.
const reference = (name: string): string => `\${${name}}`;

it.each([
  ['a placeholder', 'the-name', { Ref: 'Name' }],
  ['a number', { days: 3653, other: 3 }, { days: { Ref: 'Days' }, other: 3 }],
  ['a list of one placeholder for a list', ['id-0'], { Ref: 'Ids' }],
  ['a list of one placeholder for a text', ['the-name'], [{ Ref: 'Name' }]],
  ['a text that contains a placeholder', 'a/the-name/b', { 'Fn::Sub': `a/${reference('Name')}/b` }],
  [
    'a text with a dollar beside it',
    `the-name ${reference('x')}`,
    { 'Fn::Sub': `${reference('Name')} ${reference('!x')}` },
  ],
  ['a text without a placeholder', [reference('x'), null, true], [reference('x'), null, true]],
])('replaces %s', (_, value, expected) => {
  expect(replacePlaceholders(value, parameters)).toEqual(expected);
});
