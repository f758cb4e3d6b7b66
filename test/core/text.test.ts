import { describe, expect, it } from 'vitest';
import { decodeText, isBinary, plainText } from '../../core/text.ts';
import { encodings } from '../support/credential-files.ts';

const byteOf = (character: string): number => character.charCodeAt(0);

/** Letters of UTF-16, byte by byte. */
const pairs = (count: number): readonly string[] => Array.from('a\0'.repeat(count));

describe('decodeText', () => {
  it.each(Object.entries(encodings))('reads %s', (_, encode) => {
    expect(plainText(decodeText(encode('{"a": "b"}\n{}'))).replaceAll('\r', '')).toBe(
      '{"a": "b"}\n{}',
    );
  });

  // Only ASCII has a zero in every other byte, by which UTF-16 is recognised without a mark.
  it.each([
    ['little-endian', [0xff, 0xfe, 0x3a, 0x04, 0x3b, 0x04], 'кл'],
    ['big-endian', [0xfe, 0xff, 0x04, 0x3a, 0x04, 0x3b], 'кл'],
    ['little-endian, without a mark', [0x61, 0, 0x62, 0, 0x63, 0], 'abc'],
    ['big-endian, without a mark', [0, 0x61, 0, 0x62, 0, 0x63], 'abc'],
  ])('reads UTF-16, %s', (_, bytes, text) => {
    expect(decodeText(Uint8Array.from(bytes))).toBe(text);
  });

  it.each([
    ['one byte of a mark', [0xff, 0x61], '\uFFFDa'],
    ['the other byte of a mark', [0x61, 0xfe], 'a\uFFFD'],
    ['the same of the other mark', [0xfe, 0x61], '\uFFFDa'],
    ['a byte that ends a mark', [0x61, 0xff], 'a\uFFFD'],
    ['NULs alone', [0, 0, 0, 0], '\0\0\0\0'],
    [
      'seven letters of UTF-16 in ten',
      [...pairs(7), ...'abcdef'].map(byteOf),
      `${'a\0'.repeat(7)}abcdef`,
    ],
  ])('takes for UTF-8 what has %s', (_, bytes, text) => {
    expect(decodeText(Uint8Array.from(bytes))).toBe(text);
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
    expect(plainText('a\0b\0c\0defg')).toBe('a\0b\0c\0defg');
  });

  it.each(['', ' \r\n\0'])('is empty where nothing is left of %j', (text) => {
    expect(plainText(text)).toBe('');
  });
});

describe('isBinary', () => {
  it.each([
    ['text with one broken character', `a name with \uFFFD${'x'.repeat(40)}`, false],
    ['text with line breaks and tabs', 'a\tb\r\nc', false],
    ['one broken character in twenty', `\uFFFD${'x'.repeat(19)}`, false],
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
