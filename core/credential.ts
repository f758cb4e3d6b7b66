import * as v from 'valibot';
import {
  isProduct,
  managesClientSecrets,
  productScopes,
  products,
  scopePattern,
} from './contract.ts';
import { type RawCredential, readCredentialDocument } from './credential-document.ts';
import { text } from './credential-text.ts';
import { type ClientSecretEntry, distinctEntries, documentedForm } from './documented-form.ts';
import { RotatorError } from './errors.ts';
import { holdsClientSecret, isConsoleId, looksSecretId } from './field-names.ts';
import { defaultImsHost, imsHostSchema } from './ims-host.ts';
import { readPlainDocument } from './plain-document.ts';
import { listProblems, type Problem } from './problems.ts';
import { Sensitive } from './sensitive.ts';
import type { CredentialSettings } from './token-tags.ts';

/** An OAuth Server-to-Server credential, ready to be used. */
export interface ClientCredential {
  readonly clientId: string;
  /** In the order to try them. */
  readonly clientSecrets: readonly Sensitive[];
  /** Those of its workloads' tokens, without `clientSecretScopes`. */
  readonly scopes: readonly string[];
  readonly orgId?: string | undefined;
  readonly imsHost: string;
  /** The Developer Console's ids, which only rotating the client secret needs. */
  readonly credentialId?: string | undefined;
  readonly consoleOrgId?: string | undefined;
}

/** The scopes of a credential that has none of its own. */
export type ScopeSettings = Pick<CredentialSettings, 'product' | 'scopes'>;

/** A credential, and what is worth knowing about the file that it is from. */
export interface UnderstoodCredential {
  readonly credential: ClientCredential;
  /** The kind of file, for people. */
  readonly form: string;
  /** The credential's name in the file, if it has one. */
  readonly name: string | undefined;
  /** The fields, and scopes, that say something that the rotator does not use. */
  readonly unused: readonly string[];
  /** The scopes that the file itself gives, and its product. */
  readonly ownScopes: readonly string[];
  readonly product: unknown;
  /** Its client secrets, in the order to try them, with what is noted of each. */
  readonly entries: readonly ClientSecretEntry[];
  /** The same credential in the documented form. */
  readonly normalised: Sensitive;
}

/** Adobe allows two at a time; a stored credential may hold earlier ones. */
export const mostStoredSecrets = 10;

// As 1Password, Vault, AWS, Azure and programs point to a secret that is elsewhere.
const reference =
  /^(?:[a-z][a-z0-9+]*:\/\/|vault:|arn:aws|@Microsoft\.KeyVault\(|process\.env\b|os\.environ\b)/i;

// A file's syntax that was not understood: a quote without its end, or a line that goes on.
const leftover = /^["'`]|["'`,\\]$/;

const isWhole = v.check<string, string>(
  (value) => !leftover.test(value),
  'begins or ends with a quote, a comma or a backslash, which is not part of it',
);

// These values are logged, shown, or sent to others.
const shown = v.pipe(
  text(256),
  v.check((value) => !holdsClientSecret(value), 'holds a client secret'),
);

function isOfWorkloads(scope: string): boolean {
  return !managesClientSecrets(scope);
}

const onlyManages = 'has only scopes that manage client secrets, which no stored token may have';

const scope = v.pipe(shown, v.regex(scopePattern, 'must be letters, digits and . _ - : /'));

const scopesOfAny = v.pipe(
  v.array(scope),
  v.maxLength(200, 'must be at most 200 scopes'),
  v.check((all) => all.length === 0 || all.some(isOfWorkloads), onlyManages),
);

const secret = v.pipe(
  text(1024),
  isWhole,
  v.check((value) => !reference.test(value), 'only refers to a secret; put the value itself there'),
  // "p8e-", with which the client secrets of Adobe begin.
  v.check((value) => !value.startsWith('cDhlL'), 'is base64; put the decoded value there'),
);

const parts = v.object({
  clientId: v.pipe(
    text(256),
    // The client id is not a secret, so the message may show it.
    v.check((id) => !holdsClientSecret(id), 'is a client secret: the two are swapped'),
    // Whatever a file's syntax leaves around it is not part of it.
    v.regex(/^[\w.@~+-]+$/, 'must be letters, digits and . _ - @ ~ +'),
  ),
  clientSecrets: v.pipe(
    v.array(secret),
    v.minLength(1, 'is missing'),
    v.maxLength(mostStoredSecrets, `must be at most ${mostStoredSecrets} secrets`),
  ),
  scopes: scopesOfAny,
  orgId: v.optional(v.pipe(shown, isWhole)),
  imsHost: v.optional(imsHostSchema),
  credentialId: v.optional(
    v.pipe(text(64), v.regex(/^[\w-]+$/, 'must be letters, digits, _ and -')),
  ),
  consoleOrgId: v.optional(
    v.pipe(text(32), v.regex(/^\d+$/, 'must be the number of the organisation in the Console')),
  ),
});

const schema = v.pipe(
  parts,
  v.forward(
    v.check(
      ({ clientId, clientSecrets }) => !looksSecretId(clientId) || !clientSecrets.some(isConsoleId),
      'looks like a client secret, and the client secret like a client id: the two are swapped',
    ),
    ['clientId'],
  ),
);

/**
 * Reads a client secret's value in any form that Adobe's tools and people give it.
 *
 * @throws RotatorError ERR_CREDENTIAL_INVALID, which lists every problem by field and shows no value
 */
export function parseCredential(document: string, settings: ScopeSettings = {}): ClientCredential {
  const parts = readPlainDocument(document);
  const parsed = parts && v.safeParse(schema, parts, { abortPipeEarly: true });
  const fallback = parts && fallbackScopes(parts, settings);
  if (parsed?.success && fallback !== undefined) return credentialOf(parsed.output, fallback);
  return understandCredential(document, settings).credential;
}

function credentialOf(
  {
    clientId,
    clientSecrets,
    scopes,
    orgId,
    imsHost = defaultImsHost,
    credentialId,
    consoleOrgId,
  }: v.InferOutput<typeof schema>,
  fallback: readonly string[],
): ClientCredential {
  return {
    clientId,
    clientSecrets: unique(clientSecrets).map((secret) => new Sensitive(secret)),
    scopes: unique(scopes.length > 0 ? scopes : fallback).filter(isOfWorkloads),
    imsHost,
    orgId,
    credentialId,
    consoleOrgId,
  };
}

/**
 * As `parseCredential`, with what a person wants to know before the credential is stored.
 *
 * @param choice the name or client id of one of several credentials
 * @throws RotatorError as `parseCredential`
 */
export function understandCredential(
  document: string,
  settings: ScopeSettings = {},
  choice?: string,
): UnderstoodCredential {
  const raw = readCredentialDocument(document, choice);
  if ('problems' in raw) throw invalid(raw.problems);
  const parsed = v.safeParse(schema, raw.values, { abortPipeEarly: true });
  const fallback = fallbackScopes(raw.values, settings);
  if (!parsed.success || fallback === undefined || raw.conflicts.length > 0) {
    const problems = [
      ...raw.conflicts,
      ...(parsed.issues ?? []).map((issue) => toProblem(issue, raw)),
      ...(fallback === undefined ? [problemOfScopes(raw, settings)] : []),
    ];
    const isIncomplete = problems.some(({ message }) => message.startsWith('is missing'));
    throw invalid(isIncomplete ? [...problems, ...raw.hints] : problems);
  }
  const credential = credentialOf(parsed.output, fallback);
  const { form, name, values } = raw;
  const { product } = values;
  const allScopes = unique(parsed.output.scopes);
  const ownScopes = allScopes.filter(isOfWorkloads);
  const leftOut = allScopes.filter(managesClientSecrets);
  const unused = [...raw.unused, ...leftOut.map((scope) => `the scope ${scope}`)];
  const entries = distinctEntries(raw.secrets);
  const normalised = documentedForm({ ...credential, scopes: ownScopes }, entries, product);
  return { credential, form, name, unused, ownScopes, product, entries, normalised };
}

/** The scopes of a credential that has none of its own; undefined if nothing says which. */
function fallbackScopes(
  values: { readonly scopes: readonly unknown[]; readonly product: unknown },
  settings: ScopeSettings,
): readonly string[] | undefined {
  if (values.scopes.length > 0) return [];
  const { scopes } = settings;
  if (scopes !== undefined) return problemOfTag(scopes) === undefined ? scopes : undefined;
  const product = values.product ?? settings.product;
  return isProduct(product) ? productScopes[product] : undefined;
}

/** The tag's scopes are as those of a value, since their token is the same. */
function problemOfTag(scopes: readonly string[] = []): string | undefined {
  return v.safeParse(scopesOfAny, scopes).issues?.[0].message;
}

function problemOfScopes({ values, fields }: RawCredential, settings: ScopeSettings): Problem {
  const ofTag = problemOfTag(settings.scopes);
  if (ofTag !== undefined) return { field: 'tag scopes', message: ofTag };
  if ((values.product ?? settings.product) === undefined) {
    return { field: fields.scopes, message: 'is missing; give the scopes, or a product' };
  }
  const field = values.product === undefined ? 'tag product' : fields.product;
  const message = `must be one of ${products.join(', ')}; for any other product, give its scopes`;
  return { field, message };
}

function toProblem(issue: v.BaseIssue<unknown>, { fields, secrets }: RawCredential): Problem {
  const [name, index] = String(v.getDotPath(issue)).split('.');
  const field = fields[name as keyof typeof fields];
  const entries = name === 'clientSecrets' ? secrets : [];
  const whole = index === undefined ? field : `${field}[${index}]`;
  return { field: entries[Number(index)]?.field ?? whole, message: issue.message };
}

// A file of 64 KiB can have tens of thousands, and a run may report a hundred such files.
const mostProblems = 20;

function invalid(all: readonly Problem[]): RotatorError {
  const more = all.length - mostProblems;
  const rest = more > 0 ? [{ field: 'the value', message: `has further problems: ${more}` }] : [];
  const problems = [...all.slice(0, mostProblems), ...rest];
  return new RotatorError(
    'ERR_CREDENTIAL_INVALID',
    `the client secret's value is not a credential: ${listProblems(problems)}`,
    { problems },
  );
}

function unique(items: readonly string[]): readonly string[] {
  return [...new Set(items)];
}
