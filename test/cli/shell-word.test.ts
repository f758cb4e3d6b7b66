import { describe, expect, it } from 'vitest';
import { quoted, shellWord } from '../../cli/view/shell-word.ts';
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
