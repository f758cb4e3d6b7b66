import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/**
 * True if the request was signed with the secret access key, so that a comparator cannot save the
 * work.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function isSigned(
  headers: IncomingHttpHeaders,
  body: string,
  secretAccessKey: string,
): boolean {
  const pattern = /^AWS4-HMAC-SHA256 Credential=[^/]+\/(.+), ?SignedHeaders=(.+), ?Signature=(.+)$/;
  const [, scope = '', names = '', signature] = pattern.exec(headers.authorization ?? '') ?? [];
  const lines = names.split(';').map((name) => `${name}:${headers[name]}\n`);
  const canonical = ['POST', '/', '', lines.join(''), names, sha256(body)].join('\n');
  const time = headers['x-amz-date'];
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  let key: string | Buffer = `AWS4${secretAccessKey}`;
  for (const part of scope.split('/')) key = hmac(key, part);
  return hmac(key, toSign).toString('hex') === signature;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
