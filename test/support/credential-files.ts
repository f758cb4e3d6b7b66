/** The content that every file here holds. */
export interface Content {
  readonly clientId: string;
  readonly secret: string;
  readonly scopes: readonly string[];
  readonly orgId: string;
}

/** An example; Adobe's documents write secrets like it. */
export const content: Content = {
  clientId: '0123456789abcdef0123456789abcdef',
  secret: 'p8e-EXAMPLE_example-EXAMPLE_example-0',
  scopes: ['openid', 'AdobeID', 'additional_info.projectedProductContext'],
  orgId: '0123456789ABCDEF01234567@AdobeOrg',
};

/** The files that hold one credential, by kind, as Adobe's tools and people write them. */
export function filesOf({ clientId, secret, scopes, orgId }: Content): Record<string, string> {
  const json = (value: unknown): string => JSON.stringify(value, null, 2);
  const list = JSON.stringify(scopes);
  const serverToServer = {
    client_id: clientId,
    client_secrets: [secret],
    technical_account_email: 'x@techacct.adobe.com',
    scopes,
  };
  const entry = {
    id: '451234',
    name: 'Credential in Fusion automation - Production',
    integration_type: 'oauth_server_to_server',
    oauth_server_to_server: serverToServer,
  };
  const context = { ...serverToServer, ims_org_id: orgId, oauth_enabled: true };
  const flat = {
    client_id: clientId,
    client_secret: secret,
    scope: scopes.join(','),
    org_id: orgId,
  };
  const postman = Object.entries({
    CLIENT_SECRET: secret,
    API_KEY: clientId,
    ACCESS_TOKEN: '',
    SCOPES: scopes,
    IMS: 'ims-na1.adobelogin.com',
    IMS_ORG: orgId,
  }).map(([key, value]) => ({ type: 'text', key, value, enabled: true }));
  return {
    'the documented form': json(flat),
    'upper-case names': json({
      CLIENT_ID: clientId,
      CLIENT_SECRETS: [secret],
      SCOPES: scopes,
      ORG_ID: orgId,
    }),
    'camel case': json({ clientId, clientSecrets: [secret], scopes, imsOrgId: orgId }),
    'kebab case': json({ 'client-id': clientId, 'client-secret': secret, scopes, 'org-id': orgId }),
    'names with spaces': json({
      'Client ID': clientId,
      'Client Secret': secret,
      Scopes: scopes.join(', '),
      'Organization ID': orgId,
    }),
    'an API key and a plain secret': json({
      api_key: clientId,
      secret,
      scopes,
      IMS_ORG: orgId,
      environment: 'prod',
    }),
    'the project file of the Console': json({
      project: {
        name: 'fusionautomation',
        org: { id: '23294', name: 'Example Corp', ims_org_id: orgId },
        workspace: { name: 'Production', details: { credentials: [entry], services: [] } },
      },
    }),
    'the Postman environment of the Console': json({
      name: 'Fusion - Production',
      values: postman,
    }),
    'a credential of the Console API': json({ ...entry, org_id: orgId }),
    'a context of the CLI': json(context),
    'the configuration of the CLI': json({
      ims: {
        contexts: { fusion: context, $current: 'fusion', cli: { access_token: { token: 'x' } } },
      },
      project: { org: { id: '23294' }, workspace: { details: { credentials: [] } } },
    }),
    'the configuration of the CLI, as it is on disk': `{ims:{contexts:{fusion:{client_id:"${clientId}", client_secrets:["${secret}"], scopes:${list}, ims_org_id:"${orgId}"}}}}`,
    'the AEM service credential': json({
      ok: true,
      integration: {
        imsEndpoint: 'ims-na1.adobelogin.com',
        technicalAccount: { clientId, clientSecret: secret },
        scopes,
        org: orgId,
        revoked: false,
      },
      statusCode: 200,
    }),
    'lines of an .env file': `# from the Console\nCLIENT_ID=${clientId}\nexport CLIENT_SECRET='${secret}' # the first\n\nSCOPES=${scopes.join(' ')}\nORG_ID="${orgId}"\n`,
    'an .env file with a prefix': `FIREFLY_SERVICES_CLIENT_ID=${clientId}\nFIREFLY_SERVICES_CLIENT_SECRET=${secret}\nFIREFLY_SERVICES_SCOPES=${list}\nFIREFLY_SERVICES_IMS_ORG_ID=${orgId}\nPORT=8080\nSESSION_SECRET=another\n`,
    'an .env file of App Builder': ['client__id', 'client__secrets', 'scopes', 'ims__org__id']
      .map((name, index) => {
        const value = [clientId, `["${secret}"]`, list, orgId][index];
        return `AIO_ims_contexts_Credential__in__Fusion__-__Stage_${name}=${value}`;
      })
      .join('\n'),
    'an .env file with a list without quotes': `REACT_APP_CLIENT_ID=${clientId}\nREACT_APP_CLIENT_SECRETS=[${secret}]\nREACT_APP_SCOPES=[${scopes.join(', ')}]\nIMS_ORG_ID=${orgId}\n`,
    'PowerShell variables': `$env:IMS_CLIENT_ID = "${clientId}"\n$env:IMS_CLIENT_SECRET = "${secret}"\n$env:IMS_SCOPES = "${scopes.join(',')}"\n$env:IMS_ORG = "${orgId}"\n`,
    'JSON in a variable': `CREDENTIALS='${JSON.stringify(flat)}'\n`,
    'the answer of get-secret-value': json({ ARN: 'arn:x', SecretString: JSON.stringify(flat) }),
    'JSON text in JSON text': JSON.stringify(JSON.stringify(flat)),
    'a JavaScript object': `{\n  // from the Console\n  clientId: '${clientId}',\n  clientSecret: '${secret}',\n  scopes: ${list},\n  orgId: '${orgId}',\n}\n`,
  };
}

const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

/** The bytes of a text, by how editors and shells encode it. */
export const encodings: Readonly<Record<string, (text: string) => Buffer>> = {
  'UTF-8': (text) => Buffer.from(text),
  'UTF-8 with a byte order mark': (text) => Buffer.from(`\uFEFF${text}`),
  'UTF-16, as PowerShell redirects': (text) => Buffer.from(`\uFEFF${text}\r\n`, 'utf16le'),
  'UTF-16 without a byte order mark': (text) => Buffer.from(text, 'utf16le'),
  'UTF-16, big-endian': (text) => utf16be(`\uFEFF${text}`),
  'UTF-16, big-endian, without a byte order mark': utf16be,
  'lines that end in CRLF': (text) => Buffer.from(text.replaceAll('\n', '\r\n')),
  'NUL and line breaks at the end': (text) => Buffer.from(`${text}\n\n\0`),
};
