import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCredential, understandCredential } from '../../core/credential.ts';
import { readPlainDocument } from '../../core/plain-document.ts';

const documented = {
  client_id: 'the-client',
  client_secret: 'p8e-Zq7Kx2Lm9Vt4Rw1Yb8Nd3Hs5',
  scope: 'openid,AdobeID',
};

const notes = { uuid: '3f2504e0-4f89', created_at: '2026-11-23T13:16:05Z', retired_at: '' };

describe('readPlainDocument', () => {
  it.each<[string, object]>([
    ['one secret and a scope', documented],
    ['all fields', { ...documented, org_id: 'A1@AdobeOrg', ims_host: 'ims-na1.adobelogin.com' }],
    ['a product', { client_id: 'the-client', client_secret: 'the-secret-0', product: 'firefly' }],
    [
      'lists, as put-credential stores them',
      {
        client_id: 'the-client',
        client_secrets: ['the-secret-0', { client_secret: 'the-secret-1', ...notes }],
        scopes: ['openid', 'AdobeID'],
      },
    ],
  ])('reads %s as the long way does', (_, fields) => {
    for (const indent of [0, 2]) {
      const document = JSON.stringify(fields, null, indent);
      expect(readPlainDocument(document)).toBeDefined();
      const settings = { product: 'workfront-fusion' };
      expect(parseCredential(document, settings)).toEqual(
        understandCredential(document, settings).credential,
      );
    }
  });

  it.each<[string, string]>([
    ['what is not JSON', 'CLIENT_ID=the-client'],
    ['a list', '[1]'],
    ['a name that is given twice', '{"client_id":"one","client_id":"two"}'],
    ['an escape', String.raw`{"client\u005fid":"one"}`],
    ['another field', JSON.stringify({ ...documented, name: 'fusion' })],
    ['a list in a text', JSON.stringify({ ...documented, scope: '["openid"]' })],
    ['the name of an environment', JSON.stringify({ ...documented, ims_host: 'prod' })],
    ['a list of clients', JSON.stringify({ ...documented, client_id: ['the-client'] })],
    ['an object in an object', JSON.stringify({ ...documented, client_secrets: [{ value: 's' }] })],
    [
      'an object in an entry',
      JSON.stringify({ client_id: 'c', client_secrets: [{ client_secret: 's', uuid: {} }] }),
    ],
    ...[
      { client_id: 'another' },
      { note: 'x' },
      { uuid: "{'client_id':'a','client_secret':'b'}" },
    ].map((notes): [string, string] => [
      `an entry with ${Object.keys(notes)}, which may be another credential`,
      JSON.stringify({ client_id: 'c', client_secrets: [{ client_secret: 's', ...notes }] }),
    ]),
    [
      'a list that spells out fields',
      JSON.stringify({ client_id: 'c', client_secrets: ['client_id=a', 'client_secret=b'] }),
    ],
    ['an object among the scopes', JSON.stringify({ scopes: [{ client_secret: 'the-secret' }] })],
    ['two fields for the secrets', JSON.stringify({ ...documented, client_secrets: ['s'] })],
    ['two fields for the scopes', JSON.stringify({ ...documented, scopes: ['openid'] })],
  ])('leaves %s to the long way', (_, document) => {
    expect(readPlainDocument(document)).toBeUndefined();
  });

  const texts = fc.constantFrom(
    ...['', ' ', 'the-client', 'p8e-Zq7Kx2Lm9Vt4Rw1Yb8Nd3Hs5', '0123456789abcdef0123456789abcdef'],
    ...['openid', 'openid,AdobeID', 'openid, AdobeID', 'openid  x', '[openid]', '["openid"]'],
    ...['A1@AdobeOrg', '12345', 'prod', 'stage', 'ims-na1.adobelogin.com', 'ims.example.com'],
    ...['https://ims-na1.adobelogin.com', 'firefly', 'no-product', 'your-secret', 'xxxxxxxx'],
    ...['cDhlLVpxN0t4', 'vault:x', 'a"b', 'ENC[x]', '$SECRET', '{"client_secret":"s"}', 'a,b', '-'],
    ...['client_id=a', 'client_secret=b'],
  );
  const notesOrNot = fc.dictionary(fc.constantFrom('uuid', 'client_id', 'api_key', 'value'), texts);
  const entries = fc
    .record({ client_secret: texts, notes: notesOrNot })
    .map(({ client_secret, notes: more }) => ({ client_secret, ...more }));
  const values = fc.oneof(
    { weight: 6, arbitrary: texts },
    fc.array(fc.oneof(texts, entries), { maxLength: 3 }),
    fc.constantFrom(null, 1, true, {}),
  );
  const names = fc.constantFrom(
    ...['client_id', 'client_secret', 'client_secrets', 'scope', 'scopes', 'org_id', 'ims_host'],
    ...['product', 'clientId', 'environment'],
  );

  it('finds whatever the long way finds, or nothing', () => {
    const outcome = (parse: () => unknown): unknown => {
      try {
        return parse();
      } catch (error) {
        return String(error);
      }
    };
    let short = 0;
    fc.assert(
      fc.property(fc.dictionary(names, values, { maxKeys: 6 }), fc.boolean(), (fields, isWhole) => {
        const document = JSON.stringify(isWhole ? { ...documented, ...fields } : fields);
        if (readPlainDocument(document) !== undefined) short += 1;
        expect(outcome(() => parseCredential(document, { product: 'firefly' }))).toEqual(
          outcome(() => understandCredential(document, { product: 'firefly' }).credential),
        );
      }),
      { numRuns: Number(process.env['RUNS'] ?? 1_000) },
    );
    expect(short).toBeGreaterThan(20);
  });
});
