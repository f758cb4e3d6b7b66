import * as v from 'valibot';
import { type RawCredential, readCredentialDocument } from './credential-document.ts';
import { RenewalError } from './errors.ts';
import { listProblems, type Problem } from './problems.ts';
import { productScopes } from './product-scopes.ts';
import { Sensitive } from './sensitive.ts';

/** An OAuth Server-to-Server credential, ready to be used. */
export interface ClientCredential {
  readonly clientId: string;
  /** In the order in which they are tried. */
  readonly clientSecrets: readonly Sensitive[];
  readonly scopes: readonly string[];
  readonly orgId?: string;
  readonly imsHost: string;
}

/** What the tags of the token secret may add to a credential; the credential's own scopes win. */
export interface ScopeSettings {
  readonly product?: string;
  readonly scopes?: readonly string[];
}

export const defaultImsHost = 'ims-na1.adobelogin.com';

const visible = /^[\x21-\x7e]+$/;

function text(limit: number) {
  return v.pipe(
    v.string('must be a string'),
    v.trim(),
    v.minLength(1, 'is empty'),
    v.maxLength(limit, `must be at most ${limit} characters`),
    v.regex(visible, 'must be printable ASCII without spaces'),
  );
}

const scope = v.pipe(text(256), v.regex(/^[^",\\]+$/, 'must not hold a comma, quote or backslash'));

const product = v.pipe(
  v.string('must be a string'),
  v.check(
    (name) => productScopes.has(name),
    `must be one of ${[...productScopes.keys()].join(', ')}; for another product give its scopes`,
  ),
);

const schema = v.object({
  clientId: v.optional(text(256)),
  clientSecrets: v.pipe(v.array(text(1024)), v.maxLength(10, 'must be at most 10 secrets')),
  scopes: v.pipe(v.array(scope), v.maxLength(200, 'must be at most 200 scopes')),
  orgId: v.optional(text(256)),
  imsHost: v.optional(
    v.pipe(
      v.string('must be a string'),
      v.regex(
        /^([a-z0-9-]+\.)+adobelogin\.com$/,
        'must be a host name under .adobelogin.com, without https:// and path',
      ),
    ),
  ),
  product: v.optional(product),
});

/**
 * Understands a client secret's value in any of the forms that Adobe gives.
 *
 * @throws RenewalError ERR_CREDENTIAL_INVALID, which lists every problem by field and shows no value
 */
export function parseCredential(document: string, settings: ScopeSettings = {}): ClientCredential {
  const raw = readCredentialDocument(document);
  if ('problems' in raw) throw invalid(raw.problems);
  const parsed = v.safeParse(schema, raw.values);
  const values = parsed.success ? parsed.output : undefined;
  const problems = [
    ...(parsed.success ? [] : parsed.issues.map((issue) => toProblem(issue, raw))),
    ...missing(raw),
    ...scopeProblems(raw, settings),
  ];
  if (values === undefined || problems.length > 0) throw invalid(problems);
  return {
    clientId: values.clientId ?? '',
    clientSecrets: unique(values.clientSecrets).map((secret) => new Sensitive(secret)),
    scopes: unique(chooseScopes(values.scopes, values.product, settings)),
    imsHost: values.imsHost ?? defaultImsHost,
    ...(values.orgId === undefined ? {} : { orgId: values.orgId }),
  };
}

function chooseScopes(
  own: readonly string[],
  ownProduct: string | undefined,
  settings: ScopeSettings,
): readonly string[] {
  if (own.length > 0) return own;
  if (settings.scopes !== undefined && settings.scopes.length > 0) return settings.scopes;
  return productScopes.get(ownProduct ?? settings.product ?? '') ?? [];
}

function missing(raw: RawCredential): readonly Problem[] {
  const problems: Problem[] = [];
  if (raw.values.clientId === undefined) {
    problems.push({ field: raw.fields.clientId, message: 'is missing' });
  }
  if (raw.values.clientSecrets.length === 0) {
    problems.push({ field: raw.fields.clientSecrets, message: 'is missing' });
  }
  return problems;
}

function scopeProblems(raw: RawCredential, settings: ScopeSettings): readonly Problem[] {
  if (raw.values.scopes.length > 0 || raw.values.product !== undefined) return [];
  if (settings.scopes !== undefined && settings.scopes.length > 0) return [];
  if (settings.product === undefined) {
    return [{ field: raw.fields.scopes, message: 'is missing; give the scopes, or a product' }];
  }
  const known = v.safeParse(product, settings.product);
  return known.success ? [] : [{ field: 'tag product', message: known.issues[0].message }];
}

function toProblem(issue: v.BaseIssue<unknown>, raw: RawCredential): Problem {
  const [name = '', index] = (v.getDotPath(issue) ?? '').split('.');
  const field = raw.fields[name as keyof RawCredential['fields']];
  return { field: index === undefined ? field : `${field}[${index}]`, message: issue.message };
}

function invalid(problems: readonly Problem[]): RenewalError {
  return new RenewalError(
    'ERR_CREDENTIAL_INVALID',
    `the client secret's value is not a credential: ${listProblems(problems)}`,
  );
}

function unique(items: readonly string[]): readonly string[] {
  return [...new Set(items)];
}
