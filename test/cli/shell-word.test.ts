import { describe, expect, it } from 'vitest';
import { foreignWord, quoted, shellWord } from '../../cli/view/shell-word.ts';
import { run, shellProgram } from '../support/foreign-clients.ts';

const texts = [
  'plain-1.2/3',
  '=ls',
  '',
  ' two  words ',
  "'",
  '\\',
  "\\'",
  "\\'; echo ran; #",
  "'; echo ran; #",
  '$(echo ran) `echo ran` (echo ran) $HOME ~ * ? { } [a] ! ^ & | < > "',
  'ends with \\',
  'two\nlines',
  'é \u2028',
];

describe.each(['sh', 'bash', 'zsh', 'fish'])('%s', (name) => {
  it('takes a quoted text for one word, as it is', async (context) => {
    const shell = shellProgram(context, name);
    for (const quote of [quoted, shellWord]) {
      const command = `printf '<%s>' ${texts.map(quote).join(' ')}`;
      expect(await run(shell, ['-c', command])).toBe(texts.map((text) => `<${text}>`).join(''));
    }
  });
});

describe("somebody else's text in a printed command", () => {
  it.each(['01a21404-b6d8-88a7-8151-7fb0d6c506b9', 'arn:aws:kms:us-east-1:1:key/a', 'night'])(
    'is itself if it is plain: %s',
    (text) => {
      expect(foreignWord(text, 'VERSION')).toBe(text);
    },
  );

  it.each(["x'$(calc.exe)'y", 'two words', '--version-stage', '@file', '=ls', '', 'a;b', 'é'])(
    'is a placeholder if a shell could see more in it: %s',
    (text) => {
      expect(foreignWord(text, 'VERSION')).toBe('VERSION');
    },
  );
});
