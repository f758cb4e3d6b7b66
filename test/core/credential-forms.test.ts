import { describe, expect, it } from 'vitest';
import { understandCredential } from '../../core/credential.ts';
import { decodeText } from '../../core/text.ts';
import { content, encodings, filesOf } from '../support/credential-files.ts';

const files = filesOf(content);

const read = (text: string, choice?: string) => {
  const understood = understandCredential(text, {}, choice);
  const { credential, normalised, form, name, unused } = understood;
  const about = { form, name, unused };
  const clientSecrets = credential.clientSecrets.map((secret) => secret.reveal());
  return { credential: { ...credential, clientSecrets }, normalised: normalised.reveal(), about };
};

const messageOf = (text: string, choice?: string): string => {
  try {
    read(text, choice);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the text is a credential');
};

const expected = {
  clientId: content.clientId,
  clientSecrets: [content.secret],
  scopes: content.scopes,
  orgId: content.orgId,
  imsHost: 'ims-na1.adobelogin.com',
};

const documented = {
  client_id: content.clientId,
  client_secrets: [content.secret],
  scopes: content.scopes,
  org_id: content.orgId,
  ims_host: 'ims-na1.adobelogin.com',
};

/** What the Console's files say beside the credential itself. */
const consoleIdsIn = (text: string): { credentialId?: string; consoleOrgId?: string } => {
  const credential = text.includes('451234') ? { credentialId: '451234' } : {};
  const isProject = text.includes('451234') && text.includes('23294');
  return { ...credential, ...(isProject ? { consoleOrgId: '23294' } : {}) };
};

describe('a credential file', () => {
  it.each(Object.entries(files))('is understood in the form: %s', (_, text) => {
    expect(read(text).credential).toEqual({ ...expected, ...consoleIdsIn(text) });
    const { credentialId: credential_id, consoleOrgId: console_org_id } = consoleIdsIn(text);
    const ids = JSON.parse(JSON.stringify({ credential_id, console_org_id }));
    expect(JSON.parse(read(text).normalised)).toEqual({ ...documented, ...ids });
  });

  it.each(Object.entries(files))('means the same when it is stored normalised: %s', (_, text) => {
    expect(read(read(text).normalised).credential).toEqual({ ...expected, ...consoleIdsIn(text) });
  });

  it.each(Object.entries(encodings))('is understood in every form as %s', (_, encode) => {
    for (const text of Object.values(files)) {
      const wanted = { ...expected, ...consoleIdsIn(text) };
      expect(read(decodeText(encode(text))).credential).toEqual(wanted);
    }
  });

  it.each<[string, string, string, string | undefined]>([
    [
      'the project file of the Console',
      "the Developer Console's project file",
      'technical_account_email',
      'Credential in Fusion automation - Production',
    ],
    ['the Postman environment of the Console', 'a Postman environment', '', 'Fusion - Production'],
    [
      'a credential of the Console API',
      'a credential of the Console API',
      'technical_account_email',
      'Credential in Fusion automation - Production',
    ],
    [
      'the configuration of the CLI',
      "a context of Adobe's CLI",
      'technical_account_email, oauth_enabled, $current',
      'fusion',
    ],
    ['the AEM service credential', 'an AEM service credential', 'revoked', undefined],
    [
      'an .env file with a prefix',
      'lines of an .env file',
      'PORT, SESSION_SECRET',
      'FIREFLY_SERVICES',
    ],
    ['an .env file of App Builder', "a context of Adobe's CLI", '', 'Credential_in_Fusion_-_Stage'],
    ['the answer of get-secret-value', 'a JSON object', '', undefined],
  ])('is described with its form, name and unused fields: %s', (file, form, unused, name) => {
    expect(read(files[file] ?? '').about).toEqual({
      form,
      unused: unused === '' ? [] : unused.split(', '),
      name,
    });
  });

  it('lists at most 20 unused fields', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `OTHER_${index}=x`).join('\n');
    const { unused } = read(`${files['lines of an .env file']}${lines}`).about;
    expect(unused).toHaveLength(21);
    expect(unused.at(-1)).toBe('and 10 more');
  });
});

describe('the parts of a credential file', () => {
  const flat = { client_id: 'id', client_secret: 'p8e-x', scope: 'openid' };

  it.each<[string, object, string]>([
    ['environment: stage', { environment: 'stage' }, 'ims-na1-stg1.adobelogin.com'],
    ['imsEnv: STG', { imsEnv: 'STG' }, 'ims-na1-stg1.adobelogin.com'],
    ['IMS: a host', { IMS: 'ims-na1-stg1.adobelogin.com' }, 'ims-na1-stg1.adobelogin.com'],
    ['IMS: prod', { IMS: 'prod' }, 'ims-na1.adobelogin.com'],
    [
      'a token URL',
      { tokenUrl: 'https://IMS-na1-stg1.adobelogin.com:443/ims/token/v3' },
      'ims-na1-stg1.adobelogin.com',
    ],
    ['an environment that Adobe does not have', { environment: 'dev' }, 'ims-na1.adobelogin.com'],
    ['an environment that is no text', { environment: 1 }, 'ims-na1.adobelogin.com'],
  ])('choose the host by %s', (_, fields, host) => {
    expect(read(JSON.stringify({ ...flat, ...fields })).credential.imsHost).toBe(host);
  });

  it('leave an environment that Adobe does not have unused, and say so', () => {
    expect(read(JSON.stringify({ ...flat, environment: 'dev' })).about.unused).toEqual([
      'environment',
    ]);
  });

  it('take the id of IMS for the organisation, not the number of the Console or a name', () => {
    const organisations = {
      org_id: 23_294,
      orgId: '23294',
      org: 'Example Corp',
      imsOrg: 'A@AdobeOrg',
    };
    const { credential, about } = read(JSON.stringify({ ...flat, ...organisations }));
    expect(credential.orgId).toBe('A@AdobeOrg');
    expect(about.unused).toEqual(['org_id', 'orgId', 'org']);
  });

  it('come from the closest fields, and from those around for what is missing', () => {
    const nested = {
      scopes: ['around'],
      org_id: 'A@AdobeOrg',
      inner: { ...flat, org_id: 'B@AdobeOrg' },
    };
    const { credential, about } = read(JSON.stringify(nested));
    expect(credential).toMatchObject({ scopes: ['openid'], orgId: 'B@AdobeOrg' });
    expect(about).toMatchObject({ name: 'inner', unused: ['org_id'] });
    const split = { client_id: 'id', scope: 'openid', keys: { client_secret: 'p8e-x' } };
    expect(read(JSON.stringify(split)).credential).toMatchObject({ clientId: 'id' });
  });

  it('may have different beginnings in a file with one credential only', () => {
    const { credential } = read('ADOBE_API_KEY=id\nIMS_CLIENT_SECRET=p8e-x\nMY_SCOPES=openid\n');
    expect(credential).toMatchObject({
      clientId: 'id',
      clientSecrets: ['p8e-x'],
      scopes: ['openid'],
    });
  });

  it('may be shared by several credentials of a file', () => {
    const text =
      'SCOPES=openid\nAPP_ORG_ID=A@AdobeOrg\nAPP_ONE_CLIENT_ID=1\nAPP_ONE_CLIENT_SECRET=p8e-1\n' +
      'APP_TWO_CLIENT_ID=2\nAPP_TWO_CLIENT_SECRET=p8e-2\n';
    expect(read(text, 'APP_TWO').credential).toMatchObject({
      clientId: '2',
      scopes: ['openid'],
      orgId: 'A@AdobeOrg',
    });
    const shared = 'CLIENT_ID=id\nSCOPE=openid\nA_CLIENT_SECRET=p8e-1\nB_CLIENT_SECRET=p8e-2\n';
    expect(read(shared, 'B').credential.clientSecrets).toEqual(['p8e-2']);
  });

  it('prefer a value to an empty one', () => {
    const fields = { ...flat, CLIENT_ID: '', scopes: [] };
    expect(read(JSON.stringify(fields)).credential).toMatchObject({
      clientId: 'id',
      scopes: ['openid'],
    });
  });

  it('keep what the notes of a secret say', () => {
    const notes = { uuid: '11ed', created_at: '2026-11-22T00:00:00Z' };
    const secrets = ['p8e-x', { client_secret: 'p8e-x ', ...notes, secret_usages: null }, 'p8e-y'];
    const { normalised } = read(JSON.stringify({ ...flat, client_secrets: secrets }));
    expect(JSON.parse(normalised).client_secrets).toEqual([
      { client_secret: 'p8e-x', ...notes },
      'p8e-y',
    ]);
  });

  it('keep the product of a file without scopes, and leave scopes from settings to the settings', () => {
    const bare = { client_id: 'id', client_secret: 'p8e-x' };
    const product = JSON.stringify({ ...bare, product: 'firefly' });
    expect(JSON.parse(read(product).normalised)).toMatchObject({ product: 'firefly' });
    const { credential, normalised } = understandCredential(JSON.stringify(bare), {
      scopes: ['a'],
    });
    expect(credential.scopes).toEqual(['a']);
    expect(JSON.parse(normalised.reveal())).not.toHaveProperty('scopes');
  });

  it.each<[string, string | object, string]>([
    ['scopes', { ...flat, scopes: ['AdobeID'] }, 'scope and scopes differ'],
    ['client ids', { ...flat, API_KEY: 'other' }, 'client_id and API_KEY differ'],
    ['secrets', { ...flat, secret: 'p8e-y' }, 'client_secret and secret differ'],
    [
      'organisations',
      { ...flat, org_id: 'A@AdobeOrg', imsOrg: 'B@AdobeOrg' },
      'org_id and imsOrg differ',
    ],
    [
      'hosts',
      { ...flat, environment: 'prod', imsHost: 'ims-na1-stg1.adobelogin.com' },
      'environment and imsHost differ',
    ],
    [
      'lines',
      'CLIENT_ID=a\nCLIENT_ID=b\nCLIENT_SECRET=p8e-x\nSCOPE=openid',
      'CLIENT_ID is given twice, with different values',
    ],
  ])('must not disagree: %s', (_, document, message) => {
    const text = typeof document === 'string' ? document : JSON.stringify(document);
    expect(messageOf(text)).toContain(message);
  });

  it.each([
    ['scopes in another order', { scopes: 'openid' }],
    [
      'the same host in two ways',
      { environment: 'stage', IMS: 'https://ims-na1-stg1.adobelogin.com/' },
    ],
    ['the same secret', { CLIENT_SECRET: ' p8e-x' }],
  ])('may say the same twice: %s', (_, fields) => {
    expect(read(JSON.stringify({ ...flat, ...fields })).credential.clientId).toBe('id');
  });

  it.each(['<your client id>', '{{CLIENT_ID}}', '$CLIENT_ID', 'YOUR_CLIENT_ID', 'p8e-****', '•••'])(
    'must not be a placeholder: %s',
    (client_id) => {
      expect(messageOf(JSON.stringify({ ...flat, client_id }))).toContain(
        'client_id is a placeholder',
      );
    },
  );

  it('must be complete; the error says what there is, and what a credential has', () => {
    expect(messageOf('{"project_id":"x","client_id":"id","scopes":"a"}')).toBe(
      "the client secret's value is not a credential: client_secret is missing; the value has the " +
        'fields project_id, client_id, scopes; a credential has client_id, client_secret and scope',
    );
  });
});

describe('a file with several credentials', () => {
  const entry = (name: string, id: string) => ({
    name,
    integration_type: 'oauth_server_to_server',
    oauth_server_to_server: { client_id: id, client_secrets: [`p8e-${id}`], scopes: ['openid'] },
  });
  const project = (...credentials: readonly object[]): string =>
    JSON.stringify({ project: { workspace: { details: { credentials } } } });

  it('is an error that lists them by name', () => {
    expect(messageOf(project(entry('One', 'a'), entry('Two', 'b')))).toContain(
      'the value holds 2 credentials: "One", "Two"; choose one with --credential, or keep only one',
    );
  });

  it.each(['Two', 'b'])('has one chosen by its name or client id: %s', (choice) => {
    const { credential, about } = read(project(entry('One', 'a'), entry('Two', 'b')), choice);
    expect(credential.clientId).toBe('b');
    expect(about.name).toBe('Two');
  });

  it('names them by client id, or by their place, where the names are the same', () => {
    expect(messageOf(project(entry('One', 'a'), entry('One', 'b')))).toContain(': "a", "b";');
    const twins = project(entry('One', 'a'), entry('One', 'a'));
    const place = 'project.workspace.details.credentials[1].oauth_server_to_server';
    expect(messageOf(twins)).toContain(`"${place}"`);
    expect(read(twins, place).credential.clientId).toBe('a');
    const lines = 'CLIENT_ID=a\nCLIENT_SECRET=p8e-1\nB_CLIENT_ID=a\nB_CLIENT_SECRET=p8e-2\n';
    expect(messageOf(lines)).toContain('"credential 1", "B"');
  });

  it('lists what there is when none has the name, without a secret that stands in its place', () => {
    const { client_id, ...other } = { client_id: 'p8e-secret', client_secret: 'x', scope: 's' };
    const text = JSON.stringify({
      one: { client_id, ...other },
      two: { client_id: 'b', ...other },
    });
    expect(messageOf(text, 'three')).toContain(
      'holds no credential "three"; it holds "one", "two"',
    );
    const nameless = JSON.stringify([
      { client_id, ...other },
      { client_id: 'b', ...other },
    ]);
    expect(messageOf(nameless)).toContain('"[0]", "b"');
  });

  it.each([
    ' p8e-secret',
    '"p8e-secret"',
    '1f3a5b7c-90ab-4cde-8f01-123456789abc',
    'x9F3kq81LmZ07vTb',
  ])('lists no secret that stands in a client id’s place: %s', (client_id) => {
    const other = { client_secret: 'x', scope: 's' };
    const ids = ['0123456789abcdef0123456789abcdef', 'cm-p1234-e5678-integration-0'];
    const text = JSON.stringify([client_id, ...ids].map((id) => ({ client_id: id, ...other })));
    expect(messageOf(text)).toContain(`holds 3 credentials: "[0]", "${ids[0]}", "${ids[1]}"`);
  });

  it('shows no name that could be a secret, and no control characters', () => {
    const one = { client_id: 'a', client_secret: 'x', scope: 's' };
    const names = { 'p8e-0123456789': one, 'a\u001B[2J': { ...one, client_id: 'b' } };
    expect(messageOf(JSON.stringify(names))).toContain('holds 2 credentials: "a", "a?[2J"; choose');
    expect(read(JSON.stringify(names), 'p8e-0123456789').about.name).toBeUndefined();
    const twins = { 'p8e-0123456789': one, 'p8e-1123456789': one };
    expect(messageOf(JSON.stringify(twins))).toContain(
      'holds 2 credentials: "(hidden)", "(hidden)"',
    );
  });

  it.each([
    ['AIO_ims_contexts_my__ctx_client__id', 'AIO_ims_contexts_my__ctx_client__secrets'],
    ['aio__ims__contexts__my_ctx__client_id', 'aio__ims__contexts__my_ctx__client_secrets'],
    ['AIO_IMS_CONTEXTS_my__ctx_CLIENT__ID', 'AIO_IMS_CONTEXTS_my__ctx_CLIENT__SECRET'],
  ])('has the name of its context in the variables of the CLI: %s', (id, secret) => {
    const { about } = read(`${id}=a\n${secret}=p8e-x\nSCOPES=openid\n`);
    expect(about).toMatchObject({ name: 'my_ctx', form: "a context of Adobe's CLI" });
  });

  it('lists at most 20', () => {
    const all = Array.from({ length: 25 }, (_, index) => entry(`N${index}`, `id${index}`));
    expect(messageOf(project(...all))).toMatch(/holds 25 credentials: .*"N19" and 5 more; choose/);
  });

  it('ignores those of other vendors, and says so', () => {
    const text = `${files['an .env file with a prefix']}GOOGLE_CLIENT_ID=a\nGOOGLE_CLIENT_SECRET=b\n`;
    const { credential, about } = read(text);
    expect(credential).toEqual(expected);
    expect(about.unused).toEqual(
      expect.arrayContaining(['GOOGLE_CLIENT_ID', 'GOOGLE_CLIENT_SECRET']),
    );
    const tenant = { client_id: 'id', client_secret: 'p8e-x', scope: 'openid', tenant_id: 'acme' };
    expect(read(JSON.stringify(tenant)).about.unused).toEqual(['tenant_id']);
  });

  it('ignores those that cannot mint tokens by themselves', () => {
    const jwt = {
      name: 'Old',
      jwt: { client_id: 'j', client_secret: 'p8e-j', meta_scopes: ['x'] },
    };
    expect(read(project(jwt, entry('One', 'a'))).about.name).toBe('One');
  });
});
