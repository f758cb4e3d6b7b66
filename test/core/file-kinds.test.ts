import { expect, it } from 'vitest';
import { parseCredential } from '../../core/credential.ts';
import { content } from '../support/credential-files.ts';

const { clientId, secret } = content;
const both = { client_id: clientId, client_secret: secret };
const json = (value: unknown): string => JSON.stringify(value);

function messageOf(text: string): string {
  try {
    parseCredential(text);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the text is a credential');
}

it.each<[string, string, string]>([
  [
    'a JWT service credential of AEM',
    json({
      integration: {
        metascopes: 'ent_aem_cloud_api',
        technicalAccount: { clientId, clientSecret: secret },
        privateKey: '-----BEGIN',
      },
    }),
    'is a JWT service credential, which Adobe has ended',
  ],
  [
    'a JWT credential of the Console',
    json({ project: { workspace: { details: { credentials: [{ jwt: both }] } } } }),
    'is a JWT service credential',
  ],
  ['a JWT credential by its type', json({ integration_type: 'service', x: both }), 'is a JWT'],
  ['a private key in JSON', json({ private_key: 'y' }), 'is a JWT'],
  ['a private key without a client secret', json({ client_id: 'x', private_key: 'y' }), 'is a JWT'],
  [
    'a web app credential',
    json({ ...both, scope: 'openid', redirect_uri: 'https://x' }),
    'is a credential of an app that signs users in',
  ],
  [
    'a single-page app credential by its type',
    json({ integration_type: 'oauthsinglepageapp', ...both }),
    'is a credential of an app that signs users in',
  ],
  [
    'an app credential in lines',
    `WEB_CLIENT_ID=${clientId}\nWEB_CLIENT_SECRET=${secret}\nWEB_REDIRECT_URI=https://x\n`,
    'is a credential of an app that signs users in',
  ],
  [
    'an API key credential',
    json({ integration_type: 'apikey', api_key: { client_id: clientId } }),
    'is an API key credential, which has no client secret',
  ],
  [
    'a service account of Google',
    json({ type: 'service_account', private_key_id: 'x', private_key: 'y', client_id: '1' }),
    'is a Google service account key',
  ],
  ['a part of one', json({ type: 'service_account' }), 'is a Google service account key'],
  [
    'an OAuth client of Google',
    json({ web: { ...both, auth_provider_x509_cert_url: 'https://x', redirect_uris: [] } }),
    'is an OAuth client of Google',
  ],
  [
    'a service principal of Azure',
    json({ clientId, clientSecret: secret, subscriptionId: 'x', tenantId: 'y' }),
    'is a service principal of Azure',
  ],
  [
    'a service principal in lines',
    'AZURE_CLIENT_ID=0f8fad5b-d9cb-469f-a165-70867728950e\nAZURE_CLIENT_SECRET=x\nAZURE_TENANT_ID=y\n',
    'is a service principal of Azure',
  ],
  [
    'a credential of another vendor',
    'GITHUB_CLIENT_ID=x\nGITHUB_CLIENT_SECRET=y\n',
    'is a credential of another vendor, by its names',
  ],
  ['an app of Azure', json({ appId: 'x', password: 'y', tenant: 'z' }), 'is a service principal'],
  [
    'an access key of AWS',
    json({ AccessKey: { SecretAccessKey: 'x' } }),
    'is an access key of AWS',
  ],
  [
    'a profile of the AWS CLI',
    '[default]\naws_access_key_id = AKIA\naws_secret_access_key = x\n',
    'is an access key of AWS',
  ],
  [
    'a token secret of the rotator',
    json({ schema: 1, access_token: 'x', client_id: clientId, client_secret_version: 'y' }),
    'is the value of a token secret, which the rotator writes',
  ],
  [
    'a token response',
    json({ access_token: 'x', token_type: 'bearer', expires_in: 86_399 }),
    'is a response with an access token',
  ],
  [
    'another token response',
    json({ access_token: 'x', token_type: 'bearer' }),
    'is a response with',
  ],
  ['a rejection', json({ error: 'x', error_description: 'y' }), 'is an error response of IMS'],
  [
    'a project file that has no secret',
    json({ project: { workspace: { details: {} } } }),
    'is a project file of the Developer Console without the client secret',
  ],
  [
    'the API’s list of secrets',
    json({ client_id: clientId, client_secrets: [{ uuid: '11ed', created_at: '1' }] }),
    'lists client secrets without their values',
  ],
  [
    'a list of secrets',
    json([{ client_secrets: [{ uuid: 'x' }], list: [] }]),
    'lists client secrets',
  ],
  [
    'a Kubernetes Secret',
    json({ kind: 'Secret', data: { client_id: 'MDE=', client_secret: 'cDhl', scope: 'eA==' } }),
    'is a Kubernetes Secret, whose values are base64',
  ],
  ['a part of one', json({ kind: 'Secret', data: { x: 'MDE=' } }), 'is a Kubernetes Secret'],
  [
    'plain values in one',
    json({ kind: 'Secret', stringData: { client_id: 'x' } }),
    'has the fields kind',
  ],
  [
    'a file encrypted with SOPS',
    json({ data: 'ENC[x]', sops: {} }),
    'is encrypted; decrypt it first',
  ],
  [
    'a credential whose values are encrypted',
    json({
      client_id: 'ENC[AES256_GCM,x]',
      client_secret: 'ENC[AES256_GCM,y]',
      scope: 'a',
      sops: {},
    }),
    'is encrypted; decrypt it first',
  ],
  [
    'a sealed secret of Kubernetes',
    json({ spec: { encryptedData: { client_id: 'AgA', client_secret: 'AgB', scope: 'AgC' } } }),
    'is encrypted; decrypt it first',
  ],
  ['a vault of Ansible', '$ANSIBLE_VAULT;1.1;AES256\n6638\n', 'is encrypted; decrypt it first'],
  ['a file encrypted with age', '-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n', 'is encrypted'],
  [
    'a secret that holds bytes',
    json({ ARN: 'arn:aws:x', SecretBinary: 'eyJ9' }),
    'has the credential as base64, in SecretBinary; decode that: aws secretsmanager',
  ],
  [
    'any other JSON',
    json({ name: 'x', version: '1.0.0' }),
    'holds no credential in a known form; the value has the fields name, version',
  ],
  ['nothing', ' \n\0', 'is empty'],
  ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIE=\n', 'is a private key'],
  ['a certificate', '-----BEGIN CERTIFICATE-----\nMIIE=\n', 'is a certificate'],
  ['another PEM file', '-----BEGIN PGP MESSAGE-----\nMIIE=\n', 'is a key or a message in PEM form'],
  ['a web page', '<!DOCTYPE html><a href="x=y">Sign in</a>', 'is a web page'],
  ['XML', '<?xml version="1.0"?>\n<a/>', 'is XML'],
  ['a token', 'Bearer eyJhbGciOiJub25lIn0.eyJhIjoxfQ.', 'is a token'],
  ['a client secret alone', secret, 'is only a client secret'],
  ['a client id alone', clientId, 'is only a client id'],
  ['an address', 'https://developer.adobe.com/console', 'is an address'],
  ['typographic quotes', '{“client_id”: “x”}', 'has curly quotes'],
  [
    'JSON that is cut off',
    `{"client_id":"${clientId}","client_secr`,
    'looks like JSON, but is broken',
  ],
  ['a script', '#!/bin/sh\nCLIENT_ID=x\ncurl -d "client_id=$CLIENT_ID" https://x\n', 'is a script'],
  ['a manifest', 'apiVersion: v1\nkind: Secret\ndata:\n  a: b\n', 'is a Kubernetes manifest'],
  ['a fish script', `set -gx CLIENT_ID ${clientId}\n`, 'is a script or a command line'],
  [
    'the body of a request',
    `grant_type=client_credentials&client_id=${clientId}&client_secret=${secret}&scope=a`,
    'is the body of a request; give the credential as JSON',
  ],
  ['a spreadsheet', `Name,Client ID,Client Secret\nx,${clientId},${secret}\n`, 'is a table'],
  ['a row of one', `Client ID\t${clientId}\n`, 'is a table, or a part of one'],
  ['a list of PowerShell', `client_id     : ${clientId}\n`, 'is YAML, or text like it'],
  ['two values without names', `${clientId}\n${secret}\n`, 'is text of an unknown kind'],
  ['YAML', 'client_id: x\nclient_secret: y\n', 'is YAML, or text like it'],
  ['rows of a spreadsheet', 'Client ID,Client Secret,Scopes\nx,y,"openid,AdobeID"\n', 'is a table'],
  ['cells of a spreadsheet', 'Fusion\tx\ty\topenid,AdobeID\n', 'is a table'],
  ['prose with commas', 'Hi, here is it, as promised', 'is text of an unknown kind'],
  ['base64', Buffer.from(`${secret}${secret}ab`).toString('base64'), 'is base64, or one long word'],
  [
    'base64 in lines',
    `${'QUJD'.repeat(19)}\n${'QUJD'.repeat(19)}\nQUJDQUJDQUJDQUJD\n`,
    'is base64, or one long word',
  ],
  ['prose', 'this is the credential of the team', 'is text of an unknown kind'],
  ['an image', '\uFFFDPNG\r\n\u001A\n\0\0\0\rIHDR', 'is not text, but an image'],
  ['control characters', '\u0001\u0002\u0003abc', 'is not text, but an image'],
  ['JSON text of binary data', '"\\u0001\\u0002\\u0003=x"', 'is not text, but an image'],
])('an error says what a file is: %s', (_, text, message) => {
  const said = messageOf(text);
  expect(said).toContain(message);
  expect(said).not.toContain(secret);
});

it.each([
  ['a command line', 'curl https://ims-na1.adobelogin.com -d client_id=x'],
  ['YAML', 'client_id: x\nclient_secret: y\n'],
  ['a table', 'Client ID,Client Secret,Scopes\n'],
  ['a client secret alone', secret],
  ['a manifest', 'apiVersion: v1\nkind: Secret\ndata:\n  a: b\n'],
  ['prose', 'this is the credential of the team'],
])('an error about %s shows the lines to write instead', (_, text) => {
  expect(messageOf(text)).toContain('CLIENT_ID=…, CLIENT_SECRET=… and SCOPES=… of an .env file');
});

it('names fields in an error, but neither secrets in their place nor control characters', () => {
  const names = [secret, 'aB3dE5gH7jK9mN1pQ', 'qWeRtYuIoPaSdFgH', 'x'.repeat(70), 'bell\u0007'];
  const text = json(Object.fromEntries(names.map((name) => [name, 1])));
  expect(messageOf(text)).toContain(
    `has the fields (hidden), (hidden), (hidden), (hidden), bell?; a credential has`,
  );
  const long = json({ [`${'word-'.repeat(20)}`]: 1 });
  expect(messageOf(long)).toContain(`has the fields ${'word-'.repeat(12)}wor…; a`);
});

it('names at most 20 fields', () => {
  const names = Array.from({ length: 25 }, (_, index) => [`n${index}`, 1]);
  expect(messageOf(json(Object.fromEntries(names)))).toContain('n18, n19 and 5 more; a credential');
});

it.each([
  ['lists', '['.repeat(30_000)],
  ['closed lists', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
  ['objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
  ...['client_id', 'client_secret', 'scope', 'Scope'].map((name): [string, string] => [
    `lists in ${name}`,
    `{${json({ ...both, scope: 'openid' }).slice(1, -1)},"${name}":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
  ]),
  [
    'lists in a line',
    `CLIENT_ID=a\nCLIENT_SECRET=b\nSCOPE=${'['.repeat(30_000)}${']'.repeat(30_000)}`,
  ],
  ['quotes', 'A="\n'.repeat(15_000)],
  ['comments', '/*'.repeat(30_000)],
  ['words', 'aB'.repeat(30_000)],
  ['spaces', `A="${' '.repeat(60_000)}x`],
  [
    'keys',
    json(Object.fromEntries(Array.from({ length: 3_000 }, (_, at) => [`K${at}_SECRET`, at]))),
  ],
  [
    'a name of underscores',
    json({ A_CLIENT_ID: 'a', A_CLIENT_SECRET: 'b', [`AIO_ims_contexts_${'_'.repeat(60_000)}`]: 1 }),
  ],
  ['credentials', json(Array.from({ length: 1_500 }, () => ({ client_id: 'a', secret: 'b' })))],
])('a hostile text of 64 KiB is an error like any other: %s', (_, text) => {
  expect(() => parseCredential(text)).toThrow(
    expect.objectContaining({ code: 'ERR_CREDENTIAL_INVALID' }),
  );
});

it('keeps names of prototypes apart from the fields of a credential', () => {
  const hostile = `{"__proto__":{"client_id":"x"},"constructor":"y","client_secret":"z","scope":"s"}`;
  expect(parseCredential(hostile).clientId).toBe('x');
  expect(Object.hasOwn(Object.prototype, 'client_id')).toBe(false);
  const good = json({ ...both, scope: 'openid', constructor: 'x', toString: 'y' });
  expect(parseCredential(good).clientId).toBe(clientId);
});
