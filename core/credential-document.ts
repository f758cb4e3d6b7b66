import type { Problem } from './problems.ts';

/** The parts of a credential before they are checked, each with the name that the document gives it. */
export interface RawCredential {
  readonly values: {
    readonly clientId: unknown;
    readonly clientSecrets: readonly unknown[];
    readonly scopes: readonly unknown[];
    readonly orgId: unknown;
    readonly imsHost: unknown;
    readonly product: unknown;
  };
  readonly fields: Readonly<Record<keyof RawCredential['values'], string>>;
  /** The name of each of `clientSecrets`. */
  readonly secretFields: readonly string[];
}

export interface Unreadable {
  readonly problems: readonly Problem[];
}

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Finds the parts of a credential in any of the forms that Adobe's tools produce: flat JSON with
 * lower-case or upper-case names, the Developer Console's project download, and the AEM as a Cloud
 * Service form.
 */
export function readCredentialDocument(document: string): RawCredential | Unreadable {
  let value: unknown;
  try {
    value = JSON.parse(document);
  } catch {
    return { problems: [{ field: 'the value', message: 'is not JSON' }] };
  }
  if (!isObject(value)) return { problems: [{ field: 'the value', message: 'is not an object' }] };
  if (isObject(value['project'])) return readProject(value['project']);
  if (isObject(value['integration'])) return readIntegration(value['integration']);
  return readFlat(value);
}

/** @see https://developer.adobe.com/developer-console/docs/guides/projects/projects-template/ */
function readProject(project: JsonObject): RawCredential | Unreadable {
  const path = 'project.workspace.details.credentials';
  const details = objectAt(objectAt(project, 'workspace'), 'details');
  const credentials = arrayOf(details['credentials']);
  const found = credentials.flatMap((entry, index) => {
    const credential = objectAt(isObject(entry) ? entry : {}, 'oauth_server_to_server');
    return Object.keys(credential).length === 0 ? [] : [{ credential, index }];
  });
  const [first, ...others] = found;
  if (first === undefined) {
    return { problems: [{ field: path, message: 'holds no oauth_server_to_server credential' }] };
  }
  if (others.length > 0) {
    return {
      problems: [
        {
          field: path,
          message: `holds ${found.length} oauth_server_to_server credentials; keep one`,
        },
      ],
    };
  }
  const { credential } = first;
  const base = `${path}[${first.index}].oauth_server_to_server`;
  const secrets = secretsOf(`${base}.client_secrets`, credential['client_secrets']);
  return {
    values: {
      clientId: credential['client_id'],
      clientSecrets: secrets.map(({ value }) => value),
      scopes: scopesOf(credential['scopes']),
      orgId: objectAt(project, 'org')['ims_org_id'],
      imsHost: undefined,
      product: undefined,
    },
    fields: {
      clientId: `${base}.client_id`,
      clientSecrets: `${base}.client_secrets`,
      scopes: `${base}.scopes`,
      orgId: 'project.org.ims_org_id',
      imsHost: 'ims_host',
      product: 'product',
    },
    secretFields: secrets.map(({ field }) => field),
  };
}

/** @see https://experienceleague.adobe.com/en/docs/experience-manager-cloud-service */
function readIntegration(integration: JsonObject): RawCredential {
  const account = objectAt(integration, 'technicalAccount');
  const secretField = 'integration.technicalAccount.clientSecret';
  const secrets = secretsOf(secretField, account['clientSecret']);
  return {
    values: {
      clientId: account['clientId'],
      clientSecrets: secrets.map(({ value }) => value),
      scopes: scopesOf(integration['scopes']),
      orgId: integration['org'],
      imsHost: integration['imsEndpoint'],
      product: undefined,
    },
    fields: {
      clientId: 'integration.technicalAccount.clientId',
      clientSecrets: secretField,
      scopes: 'integration.scopes',
      orgId: 'integration.org',
      imsHost: 'integration.imsEndpoint',
      product: 'product',
    },
    secretFields: secrets.map(({ field }) => field),
  };
}

function readFlat(value: JsonObject): RawCredential {
  const pick = (name: string, alias = name): { field: string; found: unknown } => {
    const spellings = [name, alias].flatMap((spelling) => [spelling, spelling.toUpperCase()]);
    const field = spellings.find((key) => value[key] !== undefined && value[key] !== null) ?? name;
    return { field, found: value[field] ?? undefined };
  };
  const clientId = pick('client_id');
  const secret = pick('client_secret');
  const secrets = pick('client_secrets');
  const scopes = pick('scope', 'scopes');
  const orgId = pick('org_id');
  const imsHost = pick('ims_host');
  const product = pick('product');
  const all = [
    ...secretsOf(secret.field, secret.found),
    ...secretsOf(secrets.field, secrets.found),
  ];
  return {
    values: {
      clientId: clientId.found,
      clientSecrets: all.map(({ value: one }) => one),
      scopes: scopesOf(scopes.found),
      orgId: orgId.found,
      imsHost: imsHost.found,
      product: product.found,
    },
    fields: {
      clientId: clientId.field,
      clientSecrets: secrets.found === undefined ? secret.field : secrets.field,
      scopes: scopes.field,
      orgId: orgId.field,
      imsHost: imsHost.field,
      product: product.field,
    },
    secretFields: all.map(({ field }) => field),
  };
}

/** One secret or a list of them; an entry is the secret or an object that holds it. */
function secretsOf(field: string, found: unknown): { field: string; value: unknown }[] {
  const single = typeof found === 'string' && !found.trim().startsWith('[');
  return listOf(found).map((entry, index) => ({
    field: single ? field : `${field}[${index}]`,
    value: isObject(entry) ? entry['client_secret'] : entry,
  }));
}

/** One value or a list; Adobe's `.env` files write a list as JSON text. */
function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  if (typeof value === 'string' && value.trim().startsWith('[')) {
    try {
      return arrayOf(JSON.parse(value));
    } catch {
      return [value];
    }
  }
  return [value];
}

function scopesOf(value: unknown): readonly unknown[] {
  return listOf(value).flatMap((item) =>
    typeof item === 'string' ? item.split(/[\s,]+/).filter((scope) => scope !== '') : [item],
  );
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function objectAt(value: JsonObject, key: string): JsonObject {
  const inner = value[key];
  return isObject(inner) ? inner : {};
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
