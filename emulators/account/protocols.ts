import { requestBody, unknownOperation } from '../wire/aws-json.ts';
import { AwsError } from '../wire/errors.ts';
import type { HttpRequest, HttpResponse } from '../wire/http-server.ts';
import type { Protocol } from './service.ts';

/** @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
export function jsonProtocol(version: '1.0' | '1.1', target: string): Protocol {
  const respond = jsonResponses(`application/x-amz-json-${version}`);
  return {
    read(request) {
      // Some SDKs put the namespace of the service in front.
      const [action = '', service] = String(request.headers['x-amz-target']).split('.').reverse();
      if (request.method !== 'POST' || service !== target) throw unknownOperation();
      return { action, input: requestBody(request) };
    },
    ...respond,
  };
}

/** What a request of a REST protocol asks for; named groups of the path are members of the input. */
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
      throw new AwsError(
        'UnknownOperationException',
        `${method} ${url.pathname} is not part of what is emulated`,
        404,
      );
    },
    ...jsonResponses('application/json'),
  };
}

function jsonResponses(contentType: string): Pick<Protocol, 'result' | 'error'> {
  const respond = (
    status: number,
    requestId: string,
    body: object,
    headers = {},
  ): HttpResponse => ({
    status,
    headers: { 'content-type': contentType, 'x-amzn-requestid': requestId, ...headers },
    body: JSON.stringify(body),
  });
  return {
    result: (_, result, requestId) => respond(200, requestId, result),
    error: ({ type, message, status }, requestId) =>
      respond(status, requestId, { __type: type, message }, { 'x-amzn-errortype': type }),
  };
}

/** @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
export function queryProtocol(namespace: string): Protocol {
  const respond = (
    status: number,
    requestId: string,
    name: string,
    content: object,
  ): HttpResponse => ({
    status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: `<${name} xmlns="${namespace}">${xml(content)}</${name}>`,
  });
  return {
    read({ body }: HttpRequest) {
      const { Action = '', ...input } = Object.fromEntries(new URLSearchParams(body.toString()));
      return { action: Action, input };
    },
    result: (action, result, RequestId) =>
      respond(200, RequestId, `${action}Response`, {
        [`${action}Result`]: result,
        ResponseMetadata: { RequestId },
      }),
    error: ({ type, message, status }, RequestId) =>
      respond(status, RequestId, 'ErrorResponse', {
        Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code: type, Message: message },
        RequestId,
      }),
  };
}

function xml(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => `<member>${xml(item)}</member>`).join('');
  if (typeof value !== 'object' || value === null) {
    return String(value).replaceAll(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  }
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => `<${name}>${xml(member)}</${name}>`)
    .join('');
}
