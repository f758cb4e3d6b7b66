import { echoes } from './echo.ts';
import { redact } from './redact.ts';

/** A failure in the words of IMS or of the gateway before it, as far as they are safe to show. */
export interface RemoteError {
  /** For example `invalid_client` of IMS, or `403000` of the gateway. */
  readonly code?: string | undefined;
  /** At most 200 characters in one line; `[redacted]` if it may repeat a secret. */
  readonly text?: string | undefined;
}

// OAuth's own codes pass whatever the secret is: `invalid_client` decides whether the next client
// secret is tried.
const known: ReadonlySet<string> = new Set([
  'access_denied',
  'invalid_client',
  'invalid_grant',
  'invalid_request',
  'invalid_scope',
  'invalid_token',
  'server_error',
  'temporarily_unavailable',
  'unauthorized_client',
  'unsupported_grant_type',
]);

// Those of Adobe's gateway have six.
const mostDigits = 8;

const codeFields = ['error', 'error_code', 'errorCode'];
const textFields = ['error_description', 'message', 'errorDescription', 'title'];

/**
 * Reads the body of a refusal: `{"error","error_description"}` of IMS, `{"error_code","message"}` of
 * Adobe's gateway, whose code may be a number, and the spellings of their siblings.
 *
 * @param secrets everything secret that the other side knows
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2
 * @see https://developer.adobe.com/workfront-fusion-apis/getting-started/api_headers/
 */
export function readRemoteError(body: string, secrets: readonly string[]): RemoteError {
  const fields = fieldsOf(body);
  const code = firstOf(fields, codeFields);
  const text = redact(firstOf(fields, textFields) ?? '', secrets);
  return {
    code: code !== undefined && isSafeCode(code, secrets) ? code : undefined,
    text: text === '' ? undefined : text,
  };
}

/** A code gets into a tag and into metrics, so it must be a word, and not one like a secret. */
function isSafeCode(code: string, secrets: readonly string[]): boolean {
  if (known.has(code)) return true;
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(code)) return false;
  // Characters may be written as numbers.
  if (code.replaceAll(/\D/g, '').length > mostDigits) return false;
  return !echoes(code, secrets) && redact(code, []) === code;
}

function fieldsOf(body: string): ReadonlyMap<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return new Map(Object.entries(value ?? {}));
  } catch {
    return new Map();
  }
}

function firstOf(
  fields: ReadonlyMap<string, unknown>,
  names: readonly string[],
): string | undefined {
  const values = names.map((name) => fields.get(name));
  const found = values.find((value) => typeof value === 'string' || typeof value === 'number');
  return found === undefined ? undefined : String(found);
}

/**
 * True for the status of a response that only a proxy gives: it wants a user name and password (407), or a
 * person to sign in (3xx, 511). Adobe's own services redirect nothing.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6585#section-6
 */
export function isOfProxy(status: number): boolean {
  return status === 407 || status === 511 || (status >= 300 && status < 400);
}

/** True for a page in the place of an answer: a proxy or a web filter has given it. IMS has only JSON for a success. */
export function isPageOfProxy(status: number, body: string): boolean {
  return status >= 200 && status < 300 && body.trimStart().startsWith('<');
}
