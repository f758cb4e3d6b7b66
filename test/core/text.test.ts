import { describe, expect, it } from 'vitest';
import { decodeText, isBinary, plainText } from '../../core/text.ts';
import { encodings } from '../support/credential-files.ts';

describe('decodeText', () => {
  it.each(Object.entries(encodings))('reads %s', (_, encode) => {
    expect(plainText(decodeText(encode('{"a": "b"}\n{}'))).replaceAll('\r', '')).toBe(
      '{"a": "b"}\n{}',
    );
  });

  it('shows bytes that are no text as U+FFFD', () => {
    expect(decodeText(Uint8Array.of(0x61, 0xe9))).toBe('a\uFFFD');
    expect(decodeText(new Uint8Array())).toBe('');
  });
});

describe('plainText', () => {
  it.each([
    ['a byte order mark', '\uFEFFtext'],
    ['a byte order mark that was read as Latin-1', '\u00EF\u00BB\u00BFtext'],
    ['NUL and white space at the end', 'text\r\n\0 \0'],
    ['UTF-16 that was read byte by byte', '\u00FF\u00FEt\0e\0x\0t\0'],
    ['UTF-16 that was read as UTF-8', '\uFFFD\uFFFD\0t\0e\0x\0t'],
  ])('removes %s', (_, text) => {
    expect(plainText(text)).toBe('text');
  });

  it('keeps a NUL within a text', () => {
    expect(plainText('some text\0 and more')).toBe('some text\0 and more');
  });
});

describe('isBinary', () => {
  it.each([
    ['text with one broken character', `a name with \uFFFD${'x'.repeat(40)}`, false],
    ['text with line breaks and tabs', 'a\tb\r\nc', false],
    ['nothing', '', false],
    ['a NUL', `${'x'.repeat(5_000)}\0`, true],
    ['many broken characters', 'a\uFFFDb', true],
    ['control characters', 'a\u0001b', true],
    ['DEL', 'a\u007Fb', true],
    ['ESC', 'a\u001Bb', true],
  ])('judges %s', (_, text, binary) => {
    expect(isBinary(text)).toBe(binary);
  });
});
