import { longestSecretValue } from './contract.ts';
import { noteNames } from './credential-values.ts';

/** The parts of a credential that stand in a document as they are. */
export interface PlainParts {
  readonly clientId: string | undefined;
  readonly clientSecrets: readonly string[];
  readonly scopes: readonly string[];
  readonly orgId: string | undefined;
  readonly imsHost: string | undefined;
  readonly product: string | undefined;
  readonly credentialId: string | undefined;
  readonly consoleOrgId: string | undefined;
}

// In a list, NAME=value would be a field.
const secret = /^[\w.~+/-]+$/;
const scopes = /^[\w.:/-]+(?:[, ]+[\w.:/-]+)*$/;

// A value that does not match needs interpreting: "prod" is a host, "[a, b]" a list.
const plain = new Map([
  ['client_id', /^[\w.@~+-]+$/],
  ['client_secret', secret],
  ['client_secrets', secret],
  ['scope', scopes],
  ['scopes', scopes],
  ['org_id', /^\w+@\w+$/],
  ['ims_host', /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/],
  ['product', /^[a-z-]+$/],
  ['credential_id', /^[\w-]+$/],
  ['console_org_id', /^\d+$/],
]);

const lists: ReadonlySet<string> = new Set(['client_secrets', 'scopes']);

/**
 * The short way to what `readCredentialDocument` finds in any form, for the documented one, which is
 * what `put-credential` stores. Undefined for everything that needs a closer look.
 */
export function readPlainDocument(document: string): PlainParts | undefined {
  if (document.length > longestSecretValue) return undefined;
  const fields = fieldsOf(document);
  if (fields === undefined) return undefined;
  const only = (name: string): string | undefined => fields.get(name)?.[0];
  const either = (one: string, other: string): readonly string[] =>
    fields.get(one) ?? fields.get(other) ?? [];
  return {
    clientId: only('client_id'),
    clientSecrets: either('client_secret', 'client_secrets'),
    scopes: either('scope', 'scopes').flatMap((text) => text.split(/[, ]+/)),
    orgId: only('org_id'),
    imsHost: only('ims_host'),
    product: only('product'),
    credentialId: only('credential_id'),
    consoleOrgId: only('console_org_id'),
  };
}

/** The values of each field; undefined if one of them is not plain. */
function fieldsOf(document: string): ReadonlyMap<string, readonly string[]> | undefined {
  const root = parseJson(document);
  if (!isObject(root)) return undefined;
  const fields = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(root)) {
    const list = lists.has(name) && Array.isArray(value) ? value : [value];
    const values = name === 'client_secrets' ? list.map(secretOf) : list;
    const pattern = plain.get(name);
    const isPlain = (one: unknown): one is string =>
      typeof one === 'string' && !!pattern?.test(one);
    if (!values.every(isPlain)) return undefined;
    fields.set(name, values);
  }
  const hasBoth = (one: string, other: string): boolean => fields.has(one) && fields.has(other);
  if (hasBoth('client_secret', 'client_secrets') || hasBoth('scope', 'scopes')) return undefined;
  return isAmbiguous(document, root) ? undefined : fields;
}

const noted: ReadonlySet<string> = new Set(noteNames);

// Anything else in a note could be JSON text.
const note = /^[\w.:+-]*$/;

/** An entry is the secret, or an object with notes about it. One with a client id is a credential. */
function secretOf(entry: unknown): unknown {
  if (!isObject(entry)) return entry;
  const { client_secret: value, ...notes } = entry;
  const isNote = ([name, text]: [string, unknown]): boolean =>
    noted.has(name) && typeof text === 'string' && note.test(text);
  return Object.entries(notes).every(isNote) ? value : undefined;
}

/** An object that has a name twice has more quotes than what is left of it. */
function isAmbiguous(document: string, root: object): boolean {
  const quotes = (text: string): number => text.split('"').length;
  return document.includes('\\') || quotes(document) !== quotes(JSON.stringify(root));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
