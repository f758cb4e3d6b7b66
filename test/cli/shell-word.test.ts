import { describe, expect, it } from 'vitest';
import type { Answer } from '../../cli/leak/answer.ts';
import { storedAgain } from '../../cli/leak/find-room.ts';
import { confirmLocation } from '../../cli/rotator/confirm-location.ts';
import type { Rotator } from '../../cli/rotator/rotator.ts';
import type { Session } from '../../cli/session.ts';
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

  it('is a placeholder as the id of a version, and as the ARN of an imported client secret', async () => {
    const text = "x'$(calc.exe)'y";
    const names = { client: 'team/fusion/client', token: 'team/fusion/token' };
    const version = (id: string) => ({ id, labels: [], createdAt: undefined, found: undefined });
    const answer = { names, session: { options: {} } };
    const again = storedAgain(answer as unknown as Answer, version(text), version('own'));
    expect(again.fix).toMatch(/ --remove-from-version-id ID_OF_AWSCURRENT$/);
    const session = { options: {}, terminal: { canAsk: false } } as Session;
    const rotator = { name: 'local', prefix: 'x', unreadable: [] as readonly string[] };
    const imported = `arn:aws:secretsmanager:us-east-1:111122223333:secret:${text}`;
    const asked = confirmLocation(
      session,
      { ...rotator, function: { kind: 'absent' } } as Rotator,
      imported,
      { byHand: true },
    );
    await expect(asked).rejects.toMatchObject({
      fix: expect.stringMatching(
        / put-secret-value --secret-string file:\/\/FILE --secret-id SECRET$/,
      ),
    });
  });
});
