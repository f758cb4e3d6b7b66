import { EnvHttpProxyAgent, request } from 'undici';

export interface HttpResponse {
  readonly status: number;
  readonly body: string;
}

const largest = 64 * 1024;
const timeLimit = 10_000;

/** Sends one GET, through the environment's proxy if it has one, without following redirects. */
export async function get(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const dispatcher = new EnvHttpProxyAgent();
  try {
    const { statusCode, body } = await request(url, {
      dispatcher,
      headers: { accept: 'application/json', ...headers },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeLimit)]),
    });
    let text = '';
    for await (const chunk of body.setEncoding('utf8')) {
      text += chunk;
      if (text.length > largest) break;
    }
    return { status: statusCode, body: text };
  } finally {
    await dispatcher.destroy();
  }
}
