import { readFile } from 'node:fs/promises';
import { Agent, get, type IncomingMessage, type RequestOptions } from 'node:http';
import type { ReadRequest, SecretValue } from './options.ts';
import { shares } from './shared-piece.ts';

export type LocalCache = 'extension' | 'agent';

// A secret has at most 64 KiB, and JSON may take six characters for each of its bytes.
const longestAnswer = 1_048_576;
const longestFailure = 300;
// A name of an AWS error has no digit.
const longWord = /(?=\w*\d)[\w+/=-]{20,}/g;

type Environment = Readonly<Record<string, string | undefined>>;

export interface LocalRead extends ReadRequest {
  readonly secretId: string;
  readonly cache: LocalCache;
  readonly port?: number | undefined;
}

/**
 * Reads through the AWS Parameters and Secrets extension, or the AWS Secrets Manager Agent.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/secrets-manager-agent.html
 */
export async function readLocalCache(read: LocalRead, env: Environment): Promise<SecretValue> {
  const { secretId, cache, fresh, signal } = read;
  const port = read.port ?? (env['PARAMETERS_SECRETS_EXTENSION_HTTP_PORT'] || 2773);
  const query = new URLSearchParams({ secretId });
  // The extension documents no such parameter.
  if (fresh && cache === 'agent') query.set('refreshNow', 'true');
  const token = await tokenOf(cache, env);
  const { status, body } = await request(`http://127.0.0.1:${port}/secretsmanager/get?${query}`, {
    // Not the global one, which may be a proxy's (NODE_USE_ENV_PROXY): the header is a credential.
    agent: new Agent({ proxyEnv: {} }),
    headers: { 'X-Aws-Parameters-Secrets-Token': token },
    signal,
  });
  if (status === 200) return JSON.parse(body) as SecretValue;
  // Another program at this port may repeat what it was sent, in its own way of writing it.
  const shown = (text = '') => (shares(text, token) ? '' : text.replace(longWord, '…'));
  // Until the first invocation begins, the extension answers 400 "not ready to serve traffic".
  const text = body.slice(0, longestFailure);
  const name = shown(/(?:\w+Exception|DecryptionFailure)\b/.exec(text)?.[0]) || `HTTP ${status}`;
  throw Object.assign(new Error(shown(text)), { name, code: status });
}

async function request(
  url: string,
  options: RequestOptions,
): Promise<{ readonly status: number | undefined; readonly body: string }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, options, resolve).on('error', reject);
  });
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) {
    body += chunk;
    // Leaving the loop closes the connection.
    if (body.length > longestAnswer) throw new RangeError('the answer is too long for a secret');
  }
  return { status: response.statusCode, body };
}

/** The proof that this process may read on its own behalf. */
async function tokenOf(cache: LocalCache, env: Environment): Promise<string> {
  if (cache === 'extension') return env['AWS_SESSION_TOKEN'] ?? '';
  const token = env['AWS_TOKEN'] || 'file:///var/run/awssmatoken';
  if (!token.startsWith('file://')) return token;
  return (await readFile(token.slice('file://'.length), 'utf8')).trim();
}
