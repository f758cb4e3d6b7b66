import { describe, expect, it } from 'vitest';
import { decodingsOf } from '../../core/decodings.ts';
import { echoes, holdsWhole, longestText } from '../../core/echo.ts';

const secret = 'p8e-Zq7Kx2Lm9Vt4Rw1Yb8Nd3Hs5';

describe('echoes', () => {
  it.each<[string, string, readonly string[]]>([
    ['an empty text', '', [secret]],
    ['a text when nothing secret was sent', 'invalid client', ['']],
    ['a text that repeats nothing', 'invalid client', [secret]],
    ['a letter of the secret now and then', [...secret].join(' to-and-fro '), [secret]],
    ['a text of the greatest length', 'no '.repeat(333), [secret]],
  ])('clears %s', (_, text, secrets) => {
    expect(echoes(text, secrets)).toBe(false);
  });

  it.each<[string, string]>([
    ['is too long to be read', ' '.repeat(longestText + 1)],
    ['decodes to more than anybody would send', 'V'.repeat(1_000)],
    ['has an escape, however short it is', '%70%38e'],
    ['has an escape in what it decodes to', btoa('It is %70%38%65')],
    ['may have an escape, however short it is', 'R&D'],
    ['is not plain, however short it is', 'naïve'],
  ])('suspects a text that %s', (_, text) => {
    expect(echoes(text, [secret])).toBe(true);
  });
});

describe('a secret with other letters in between', () => {
  const sixteen = 'abcdefghijklmnop';
  const spread = (secret: string, between: string): string => [...secret].join(between);

  it.each<[string, string, string, boolean]>([
    ['7 between any two of 16', sixteen, 'qrstuvw', true],
    ['8 between any two of 16', sixteen, 'qrstuvwx', false],
    ['7 between any two of 15', sixteen.slice(1), 'qrstuvw', false],
  ])('has %s: %j is an echo: %j', (_, secret, between, isEcho) => {
    expect(echoes(spread(secret, between), [secret])).toBe(isEcho);
  });

  it('is found where all of its first 64 characters are, in their order', () => {
    const long = secret.slice(4).repeat(3);
    expect(echoes(spread(long.slice(0, 64), 'qq'), [long])).toBe(true);
    expect(echoes(spread(long.slice(0, 63), 'qq'), [long])).toBe(false);
    expect(echoes(spread([...sixteen].reverse().join(''), 'qqqqqqqqq'), [sixteen])).toBe(false);
  });
});

describe('holdsWhole', () => {
  const sixteen = 'Zq7Kx2Lm9Vt4Rw1Y';
  const encoded = (text: string): string => Buffer.from(text).toString('base64url');

  it.each<[string, string, string, boolean]>([
    ['it as it is', `a${sixteen}b`, sixteen, true],
    ['it in another case, with others between', 'ZQ7K-X2LM-9VT4-RW1Y', sixteen, true],
    ['it in base64', encoded(`--${sixteen}--`), sixteen, true],
    ['it in one part of a JWT', `e30.${encoded(`{"a":"${sixteen}"}`)}.c2ln`, sixteen, true],
    ['it in a part of four', `e30.${encoded(`{"a":"${sixteen}"}`)}.c2ln.x`, sixteen, true],
    ['one that is too short to be certain', sixteen.slice(1), sixteen.slice(1), false],
    ['all of it but the end', sixteen.slice(0, 15), sixteen, false],
  ])('finds %s', (_, token, secret, is) => {
    expect(holdsWhole(token, secret)).toBe(is);
  });
});

describe('decodingsOf', () => {
  it('is the text, what it decodes to, and the reverse of each', () => {
    expect(decodingsOf(btoa('client secret'))).toEqual(
      expect.arrayContaining(['Y2xpZW50IHNlY3JldA==', 'client secret', 'terces tneilc']),
    );
  });

  it('decodes what it decoded', () => {
    expect(decodingsOf(btoa(btoa(Buffer.from('client secret').toString('hex'))))).toContain(
      'client secret',
    );
  });

  it('finds letters of another form between the NUL bytes of UTF-16', () => {
    const fullWidth = Buffer.from('ｃｌｉｅｎｔｓｅｃｒｅｔ').toString('latin1');
    expect(decodingsOf(Buffer.from(fullWidth, 'utf16le').toString('base64'))).toContain(
      'clientsecret',
    );
  });

  // IMS decides what a token is made of. If each place were the beginning of a search, this would
  // take minutes, in which no other token is renewed.
  it('takes a long text without letters at once', () => {
    const text = btoa('-'.repeat(120_000));
    expect(decodingsOf(text)).toContain(text);
  });

  it('is undefined for a text that decodes to more than 10 times its length', () => {
    expect(decodingsOf('V'.repeat(1_000))).toBeUndefined();
  });
});
