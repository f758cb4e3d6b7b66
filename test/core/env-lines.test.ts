import { describe, expect, it } from 'vitest';
import { readEnvLines } from '../../core/env-lines.ts';

const variables = (text: string) =>
  readEnvLines(text).variables.map(({ name, value }) => [name, value]);

describe('readEnvLines', () => {
  it.each<[string, string, string]>([
    ['a plain value', 'A=b c ', 'b c'],
    ['spaces around the sign', '  A = b', 'b'],
    ['a comment behind a space', 'A=b # c', 'b'],
    ['a sign of a comment within a word', 'A=b#c', 'b#c'],
    ['only a comment', 'A= # c', ''],
    ['single quotes, with nothing unescaped', "A='b\\n#\"c' # d", 'b\\n#"c'],
    ['double quotes, with escapes', 'A="b\\n\\"c\\"\\x" ; # d', 'b\n"c"\\x'],
    ['escapes of a shell in double quotes', 'A="b\\$c\\`"', 'b$c`'],
    ['backquotes', 'A=`b\'"c`', 'b\'"c'],
    ['JSON in double quotes', 'A="["b", "c"]"', '["b", "c"]'],
    ['a value of several lines', 'A=\'{\n"b": 1\n}\'', '{\n"b": 1\n}'],
    ['a quote that is not closed', 'A="b', '"b'],
    ['the end of a statement', 'export A=b;', 'b'],
    ['the quotes of bash', "A=$'b\\'c\\n'", "b'c\n"],
    ['a list of several lines', 'A = [\n  "b", # c\n  "d",\n]', '[\n  "b", # c\n  "d",\n]'],
    ['a list in one line', 'A = ["b", "c"] ', '["b", "c"]'],
    ['a list that is not closed', 'A=[', '['],
    ['export', 'export A=b', 'b'],
    ['export -p', 'declare -x A="b"', 'b'],
    ['a Dockerfile', 'ENV A=b', 'b'],
    ['a list of YAML', '  - A=b', 'b'],
    ['JavaScript', 'const A = "b";', 'b'],
    ['PowerShell', '$env:A = "b"', 'b'],
    ['cmd', 'SET A=b', 'b'],
    ['what looks like a variable, within a value', "A='b\nC=d\n'", 'b\nC=d\n'],
    ['quotes behind other characters', "A=b 'c'", "b 'c'"],
    ['a bracket behind other characters', 'A=b [', 'b ['],
    ['a semicolon within a value', 'A=b;c', 'b;c'],
    ['the end of a statement behind a space', 'A=b ; # c', 'b'],
    ['tabs, which double quotes escape', 'A="b\\tc\\rd"', 'b\tc\rd'],
    ['white space within double quotes', 'A=" b "', ' b '],
    ['backquotes, with nothing unescaped', 'A=`b\\nc`', 'b\\nc'],
    ['a list of one line behind its bracket', 'A=[\n]', '[\n]'],
    ['a list whose end has a comment', 'A=[\n"b"\n], # c', '[\n"b"\n], # c'],
    ['a quote that is not closed, with a space', "A='b ", "'b"],
    ['cmd, with quotes around all', 'set "A=b c"', 'b c'],
  ])('reads %s', (_, text, value) => {
    expect(variables(text)).toEqual([['A', value]]);
    expect(variables(`X=1\r\n${text}\r\nY=2`)).toEqual([
      ['X', '1'],
      ['A', value],
      ['Y', '2'],
    ]);
  });

  it('keeps repeated names, and passes over comments and sections', () => {
    const text = '# a\n; b\n// c\n\n[section one]\nA.b-c=1\nA.b-c=2\n';
    expect(readEnvLines(text)).toEqual({
      variables: [
        { name: 'A.b-c', value: '1' },
        { name: 'A.b-c', value: '2' },
      ],
      hasOtherLines: false,
    });
  });

  it('ends a line at a carriage return alone', () => {
    expect(variables('A=b\rC=d')).toEqual([
      ['A', 'b'],
      ['C', 'd'],
    ]);
  });

  it('tells of other lines, but not of those within a value', () => {
    expect(readEnvLines("A='b\nc\n'").hasOtherLines).toBe(false);
    expect(readEnvLines("A='b\n'\nc").hasOtherLines).toBe(true);
  });

  it('ends a list at what is no end of one', () => {
    expect(variables('A=[\n"b"] x\nC=d')).toEqual([
      ['A', '['],
      ['C', 'd'],
    ]);
    expect(variables('A=[\n["b"]\n]')).toEqual([['A', '[\n["b"]\n]']]);
  });

  it('ends a list that is not closed at its own line', () => {
    expect(variables('A=[\nB=c\nD=["e"]\n')).toEqual([
      ['A', '['],
      ['B', 'c'],
      ['D', '["e"]'],
    ]);
  });

  // Each takes a quarter of a minute if one of the lines is read anew from each of its characters, and
  // a client secret that takes minutes to read keeps the function from renewing any other.
  it.each<[string, string]>([
    ['a list', `${'A=[\n'.repeat(60)}${']#'.repeat(10_000)}\u2028b`],
    ['double quotes', `${'A="b\n'.repeat(60)}${'"#'.repeat(10_000)}\u2028b`],
    ['single quotes', `${"A='b\n".repeat(60)}${"'#".repeat(10_000)}\u2028b`],
    ['backquotes', `${'A=`b\n'.repeat(60)}${'`#'.repeat(10_000)}\u2028b`],
  ])('reads a long line at once, whatever is in it: %s', (_, text) => {
    expect(readEnvLines(text).variables.length).toBeGreaterThan(0);
  });

  it.each(['echo done', '=b', '1A=b', 'if [ $A = b ]; then', 'A: b'])(
    'notices a line that sets no variable: %s',
    (line) => {
      expect(readEnvLines(`A=b\n${line}\nC=d`)).toMatchObject({
        variables: [{ name: 'A' }, { name: 'C' }],
        hasOtherLines: true,
      });
    },
  );
});
