import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface FilterRule {
  /** The action of a request, or its method and path. */
  readonly when: (action: string) => boolean;
  readonly status: number;
  readonly body?: string;
  /** Done before it answers. */
  readonly first?: () => Promise<void>;
  /** The request is passed on before it is answered so. */
  readonly isCarriedOut?: boolean;
}

/** A web filter in front of AWS, or of the Console, which answers some requests itself. */
export async function startFilter(target: string): Promise<{ url: string; rules: FilterRule[] }> {
  const rules: FilterRule[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const passOn = async (): Promise<IncomingMessage> => {
      const url = new URL(request.url ?? '/', target);
      const { method, headers } = request;
      const out = httpRequest(url, { method, headers: { ...headers, host: url.host } }).end(body);
      const [answer] = (await once(out, 'response')) as [IncomingMessage];
      return answer;
    };
    const [action = ''] = String(request.headers['x-amz-target'] ?? '')
      .split('.')
      .reverse();
    const rule = rules.find(({ when }) => when(action || `${request.method} ${request.url}`));
    if (rule === undefined) {
      const answer = await passOn();
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
      return;
    }
    await rule.first?.();
    if (rule.isCarriedOut === true) (await passOn()).resume();
    response.writeHead(rule.status, { 'content-type': 'text/html' }).end(rule.body ?? '');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, rules };
}
