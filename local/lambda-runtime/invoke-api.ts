import { type HttpReply, type HttpRequest, json } from '../http-server.ts';
import { handlerOf } from './environment.ts';
import { LambdaApiError } from './errors.ts';
import type { InvocationRecord, LambdaFunction } from './function.ts';

export type InvocationType = 'RequestResponse' | 'Event' | 'DryRun';

/** What answers the Invoke API; `record` is there for `RequestResponse` only. */
export interface InvokeBackend {
  find(functionName: string, qualifier?: string): LambdaFunction;
  call(
    target: LambdaFunction,
    type: InvocationType,
    body: Buffer,
  ): Promise<{ readonly requestId: string; readonly record?: InvocationRecord }>;
}

const tailBytes = 4096;
const isInvocationType = (text: string): text is InvocationType =>
  ['RequestResponse', 'Event', 'DryRun'].includes(text);

/** Answers as the Lambda API does. @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export async function answerInvokeApi(
  backend: InvokeBackend,
  request: HttpRequest,
): Promise<HttpReply> {
  try {
    return await route(backend, request);
  } catch (error) {
    if (error instanceof LambdaApiError) return errorReply(error);
    const message = error instanceof Error ? error.message : String(error);
    return errorReply(new LambdaApiError('ServiceException', 500, message));
  }
}

function route(backend: InvokeBackend, request: HttpRequest): HttpReply | Promise<HttpReply> {
  const { pathname, searchParams } = request.url;
  const match = /^\/2015-03-31\/functions\/([^/]+)(\/.*)?$/.exec(pathname);
  const operation = `${request.method} ${match?.[2] ?? ''}`;
  if (match?.[1] !== undefined) {
    const qualifier = searchParams.get('Qualifier') ?? undefined;
    const find = (name: string): LambdaFunction =>
      backend.find(decodeURIComponent(name), qualifier);
    if (operation === 'POST /invocations') return invoke(backend, find(match[1]), request);
    if (operation === 'GET /configuration') return json(200, configuration(find(match[1])));
    if (operation === 'GET ') return json(200, { Configuration: configuration(find(match[1])) });
  }
  const message = `${request.method} ${pathname} is not part of the emulated Lambda API`;
  throw new LambdaApiError('UnknownOperationException', 404, message);
}

async function invoke(
  backend: InvokeBackend,
  target: LambdaFunction,
  { headers, body }: HttpRequest,
): Promise<HttpReply> {
  const type = String(headers['x-amz-invocation-type'] ?? 'RequestResponse');
  if (!isInvocationType(type)) {
    const message = `Value '${type}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]`;
    throw new LambdaApiError('InvalidParameterValueException', 400, message);
  }
  const { requestId, record } = await backend.call(target, type, body);
  const idHeader = { 'x-amzn-RequestId': requestId };
  if (record === undefined) return { status: type === 'Event' ? 202 : 204, headers: idHeader };
  const { payload, status, logs } = record;
  return {
    status: 200,
    headers: {
      ...idHeader,
      'content-type': 'application/json',
      'X-Amz-Executed-Version': '$LATEST',
      ...(status === 'success' ? {} : { 'X-Amz-Function-Error': 'Unhandled' }),
      ...(headers['x-amz-log-type'] === 'Tail' ? { 'X-Amz-Log-Result': encodedTail(logs) } : {}),
    },
    body: payload,
  };
}

function encodedTail(logs: readonly string[]): string {
  const text = logs.map((line) => `${line}\n`).join('');
  return Buffer.from(text).subarray(-tailBytes).toString('base64');
}

function configuration({ definition, ...target }: LambdaFunction): Record<string, unknown> {
  return {
    FunctionName: definition.functionName,
    FunctionArn: target.surroundings.arn,
    Runtime: 'nodejs24.x',
    Handler: handlerOf(definition),
    Timeout: target.timeoutMs / 1000,
    MemorySize: target.memoryMb,
    Environment: { Variables: definition.environment ?? {} },
    PackageType: 'Zip',
    Version: '$LATEST',
    State: 'Active',
    LastUpdateStatus: 'Successful',
  };
}

function errorReply({ name, status, message, reason }: LambdaApiError): HttpReply {
  // AWS spells this field differently for this one error.
  const field = name === 'ResourceNotFoundException' ? 'Message' : 'message';
  const origin = status < 500 ? 'User' : 'Service';
  const body = { Type: origin, [field]: message, ...(reason ? { Reason: reason } : {}) };
  return json(status, body, { 'x-amzn-ErrorType': name });
}
