import { describe, expect, it } from 'vitest';
import { understandCredential } from '../../core/credential.ts';
import { epochSeconds } from '../../core/instant.ts';
import {
  hasRoomFor,
  holdsSecret,
  isSuccessorOf,
  rotatedDocument,
  type Successor,
} from '../../core/rotated-document.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { now } from '../support/builders.ts';

const stored = {
  client_id: 'the-client-id',
  client_secrets: ['p8e-first', { client_secret: 'p8e-second', uuid: 'two' }],
  scopes: ['openid', 'AdobeID'],
  org_id: '7E7B5C8E@AdobeOrg',
  ims_host: 'ims-na1.adobelogin.com',
  credential_id: '451234',
  console_org_id: '23294',
};

const understand = (document: object) => understandCredential(JSON.stringify(document));

const successor = (overrides: Partial<Successor> = {}): Successor => ({
  added: { uuid: 'three', createdAt: epochSeconds(now - 1), secret: new Sensitive('p8e-third') },
  position: 1,
  uuid: 'one',
  uuids: new Set(['one', 'two']),
  now,
  ...overrides,
});

const rotate = (document: object, overrides: Partial<Successor> = {}): Record<string, unknown> =>
  JSON.parse(rotatedDocument(understand(document), successor(overrides)).reveal());

const third = {
  client_secret: 'p8e-third',
  uuid: 'three',
  created_at: '2026-11-22T11:59:59Z',
};
const retired_at = '2026-11-22T12:00:00Z';

it.each(['p8e-second', '..', 'one two', 'x'.repeat(65), ''])(
  'a note of the uuid that is none (%j) is not taken for one, since it would get into a tag',
  (uuid) => {
    const client_secrets = [{ client_secret: 'p8e-first', uuid, created_at: 'x' }];
    const { entries } = understand({ ...stored, client_secrets });
    expect(entries).toMatchObject([{ uuid: undefined, createdAt: 'x' }]);
  },
);

describe('a rotated document', () => {
  it('has the new secret first, then the one in use, then the others', () => {
    expect(rotate(stored)).toEqual({
      ...stored,
      client_secrets: [
        third,
        { client_secret: 'p8e-first', uuid: 'one', retired_at },
        { client_secret: 'p8e-second', uuid: 'two' },
      ],
    });
  });

  it('leaves out what was retired before, unless it is that which is in use', () => {
    const retired = {
      client_secret: 'p8e-second',
      uuid: 'two',
      retired_at: '2026-10-01T00:00:00Z',
    };
    const document = { ...stored, client_secrets: ['p8e-first', retired] };
    expect(rotate(document)['client_secrets']).toEqual([
      third,
      { client_secret: 'p8e-first', uuid: 'one', retired_at },
    ]);
    expect(rotate(document, { position: 2, uuid: 'two' })['client_secrets']).toEqual([
      third,
      { ...retired, retired_at },
      'p8e-first',
    ]);
  });

  it('retires what is gone at Adobe, behind what may still be there', () => {
    const gone = { client_secret: 'p8e-gone', uuid: 'zero', created_at: 'x' };
    const document = { ...stored, client_secrets: ['p8e-first', gone, 'p8e-second'] };
    const rotated = rotate(document);
    expect(rotated['client_secrets']).toEqual([
      third,
      { client_secret: 'p8e-first', uuid: 'one', retired_at },
      'p8e-second',
      { ...gone, retired_at },
    ]);
    expect(isSuccessorOf(understand(rotated), understand(document))).toBe(true);
    const next = { added: { ...successor().added, secret: new Sensitive('p8e-fourth') } };
    expect(JSON.stringify(rotate(rotated, next))).not.toContain('p8e-gone');
  });

  it.each([
    ['may have ten secrets', 9, 1, true],
    ['has no room for an eleventh', 10, 1, false],
    ['has room if one was retired before', 10, 2, true],
  ])('%s', (_, count, position, expected) => {
    const plain = Array.from({ length: count - 1 }, (__, index) => `p8e-${index}`);
    const retired = { client_secret: 'p8e-old', retired_at };
    const first = position === 2 ? retired : 'p8e-old';
    const document = understand({ ...stored, client_secrets: [first, ...plain] });
    expect(hasRoomFor(document, position)).toBe(expected);
    const make = () => JSON.parse(rotatedDocument(document, successor({ position })).reveal());
    if (expected) expect(understand(make()).entries).toHaveLength(10);
    else expect(() => understand(make())).toThrow('at most 10 secrets');
  });

  it('keeps a product instead of scopes, and what is noted of the secret in use', () => {
    const document = {
      ...stored,
      scopes: undefined,
      product: 'firefly',
      client_secrets: [{ client_secret: 'p8e-first', created_at: '1682448485000' }],
    };
    expect(rotate(document, { uuid: undefined })).toMatchObject({
      product: 'firefly',
      client_secrets: [
        third,
        { client_secret: 'p8e-first', created_at: '1682448485000', retired_at },
      ],
    });
    expect(rotate(document)).not.toHaveProperty('scopes');
  });

  it('holds the new secret alone for a position that no secret has', () => {
    const document = { ...stored, client_secrets: [] as unknown[], client_secret: 'p8e-first' };
    expect(rotate({ ...document, client_secrets: undefined }, { position: 9 })).toMatchObject({
      client_secrets: [third, 'p8e-first'],
    });
  });

  it('shows no secret when it is printed', () => {
    expect(`${rotatedDocument(understand(stored), successor())}`).not.toContain('p8e-third');
  });
});

describe('a pending credential', () => {
  const current = understand(stored);
  const pending = (document: object, overrides: Partial<Successor> = {}) =>
    understand(rotate(document, overrides));

  it('is the successor of the one that it was made from', () => {
    expect(isSuccessorOf(pending(stored), current)).toBe(true);
    const sorted = { ...stored, scopes: [...stored.scopes].reverse() };
    expect(isSuccessorOf(pending(stored), understand(sorted))).toBe(true);
  });

  it.each<[string, object]>([
    ['another client', { client_id: 'another' }],
    ['other scopes', { scopes: ['openid'] }],
    ['another organisation', { org_id: undefined }],
    ['another host', { ims_host: 'ims-na1-stg1.adobelogin.com' }],
    ['another credential in the Console', { credential_id: '1' }],
    ['another number in the Console', { console_org_id: '1' }],
    ['a secret more', { client_secrets: [...stored.client_secrets, 'p8e-fourth'] }],
    ['a secret less, as after a leak', { client_secrets: ['p8e-second'] }],
  ])('is no successor of a credential with %s', (_, change) => {
    expect(isSuccessorOf(pending(stored), understand({ ...stored, ...change }))).toBe(false);
  });

  it('may have left out a secret that was retired before', () => {
    const retired = { client_secret: 'p8e-second', retired_at: '2026-10-01T00:00:00Z' };
    const document = { ...stored, client_secrets: ['p8e-first', retired] };
    expect(isSuccessorOf(pending(document), understand(document))).toBe(true);
  });

  it('is known by its new secret', () => {
    const [added] = pending(stored).entries;
    expect(added && holdsSecret(current, added)).toBe(false);
    expect(added && holdsSecret(pending(stored), added)).toBe(true);
  });
});
