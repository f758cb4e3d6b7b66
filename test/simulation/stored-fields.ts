// What is in the values of secrets. Texts that come again and again are read once.
import { parseInstant } from '../../core/instant.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** The fields of a stored token. */
export interface StoredFields {
  readonly access_token: string;
  readonly expires_at: string;
  readonly issued_at: string;
  readonly scope?: string;
  readonly client_secret_version?: string;
  /** The two instants in seconds; 0 if they are none. */
  readonly expiresAt: number;
  readonly issuedAt: number;
}

/** The fields of a client secret; undefined for a value that is no credential. */
export const clientFields = remembered((value: string | undefined): Fields | undefined => {
  if (value === undefined || !value.startsWith('{')) return undefined;
  const fields = JSON.parse(value) as Fields;
  return Array.isArray(fields['client_secrets']) ? fields : undefined;
});

/** The values of the client secrets in it, however they are written. */
export function secretsIn(fields: Fields): readonly string[] {
  return entriesIn(fields).map(({ client_secret }) => client_secret);
}

export interface StoredEntry {
  readonly client_secret: string;
  readonly uuid?: string | undefined;
  readonly retired_at?: string | undefined;
}

export function entriesIn(fields: Fields): readonly StoredEntry[] {
  const entries = fields['client_secrets'] as readonly (string | StoredEntry)[];
  return entries.map((one) => (typeof one === 'string' ? { client_secret: one } : one));
}

/** The same function, which works out each text once. */
function remembered<Output>(
  work: (text: string | undefined) => Output,
): (text: string | undefined) => Output {
  const known = new Map<string | undefined, { readonly output: Output }>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found.output;
    if (known.size > 500) known.clear();
    const output = work(text);
    known.set(text, { output });
    return output;
  };
}

/** Undefined for a value that is not a token. */
export const storedFields = remembered((value): StoredFields | undefined => {
  if (value === undefined || !value.startsWith('{')) return undefined;
  const fields = JSON.parse(value) as Partial<StoredFields>;
  const { access_token, expires_at, issued_at } = fields;
  const isToken = access_token !== undefined && expires_at !== undefined && issued_at !== undefined;
  if (!isToken) return undefined;
  const [expiresAt, issuedAt] = [parseInstant(expires_at) ?? 0, parseInstant(issued_at) ?? 0];
  return { ...fields, access_token, expires_at, issued_at, expiresAt, issuedAt };
});
