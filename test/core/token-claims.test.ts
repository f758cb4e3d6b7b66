import { describe, expect, it } from 'vitest';
import { claimedClient } from '../../core/token-claims.ts';

const jwt = (payload: string): string => `e30.${Buffer.from(payload).toString('base64url')}.c2ln`;

describe("an access token's claim of its client", () => {
  it.each([
    ['a token of a client', jwt('{"client_id":"fusion-id"}'), 'fusion-id'],
    ['a token without the claim', jwt('{}'), undefined],
    ['a token whose claims are no JSON', jwt('{'), undefined],
    ['a token whose payload needs all of its alphabet', jwt('{"client_id":"?>~ÿ>>?"}'), '?>~Ã¿>>?'],
    ['an opaque token', 'opaque', undefined],
    ['a token without a signature', jwt('{"client_id":"x"}').replace(/\.c2ln$/, ''), undefined],
  ])('is read from %s', (_, token, expected) => {
    expect(claimedClient(token)).toBe(expected);
  });
});
