import { serializationError, unknownOperation } from './errors.ts';
import type { HttpRequest, HttpResponse } from './http-server.ts';
import type { Protocol } from './protocol.ts';

/** The member of an error's body that has its message. Some services spell it in capitals. */
type MessageMember = 'message' | 'Message';

/**
 * The protocols AWS JSON 1.0 and 1.1.
 *
 * @param target the service's name in the `X-Amz-Target` header
 * @param membersOf the members that have the message of an error of a type. @default both, which every
 *   SDK reads
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export function jsonProtocol(
  version: '1.0' | '1.1',
  target: string,
  membersOf?: (type: string) => readonly MessageMember[],
): Protocol {
  return {
    read(request) {
      // Some SDKs put the service's namespace in front.
      const [action = '', service] = String(request.headers['x-amz-target']).split('.').reverse();
      if (request.method !== 'POST' || service !== target) throw unknownOperation();
      return { action, input: requestBody(request) };
    },
    ...jsonResponses(`application/x-amz-json-${version}`, membersOf),
  };
}

/** Results and errors as JSON, which the REST protocol shares. */
export function jsonResponses(
  contentType: string,
  membersOf: (type: string) => readonly MessageMember[] = () => ['message', 'Message'],
): Pick<Protocol, 'result' | 'error' | 'unknown'> {
  const respond = (
    status: number,
    requestId: string,
    body: object,
    headers: Readonly<Record<string, string>> = {},
  ): HttpResponse => ({
    status,
    headers: { 'content-type': contentType, 'x-amzn-requestid': requestId, ...headers },
    body: JSON.stringify(body),
  });
  return {
    result: (_, result, requestId) => respond(200, requestId, result),
    error({ type, message, status }, requestId) {
      const members = message === '' ? [] : membersOf(type);
      const messages = Object.fromEntries(members.map((member) => [member, message]));
      return respond(
        status,
        requestId,
        { __type: type, ...messages },
        { 'x-amzn-errortype': type },
      );
    },
    unknown: () => unknownOperation(),
  };
}

/** @throws AwsError if the body is not a JSON object; the error never quotes the body. */
function requestBody({ body }: HttpRequest): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString() || '{}');
  } catch {
    throw serializationError('The request body is not valid JSON.');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw serializationError('The request body must be a JSON object.');
  }
  return parsed as Record<string, unknown>;
}
