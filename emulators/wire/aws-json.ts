import { AwsError, serializationError } from './errors.ts';
import type { HttpRequest, HttpResponse } from './http-server.ts';

const contentType = 'application/x-amz-json-1.1';
const targetPrefix = 'secretsmanager.';

/** The operation that a request asks for, from its `X-Amz-Target` header. */
export function requestedAction({ method, headers }: HttpRequest): string {
  const target = headers['x-amz-target'];
  if (method === 'POST' && typeof target === 'string' && target.startsWith(targetPrefix)) {
    return target.slice(targetPrefix.length);
  }
  throw unknownOperation();
}

/** The answer to a call of something that is not emulated. */
export function unknownOperation(): AwsError {
  return new AwsError('UnknownOperationException', 'The requested operation is not known.');
}

/** @throws AwsError if the body is not a JSON object; it never quotes from the body. */
export function requestBody({ body }: HttpRequest): Readonly<Record<string, unknown>> {
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

/** The answer to a call that succeeded. */
export function resultResponse(requestId: string, result: object): HttpResponse {
  return response(200, requestId, result);
}

/** The answer to a call that failed. */
export function errorResponse(requestId: string, error: AwsError): HttpResponse {
  const { type, message, status } = error;
  // The service's own errors say Message, those of the framework before it say message.
  const body = { __type: type, message, Message: message };
  return response(status, requestId, body, { 'x-amzn-errortype': type });
}

function response(
  status: number,
  requestId: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return {
    status,
    headers: { 'content-type': contentType, 'x-amzn-requestid': requestId, ...headers },
    body: JSON.stringify(body),
  };
}
