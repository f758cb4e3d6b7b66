import { EnvHttpProxyAgent, request } from 'undici';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

const largest = 64 * 1024;
const timeLimit = 10_000;

/** One GET, through a proxy of the environment if there is one; no redirects. */
export async function get(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Answer> {
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
