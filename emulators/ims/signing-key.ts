import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export const keyId = 'ims_na1-key-at-1';

let generated: { readonly publicKey: KeyObject; readonly privateKey: KeyObject } | undefined;

/** One key for the whole process: generating one takes a tenth of a second. */
function keyPair() {
  generated ??= generateKeyPairSync('rsa', { modulusLength: 2048 });
  return generated;
}

/** The signature of a token's first two segments, as its third. */
export function signature(text: string): string {
  return sign('sha256', Buffer.from(text), keyPair().privateKey).toString('base64url');
}

/** The document at `/ims/keys`. @see https://www.rfc-editor.org/rfc/rfc7517 */
export function keySet(): object {
  const key = keyPair().publicKey.export({ format: 'jwk' });
  return { keys: [{ ...key, kid: keyId, alg: 'RS256', use: 'sig' }] };
}
