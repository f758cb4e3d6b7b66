import { decodeCbor, encodeCbor } from './cbor.ts';
import { serializationError, unknownOperation } from './errors.ts';
import type { HttpResponse } from './http-server.ts';
import type { Protocol } from './protocol.ts';

/**
 * The protocol RPC v2 with CBOR, which newer SDKs choose where a service has it.
 *
 * @param isInstant true for the names of members that are instants, or lists of them
 * @see https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
 */
export function cborProtocol(isInstant: (member: string) => boolean): Protocol {
  const respond = (status: number, requestId: string, body: object): HttpResponse => ({
    status,
    headers: {
      'content-type': 'application/cbor',
      'smithy-protocol': 'rpc-v2-cbor',
      'x-amzn-requestid': requestId,
    },
    body: encodeCbor(body, isInstant),
  });
  return {
    read({ url, body }) {
      const [, action] = /^\/service\/\w+\/operation\/(\w+)$/.exec(url.pathname) ?? [];
      if (action === undefined) throw unknownOperation();
      let input: unknown = {};
      try {
        if (body.length > 0) input = decodeCbor(body);
      } catch {
        throw serializationError('The request body is not valid CBOR.');
      }
      return { action, input: input as Readonly<Record<string, unknown>> };
    },
    result: (_, result, requestId) => respond(200, requestId, result),
    error: ({ type, message, status }, requestId) =>
      respond(status, requestId, { __type: type, message }),
    unknown: () => unknownOperation(),
  };
}
