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

  const pair = (key: string, value: unknown) => ({ key, value });

  it.each<[string, string, unknown]>([
    ['at the top', '{"a": 1, "a": 2}', [pair('a', 1), pair('a', 2)]],
    ['within', '{"x": [{"a": {"b": 1}, "a": []}]}', { x: [[pair('a', { b: 1 }), pair('a', [])]] }],
    ['beside others', '{b: 1, a: 1, a: 1,}', [pair('b', 1), pair('a', 1), pair('a', 1)]],
    ['through an escape', String.raw`{"a": 1, "\u0061": 2}`, [pair('a', 1), pair('a', 2)]],
  ])('keeps both values of a name that an object has twice, %s', (_, text, value) => {
    expect(parseRelaxedJson(text)).toEqual(value);
  });

  it('takes one name in two objects for what it is', () => {
    const text = '{"a": {"a": 1}, "b": {"a": 2}}';
    expect(parseRelaxedJson(text)).toEqual({ a: { a: 1 }, b: { a: 2 } });
  });

  it.each(['["a": 1, "a": 2]', '{"a": 1, "a": 2]', '{"a": 1 "a": 2}', '"a": 1, "a": 2}', '1:,}'])(
    'reads nothing in %s, with a name twice',
    (text) => {
      expect(parseRelaxedJson(text)).toBeUndefined();
    },
  );

  it.each(['', '{a: b}', '{"a": "b', 'A=b', '{"a" "b"}', '/* open', '{“a”: 1}'])(
    'reads nothing in %s',
    (text) => {
      expect(parseRelaxedJson(text)).toBeUndefined();
    },
  );
});
