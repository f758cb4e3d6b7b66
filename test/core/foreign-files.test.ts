import { describe, expect, it } from 'vitest';
import { parseCredential } from '../../core/credential.ts';

const flat = { client_id: 'id', client_secret: 'p8e-x', scope: 'openid' };

const read = (text: string) => {
  const { clientSecrets, ...credential } = parseCredential(text);
  return { ...credential, clientSecrets: clientSecrets.map((secret) => secret.reveal()) };
};

const messageOf = (text: string): string => {
  try {
    read(text);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the text is a credential');
};

describe('the parts of a credential in a file of another tool', () => {
  it.each<[string, unknown]>([
    [
      'the parameters of Systems Manager',
      {
        Parameters: [
          { Name: '/adobe/client_id', Type: 'String', Value: 'id' },
          { Name: '/adobe/client_secret', Type: 'SecureString', Value: 'p8e-x' },
          { Name: '/adobe/scopes', Type: 'StringList', Value: 'openid' },
        ],
      },
    ],
    [
      'the outputs of Terraform',
      {
        adobe_client_id: { sensitive: false, type: 'string', value: 'id' },
        adobe_client_secret: { sensitive: true, type: 'string', value: 'p8e-x' },
        adobe_scopes: { sensitive: false, type: ['list', 'string'], value: ['openid'] },
      },
    ],
    [
      'the fields of a password manager',
      [
        { label: 'client id', value: 'id' },
        { label: 'client secret', value: 'p8e-x' },
        { label: 'scopes', value: 'openid' },
      ],
    ],
    [
      'the environment of a container',
      [{ Config: { Env: ['CLIENT_ID=id', 'CLIENT_SECRET=p8e-x', 'SCOPES=openid', 'PATH=/bin'] } }],
    ],
    ['quotes within quotes', { client_id: '"id"', client_secret: '"p8e-x"', scope: '"openid"' }],
    ['empty optional fields', { ...flat, org_id: '', ims_host: ' ' }],
  ])('are found in %s', (_, file) => {
    expect(read(JSON.stringify(file))).toEqual({
      clientId: 'id',
      clientSecrets: ['p8e-x'],
      scopes: ['openid'],
      imsHost: 'ims-na1.adobelogin.com',
    });
  });

  it('are not the disabled variables of a Postman environment', () => {
    const values = Object.entries(flat).map(([key, value]) => ({ key, value, enabled: true }));
    const old = { key: 'client_secret', value: 'p8e-old', enabled: false };
    expect(read(JSON.stringify({ values: [old, ...values] })).clientSecrets).toEqual(['p8e-x']);
  });

  it('do not include the scopes of another vendor', () => {
    const lines = 'CLIENT_ID=id\nCLIENT_SECRET=p8e-x\nGOOGLE_SCOPES=email\n';
    expect(messageOf(lines)).toContain('scope is missing');
  });

  it.each([
    'op://vault/adobe/secret',
    'vault:secret/data/adobe#secret',
    'arn:aws:secretsmanager:us-east-1:111122223333:secret:adobe',
    '@Microsoft.KeyVault(SecretUri=https://x.vault.azure.net/s)',
    'process.env.SECRET',
  ])('must not refer to a secret elsewhere: %s', (client_secret) => {
    expect(messageOf(JSON.stringify({ ...flat, client_secret }))).toContain(
      'client_secret only refers to a secret; put the value itself there',
    );
  });

  it.each([
    ['a quote that does not end', 'CLIENT_SECRET="p8e-x'],
    ['two texts of a shell side by side', `CLIENT_SECRET="p8e-"'x'`],
    ['the quotes of a raw text', 'CLIENT_SECRET=r"p8e-x"'],
    ['the comma of a list of settings', 'CLIENT_SECRET=p8e-x,'],
    ['a line that goes on', 'CLIENT_SECRET=p8e-x\\'],
    ['an organization with a quote that does not end', 'CLIENT_SECRET=p8e-x\nORG_ID="0@AdobeOrg'],
  ])('must not have the syntax of an .env file at an end: %s', (_, lines) => {
    expect(messageOf(`CLIENT_ID=id\nSCOPES=openid\n${lines}\n`)).toMatch(
      /(CLIENT_SECRET|ORG_ID) begins or ends with a quote, a comma or a backslash/,
    );
  });

  it.each([
    '$'.concat('{ADOBE_SECRET:-}'),
    '$'.concat('{PREFIX}-0123'),
    '{{ secret }}-x',
    '$(cat s)',
  ])('must not be computed from another variable: %s', (client_secret) => {
    expect(messageOf(JSON.stringify({ ...flat, client_secret }))).toContain(
      'client_secret is a placeholder; put the value itself there',
    );
  });

  it('must not be base64, or have the syntax of their file around them', () => {
    const client_secret = Buffer.from('p8e-x').toString('base64');
    expect(messageOf(JSON.stringify({ ...flat, client_secret }))).toContain(
      'client_secret is base64; put the decoded value there',
    );
    for (const client_id of ['id,', "'id", 'sensitive("id")', 'aWQ=']) {
      expect(messageOf(JSON.stringify({ ...flat, client_id }))).toContain(
        'client_id must be letters, digits and . _ - @ ~ +',
      );
    }
    for (const scope of ['openid%2CAdobeID', '[', "openid,'AdobeID'", 'openid;']) {
      expect(messageOf(JSON.stringify({ ...flat, scope }))).toContain(
        'must be letters, digits and . _ - : /',
      );
    }
  });
});
