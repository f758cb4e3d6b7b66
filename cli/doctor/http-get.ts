import { request } from 'undici';
import { HttpRoute } from '../../lambda/adapters/http-route.ts';
import type { Session } from '../session.ts';

export interface HttpResponse {
  readonly status: number;
  readonly body: string;
  /** A page for people. */
  readonly isPage: boolean;
}

const largest = 64 * 1024;
// Seconds.
const timeLimit = 10;

/** Sends one GET, through the session's proxy if it has one, without following redirects. */
export async function get(
  url: string,
  headers: Readonly<Record<string, string>>,
  { network, signal }: Pick<Session, 'network' | 'signal'>,
): Promise<HttpResponse> {
  await using route = new HttpRoute({ proxy: network.proxy, connectTimeout: timeLimit });
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeLimit * 1000)]);
  const {
    statusCode,
    headers: received,
    body,
  } = await request(url, {
    dispatcher: await route.to(url, deadline),
    headers: { accept: 'application/json', ...headers },
    signal: deadline,
  });
  let text = '';
  for await (const chunk of body.setEncoding('utf8')) {
    text += chunk;
    if (text.length > largest) break;
  }
  const isPage =
    /^text\/html\b/i.test(String(received['content-type'])) || /^\s*<(!|html)/i.test(text);
  return { status: statusCode, body: text, isPage };
}
