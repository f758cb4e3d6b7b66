import { jsonResponses } from './aws-json.ts';
import { unknownOperation } from './errors.ts';
import type { HttpRequest } from './http-server.ts';
import type { Protocol } from './protocol.ts';

/** An operation of a REST protocol; the named groups of the path become members of the input. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  readonly action: string;
}

/** @see https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html */
export function restProtocol(routes: readonly Route[]): Protocol {
  return {
    read({ method, url }: HttpRequest) {
      for (const { path, action, ...route } of routes) {
        const match = route.method === method ? path.exec(url.pathname) : null;
        if (match === null) continue;
        const labels = Object.entries(match.groups ?? {});
        const decoded = labels.map(([name, text]) => [name, decodeURIComponent(text)]);
        return { action, input: Object.fromEntries([...decoded, ...url.searchParams]) };
      }
      throw unknownOperation(404);
    },
    ...jsonResponses('application/json'),
  };
}
