import { describe, expect, it } from 'vitest';
import { parseRelaxedJson } from '../../core/relaxed-json.ts';

describe('parseRelaxedJson', () => {
  it.each<[string, string, unknown]>([
    ['JSON', '{"a": [1, null]}', { a: [1, null] }],
    ['names without quotes', '{a: {$b-c: 1}}', { a: { '$b-c': 1 } }],
    ['single quotes', "{'a': 'b\"c\\'d\\\\'}", { a: 'b"c\'d\\' }],
    ['commas at the end', '{"a": [1, 2,],}', { a: [1, 2] }],
    ['comments', '// a\n{ # b\n"a": /* c */ 1 }', { a: 1 }],
    ['what looks like a comment in a string', '{a: "// b # c"}', { a: '// b # c' }],
  ])('reads %s', (_, text, value) => {
    expect(parseRelaxedJson(text)).toEqual(value);
  });

  it.each(['', '{a: b}', '{"a": "b', 'A=b', '{"a" "b"}', '/* open', '{“a”: 1}'])(
    'reads nothing in %s',
    (text) => {
      expect(parseRelaxedJson(text)).toBeUndefined();
    },
  );
});
