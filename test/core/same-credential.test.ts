import { describe, expect, it } from 'vitest';
import { parseCredential } from '../../core/credential.ts';
import { isSameCredential } from '../../core/same-credential.ts';

const parse = (overrides: object) =>
  parseCredential(
    JSON.stringify({ client_id: 'id', client_secrets: ['a', 'b'], scope: 'x,y', ...overrides }),
  );

describe('isSameCredential', () => {
  it.each<[string, object, boolean]>([
    ['the same content', {}, true],
    ['secrets and scopes in another order', { client_secrets: ['b', 'a'], scope: 'y x' }, true],
    ['another client', { client_id: 'other' }, false],
    ['another secret', { client_secrets: ['a', 'c'] }, false],
    ['a secret more', { client_secrets: ['a', 'b', 'c'] }, false],
    ['another scope', { scope: 'x' }, false],
    ['an organisation', { org_id: '1@AdobeOrg' }, false],
    ['another host', { ims_host: 'ims-na1-stg1.adobelogin.com' }, false],
  ])('compares with %s', (_, overrides, same) => {
    expect(isSameCredential(parse({}), parse(overrides))).toBe(same);
  });
});
