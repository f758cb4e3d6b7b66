// In: an undici response. Out: its text and headers, within limits.
import type { Dispatcher } from 'undici';
import { redactId } from '../../core/redact.ts';

const largestBody = 64 * 1024;

/** @throws Error for a body of more than 64 KiB */
export async function readCapped(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > largestBody) throw new Error(`the response is longer than ${largestBody} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function headerOf(response: Dispatcher.ResponseData, name: string): string | undefined {
  const value = response.headers[name];
  const text = Array.isArray(value) ? value[0] : value;
  return text !== undefined && /^[\x20-\x7e]{1,128}$/.test(text) ? text : undefined;
}

/**
 * The code is Node's own; the message may quote what the other side sent.
 *
 * @param secrets everything secret that the other side knows
 */
export function reasonOf(error: unknown, secrets: readonly string[]): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code } = error as NodeJS.ErrnoException;
  // undici says "Proxy response (407) !== 200 when HTTP Tunneling"; Node.js adds advice about its
  // command line, which a function does not have.
  const said = error.message.replace(/ !== 200.*$|; if the root CA is installed .*$/, '');
  const message = redactId(said, secrets);
  return typeof code === 'string' && !message.includes(code) ? `${code} ${message}` : message;
}
