import { AwsError } from './errors.ts';
import type { HttpRequest, HttpResponse } from './http-server.ts';
import type { Protocol } from './protocol.ts';

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
    unknown: (action) => {
      const version = /\d{4}-\d\d-\d\d/.exec(namespace)?.[0];
      return new AwsError(
        'InvalidAction',
        `Could not find operation ${action} for version ${version}`,
      );
    },
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
