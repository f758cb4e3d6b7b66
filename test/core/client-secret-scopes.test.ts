import { describe, expect, it } from 'vitest';
import { clientSecretScopes, scopesTagProblem } from '../../core/contract.ts';
import {
  parseCredential,
  type ScopeSettings,
  understandCredential,
} from '../../core/credential.ts';

const fields = { client_id: 'the-client', client_secret: 'p8e-Zq7Kx2Lm9Vt4Rw1Yb8Nd3Hs5' };
const all = ['openid', ...clientSecretScopes, 'adobeio_api'];

function problemsOf(document: object, settings?: ScopeSettings): unknown {
  try {
    return parseCredential(JSON.stringify(document), settings);
  } catch (error) {
    return (error as { readonly problems: unknown }).problems;
  }
}

describe('the scopes that manage client secrets', () => {
  it.each([
    ['a list', { ...fields, scopes: all }, {}],
    ['text', { ...fields, scope: all.join(' ') }, {}],
    [
      'a list in capitals',
      { ...fields, scopes: ['openid', 'Manage_Client_Secrets', 'adobeio_api'] },
      {},
    ],
    [
      'a project file',
      { project: { workspace: { details: { credentials: [fieldsOfFile()] } } } },
      {},
    ],
    ['the tag', fields, { scopes: all }],
  ])('are left out of %s', (_, document, settings) => {
    const text = JSON.stringify(document);
    expect(parseCredential(text, settings).scopes).toEqual(['openid', 'adobeio_api']);
    expect(understandCredential(text, settings).credential.scopes).toEqual([
      'openid',
      'adobeio_api',
    ]);
  });

  it('are not stored, and named as what is not used', () => {
    const document = JSON.stringify({ ...fields, scopes: all, note: 'mine' });
    const { normalised, unused } = understandCredential(document);
    expect(JSON.parse(normalised.reveal())).toMatchObject({ scopes: ['openid', 'adobeio_api'] });
    expect(unused).toEqual([
      'note',
      'the scope read_client_secret',
      'the scope manage_client_secrets',
    ]);
  });

  it('are not enough for a credential', () => {
    const message = 'has only scopes that manage client secrets, which no stored token may have';
    expect(problemsOf({ ...fields, scopes: clientSecretScopes })).toEqual([
      { field: 'scopes', message },
    ]);
    expect(problemsOf(fields, { scopes: ['manage_client_secrets'], product: 'firefly' })).toEqual([
      { field: 'tag scopes', message },
    ]);
  });
});

describe('the scopes of a tag', () => {
  it.each([
    'openid+read_client_secret',
    'openid=manage_client_secrets',
    '@manage_client_secrets',
    'openid;read_client_secret',
  ])('are refused as those of a value are: %s', (scope) => {
    const message = 'must be letters, digits and . _ - : /';
    const scopes = ['openid', scope];
    expect(problemsOf(fields, { scopes })).toEqual([{ field: 'tag scopes', message }]);
    expect(problemsOf({ ...fields, scopes })).toEqual([{ field: 'scopes[1]', message }]);
    expect(scopesTagProblem(scopes)).toContain(`holds "${scope}"`);
  });
});

/** As the Developer Console lists a credential of a project. */
function fieldsOfFile(): object {
  const { client_id, client_secret } = fields;
  return {
    integration_type: 'oauth_server_to_server',
    oauth_server_to_server: { client_id, client_secrets: [client_secret], scopes: all },
  };
}
