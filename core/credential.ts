import * as v from 'valibot';
import { isProduct, managesClientSecrets, productScopes, products } from './contract.ts';
import { type RawCredential, readCredentialDocument } from './credential-document.ts';
import { credentialSchema, isOfWorkloads, scopesOfAny } from './credential-schema.ts';
import { type ClientSecretEntry, distinctEntries, documentedForm } from './documented-form.ts';
import { RotatorError } from './errors.ts';
import { defaultImsHost } from './ims-host.ts';
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

/**
 * Reads a client secret's value in any form that Adobe's tools and people give it.
 *
 * @throws RotatorError ERR_CREDENTIAL_INVALID, which lists every problem by field and shows no value
 */
export function parseCredential(document: string, settings: ScopeSettings = {}): ClientCredential {
  const parts = readPlainDocument(document);
  const parsed = parts && v.safeParse(credentialSchema, parts, { abortPipeEarly: true });
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
  }: v.InferOutput<typeof credentialSchema>,
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
  const parsed = v.safeParse(credentialSchema, raw.values, { abortPipeEarly: true });
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
