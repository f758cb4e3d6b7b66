import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { productScopes } from '../../core/contract.ts';
import { parseCredential, type ScopeSettings } from '../../core/credential.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');

const plain = (document: unknown, settings?: ScopeSettings) => {
  const { clientSecrets, ...rest } = parseCredential(
    typeof document === 'string' ? document : JSON.stringify(document),
    settings,
  );
  return { ...rest, clientSecrets: clientSecrets.map((secret) => secret.reveal()) };
};

const full = {
  clientId: 'the-client-id',
  clientSecrets: ['the-secret'],
  scopes: ['openid', 'AdobeID'],
  orgId: 'ORG@AdobeOrg',
  imsHost: 'ims-na1-stg1.adobelogin.com',
};

describe('parseCredential', () => {
  it.each<[string, object]>([
    [
      'lower-case names',
      {
        client_id: 'the-client-id',
        client_secret: 'the-secret',
        scope: 'openid,AdobeID',
        org_id: 'ORG@AdobeOrg',
        ims_host: 'ims-na1-stg1.adobelogin.com',
      },
    ],
    [
      'the upper-case names of Adobe’s tools',
      {
        CLIENT_ID: 'the-client-id',
        CLIENT_SECRETS: ['the-secret'],
        SCOPES: ['openid', 'AdobeID'],
        ORG_ID: 'ORG@AdobeOrg',
        IMS_HOST: 'ims-na1-stg1.adobelogin.com',
      },
    ],
    [
      'lists as JSON text, as in an .env file',
      {
        CLIENT_ID: 'the-client-id',
        CLIENT_SECRETS: '["the-secret"]',
        SCOPES: '["openid", "AdobeID"]',
        ORG_ID: 'ORG@AdobeOrg',
        ims_host: 'ims-na1-stg1.adobelogin.com',
      },
    ],
    [
      'secrets as objects, and unknown fields',
      {
        client_id: 'the-client-id',
        client_secrets: [
          { client_secret: 'the-secret', uuid: '11ed', created_at: '2026-11-22T00:00:00Z' },
        ],
        scopes: ['openid', 'AdobeID'],
        org_id: 'ORG@AdobeOrg',
        ims_host: 'ims-na1-stg1.adobelogin.com',
        comment: 'from the runbook',
      },
    ],
    [
      'stray spaces, repeated scopes, and null for what is missing',
      {
        client_id: ' the-client-id\n',
        client_secret: 'the-secret ',
        client_secrets: null,
        scope: ' openid , AdobeID,\n openid',
        org_id: 'ORG@AdobeOrg',
        ims_host: 'ims-na1-stg1.adobelogin.com',
      },
    ],
  ])('understands %s', (_, document) => {
    expect(plain(document)).toEqual(full);
  });

  it('understands the Developer Console’s project download', () => {
    expect(plain(fixture('console-project.json'))).toEqual({
      clientId: '0f2b6c7d8e9f4a1b8c2d3e4f5a6b7c8d',
      clientSecrets: ['p8e-ConsoleProjectSecret0001'],
      scopes: ['openid', 'AdobeID', 'profile', 'additional_info.projectedProductContext'],
      orgId: '7E7B5C8E5E4F0A2B0A495C8D@AdobeOrg',
      imsHost: 'ims-na1.adobelogin.com',
      credentialId: '451234',
      consoleOrgId: '23294',
    });
  });

  it.each([
    ['as fields', { credential_id: '451234', console_org_id: '23294' }],
    ['as numbers', { credential_id: 451_234, console_org_id: 23_294 }],
    ['in upper case', { CREDENTIAL_ID: '451234', CONSOLE_ORG_ID: ' 23294 ' }],
  ])('reads the ids that the Console has for a credential %s', (_, ids) => {
    const document = { client_id: 'the-client', client_secret: 'the-secret', scope: 'openid' };
    expect(plain(JSON.stringify({ ...document, ...ids }))).toMatchObject({
      credentialId: '451234',
      consoleOrgId: '23294',
    });
  });

  it('reads the id of a credential whose file names no organisation', () => {
    const oauth_server_to_server = {
      client_id: 'the-client',
      client_secrets: ['the-secret'],
      scopes: ['openid'],
    };
    const found = plain(JSON.stringify({ id: '451234', oauth_server_to_server }));
    expect(found).toMatchObject({ credentialId: '451234', consoleOrgId: undefined });
  });

  it('lists what is wrong with the ids of the Console', () => {
    const document = { client_id: 'the-client', client_secret: 'the-secret', scope: 'openid' };
    const ids = { credential_id: '../451234', console_org_id: '1@AdobeOrg' };
    expect(() => plain(JSON.stringify({ ...document, ...ids }))).toThrow(
      /credential_id must be letters, digits, _ and -.*console_org_id must be the number/,
    );
  });

  it('understands the AEM as a Cloud Service form', () => {
    expect(plain(fixture('aem-service.json'))).toEqual({
      clientId: 'cm-p12345-e67890-integration-0',
      clientSecrets: ['p8e-AemServiceSecret000001'],
      scopes: ['AdobeID', 'openid', 'aem.frontend.all'],
      orgId: '7E7B5C8E5E4F0A2B0A495C8D@AdobeOrg',
      imsHost: 'ims-na1.adobelogin.com',
    });
  });

  it('keeps several secrets in order, each once', () => {
    const document = {
      client_id: 'id',
      client_secret: 'b',
      client_secrets: ['a', 'b'],
      scope: 's',
    };
    expect(plain(document).clientSecrets).toEqual(['b', 'a']);
  });

  it('has the default host, and no organisation, if neither is given', () => {
    expect(plain({ client_id: 'id', client_secret: 's', scope: 'openid' })).toEqual({
      clientId: 'id',
      clientSecrets: ['s'],
      scopes: ['openid'],
      imsHost: 'ims-na1.adobelogin.com',
    });
  });

  const bare = { client_id: 'id', client_secret: 's' };
  const fusion = [...productScopes['workfront-fusion']];
  const firefly = [...productScopes.firefly];

  it.each<[string, object, ScopeSettings, readonly string[]]>([
    ['its own scopes', { ...bare, scope: 'own' }, { scopes: ['tag'], product: 'firefly' }, ['own']],
    ['the scopes tag', { ...bare, product: 'firefly' }, { scopes: ['tag'] }, ['tag']],
    ['its own product', { ...bare, product: 'firefly' }, { product: 'workfront-fusion' }, firefly],
    ['the product tag', bare, { product: 'workfront-fusion' }, fusion],
  ])('prefers %s', (_, document, settings, scopes) => {
    expect(plain(document, settings).scopes).toEqual(scopes);
  });

  it.each<[string, unknown, string]>([
    ['a line with too little', 'client_id=x', 'client_secret is missing; scope is missing'],
    ['an array', '["x"]', 'the value has no fields; a credential has client_id'],
    ['a bare string', '"p8e-secret"', 'the value is only a client secret'],
    [
      'an empty object',
      {},
      'the value has no fields; a credential has client_id, client_secret and scope',
    ],
    [
      'wrong types',
      { client_id: 7, client_secrets: [8, {}], scopes: [9], org_id: [1], ims_host: 1, product: 2 },
      'client_id must be a string; client_secrets[0] must be a string; ' +
        'client_secrets[1] is missing; scopes[0] must be a string; ' +
        'org_id must be a string; ims_host must be a string',
    ],
    [
      'empty and unprintable parts',
      { client_id: '  ', CLIENT_SECRETS: ['a b'], scope: 'open"id' },
      'client_id is empty; CLIENT_SECRETS[0] must be printable ASCII without spaces; ' +
        'scope[0] must be letters, digits and . _ - : /',
    ],
    [
      'one of several secrets',
      { client_id: 'id', client_secret: 'a b', client_secrets: ['good', 'c d'], scope: 's' },
      ': client_secret must be printable ASCII without spaces; ' +
        'client_secrets[1] must be printable ASCII without spaces',
    ],
    [
      'a host name that no resolver accepts',
      {
        client_id: 'id',
        client_secret: 's',
        scope: 's',
        ims_host: `${'a.'.repeat(120)}adobelogin.com`,
      },
      'ims_host must be at most 253 characters',
    ],
    [
      'a host name that only contains that of IMS',
      {
        client_id: 'id',
        client_secret: 's',
        scope: 's',
        ims_host: 'x.adobelogin.com.evil.example',
      },
      'ims_host must be a host name under .adobelogin.com, without https:// and path',
    ],
    [
      'a broken list in a string',
      { client_id: 'id', client_secrets: '["a', scope: 's', ims_host: 'https://ims.example.com' },
      'ims_host must be a host name under .adobelogin.com, without https:// and path',
    ],
    [
      'values that are too long',
      {
        client_id: 'i'.repeat(257),
        client_secrets: Array.from({ length: 11 }, (_, index) => `s${index}`),
        scopes: Array.from({ length: 201 }, (_, index) => `s${index}`),
      },
      'client_id must be at most 256 characters; client_secrets must be at most 10 secrets; ' +
        'scopes must be at most 200 scopes',
    ],
    [
      'an unknown product',
      { ...bare, product: 'constructor' },
      'product must be one of workfront-fusion,',
    ],
    [
      'a product that is not a string',
      { ...bare, product: 2 },
      ': product must be one of workfront-fusion,',
    ],
    [
      'a project without such a credential',
      { project: { workspace: { details: { credentials: [null, { api_key: {} }] } } } },
      'the value is a project file of the Developer Console without the client secret',
    ],
    [
      'an incomplete project',
      { project: {} },
      'the value has the fields project; a credential has',
    ],
    [
      'a project whose secret was never retrieved',
      {
        project: {
          workspace: {
            details: { credentials: [{ oauth_server_to_server: { client_id: 'a', scopes: 's' } }] },
          },
        },
      },
      'project.workspace.details.credentials[0].oauth_server_to_server.client_secret is missing; ' +
        'the value is a project file of the Developer Console without the client secret',
    ],
    [
      'a client id and a client secret that are swapped, with quotes around them',
      { ...bare, client_id: '"p8e-x"', client_secret: '"id"', scope: 's' },
      ': client_id is a client secret: the two are swapped',
    ],
    [
      'a swap that only the forms of the two show',
      { ...bare, client_id: 'h7Gq2mZx9TfLk4Wp', client_secret: 'ab'.repeat(16), scope: 's' },
      ': client_id looks like a client secret, and the client secret like a client id: the two are',
    ],
    [
      'a client secret in the place of what is shown',
      { ...bare, client_secret: 'x', scope: 'openid p8e-x', org_id: 'p8e-x' },
      ': scope[1] holds a client secret; org_id holds a client secret',
    ],
  ])('lists the problems of %s', (_, document, message) => {
    expect(() => plain(document)).toThrow(
      expect.objectContaining({
        code: 'ERR_CREDENTIAL_INVALID',
        message: expect.stringContaining(message),
      }),
    );
  });

  it.each(['{"client_secret": "first", ', '{"org_id": {"a": "\\"{"}, "client_secret": "first", '])(
    'does not choose between two values of one name: %s',
    (start) => {
      const document = `${start}"client_id": "id", "client_secret": "second", "scope": "s"}`;
      expect(() => parseCredential(document)).toThrow(
        expect.objectContaining({
          code: 'ERR_CREDENTIAL_INVALID',
          message: expect.stringMatching(/: client_secret is given twice, with different values$/),
        }),
      );
    },
  );

  it('accepts a name that is given twice with one value', () => {
    const document =
      '{"client_id": "id", "client_id": "id", "client_secret": "secret", "scope": "s"}';
    expect(parseCredential(document).clientId).toBe('id');
  });

  it('names the tag when its product is unknown', () => {
    expect(() => plain(bare, { product: 'frusion' })).toThrow('tag product must be one of');
  });

  it.each([
    ['scope', 30_000],
    ['client_secrets', 21],
  ])('lists twenty problems of %s, and says how many there are', (field, count) => {
    const document = { ...bare, client_secret: 'p8e-1', scope: 's', [field]: Array(count).fill(1) };
    const listed = Array.from({ length: 20 }, (_, at) => `${field}[${at}] must be a string`);
    const further = field === 'scope' ? 29_980 : 1;
    expect(() => plain(document)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(
          new RegExp(
            `${listed.join('; ').replaceAll(/[[\]]/g, '\\$&')}; the value has further problems: ${further}$`,
          ),
        ),
      }),
    );
  });

  it('shows no value in an error, and no secret when printed', () => {
    const secret = 'p8e-VerySecretValue 0001';
    const document = { client_id: secret, client_secrets: [secret, 5], ims_host: secret };
    expect(() => plain(document)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('VerySecret') }),
    );
    const credential = parseCredential(
      JSON.stringify({ ...bare, client_secret: 'p8e-1', scope: 's' }),
    );
    const shown = `${inspect(credential, { depth: 9, showHidden: true })}${JSON.stringify(credential)}${credential.clientSecrets[0]}`;
    expect(shown).toContain('[redacted]');
    expect(shown).not.toContain('p8e-1');
  });
});
