import { expect, it } from 'vitest';
import { Sensitive } from '../../core/sensitive.ts';

it('a secret shows nothing when it is printed, joined or serialised', () => {
  const secret = new Sensitive('p8e-secret');
  expect(`${secret}`).toBe('[redacted]');
  expect(JSON.stringify({ secret })).toBe('{"secret":"[redacted]"}');
  expect(Object.keys(secret)).toEqual([]);
  expect(secret.reveal()).toBe('p8e-secret');
});
