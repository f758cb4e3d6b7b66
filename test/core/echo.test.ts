import { describe, expect, it } from 'vitest';
import { echoes } from '../../core/echo.ts';

describe('echoes', () => {
  const secret = 'p8e-Zq7Kx2Lm9Vt4Rw1Yb8Nd3Hs5';

  it.each<[string, string, readonly string[]]>([
    ['an empty text', '', [secret]],
    ['a text when nothing secret was sent', 'invalid client', ['']],
    ['a text that repeats nothing', 'invalid client', [secret]],
  ])('clears %s', (_, text, secrets) => {
    expect(echoes(text, secrets)).toBe(false);
  });

  it('suspects a text that decodes to more than anybody would send', () => {
    expect(echoes('%2541&#66;\\u0043'.repeat(4_000), [secret])).toBe(true);
  });
});
