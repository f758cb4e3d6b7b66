import { randomUUID } from 'node:crypto';
import { AwsError, unknownOperation } from '../wire/errors.ts';
import { type HttpReply, type HttpRequest, json } from '../wire/http-server.ts';
import { pageOf } from '../wire/page.ts';
import { handlerOf } from './environment.ts';
import type { InvocationRecord, LambdaFunction } from './function.ts';

export type InvocationType = 'RequestResponse' | 'Event' | 'DryRun';

/** The result of an accepted invocation; only a `RequestResponse` has a record. */
export interface InvokeAnswer {
  readonly requestId: string;
  readonly record?: InvocationRecord | undefined;
}

/** A function, and its ARN as the caller named it. */
export interface FoundFunction {
  readonly target: LambdaFunction;
  readonly functionArn: string;
}

/** The emulator, as far as its API needs it. */
export interface InvokeBackend {
  /** @throws AwsError if the name is malformed or refers to nothing */
  find(functionName: string, qualifier: string | undefined, action: string): FoundFunction;
  list(): readonly LambdaFunction[];
  call(found: FoundFunction, type: InvocationType, body: Buffer): Promise<InvokeAnswer>;
  /** @throws AwsError if the caller is not authorized to perform the action. */
  authorize(request: HttpRequest, action: string, resource: string): Promise<void>;
  /** The members of a function's configuration that are replaced. */
  overridesOf(functionName: string): object;
}

/** The emulated operations, by their names in IAM policies. */
const routes = {
  ListFunctions: ['GET', /^\/2015-03-31\/functions\/?$/],
  GetFunction: ['GET', /^\/2015-03-31\/functions\/([^/]+)$/],
  GetFunctionConfiguration: ['GET', /^\/2015-03-31\/functions\/([^/]+)\/configuration$/],
  InvokeFunction: ['POST', /^\/2015-03-31\/functions\/([^/]+)\/invocations$/],
} as const;

type Action = keyof typeof routes;

/** The operation that a request asks for; undefined if it is not emulated. */
export function invokeApiAction({ method, url }: HttpRequest): Action | undefined {
  const actions = Object.keys(routes) as Action[];
  return actions.find((action) => {
    const [wanted, path] = routes[action];
    return wanted === method && path.test(url.pathname);
  });
}

const pageSize = 50;
const tailBytes = 4096;
const isInvocationType = (text: string): text is InvocationType =>
  ['RequestResponse', 'Event', 'DryRun'].includes(text);

/** Answers as the Lambda API does. @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export async function answerInvokeApi(
  backend: InvokeBackend,
  request: HttpRequest,
): Promise<HttpReply> {
  const reply = await answered(backend, request);
  const id = { 'x-amzn-requestid': randomUUID() };
  return typeof reply === 'object' ? { ...reply, headers: { ...id, ...reply.headers } } : reply;
}

async function answered(backend: InvokeBackend, request: HttpRequest): Promise<HttpReply> {
  try {
    return await route(backend, request);
  } catch (error) {
    if (error instanceof AwsError) return errorReply(error);
    const message = error instanceof Error ? error.message : String(error);
    return errorReply(new AwsError('ServiceException', message, 500));
  }
}

async function route(backend: InvokeBackend, request: HttpRequest): Promise<HttpReply> {
  const { pathname, searchParams } = request.url;
  const action = invokeApiAction(request);
  if (action === undefined) throw unknownOperation(404);
  if (action === 'ListFunctions') {
    await backend.authorize(request, action, '*');
    return listFunctions(backend, searchParams);
  }
  const [, name = ''] = routes[action][1].exec(pathname) ?? [];
  const qualifier = searchParams.get('Qualifier') ?? undefined;
  const found = backend.find(decodeURIComponent(name), qualifier, action);
  const { target } = found;
  await backend.authorize(request, action, target.surroundings.arn);
  if (action === 'InvokeFunction') return invoke(backend, found, request);
  const document = configuration(backend, target);
  return json(200, action === 'GetFunction' ? { Configuration: document } : document);
}

function listFunctions(backend: InvokeBackend, parameters: URLSearchParams): HttpReply {
  const text = parameters.get('MaxItems') ?? String(pageSize);
  const size = Number(text);
  if (!Number.isInteger(size) || size < 1 || size > 10_000) {
    const message = `Value '${text}' at 'maxItems' failed to satisfy constraint: Member must have value between 1 and 10000`;
    throw new AwsError('InvalidParameterValueException', message);
  }
  const page = pageOf(
    backend.list(),
    ({ surroundings }) => surroundings.arn,
    { size: Math.min(size, pageSize), token: parameters.get('Marker') ?? undefined },
    () => new AwsError('InvalidParameterValueException', 'Invalid Marker'),
  );
  const functions = page.items.map((target) => {
    // Only GetFunctionConfiguration returns these.
    const { State, StateReason, StateReasonCode, LastUpdateStatus, ...listed } = configuration(
      backend,
      target,
    );
    return listed;
  });
  return json(200, { Functions: functions, NextMarker: page.nextToken });
}

async function invoke(
  backend: InvokeBackend,
  found: FoundFunction,
  { headers, body }: HttpRequest,
): Promise<HttpReply> {
  const type = String(headers['x-amz-invocation-type'] ?? 'RequestResponse');
  if (!isInvocationType(type)) {
    const message = `Value '${type}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]`;
    throw new AwsError('InvalidParameterValueException', message);
  }
  const { requestId, record } = await backend.call(found, type, body);
  const idHeader = { 'x-amzn-requestid': requestId };
  if (record === undefined) return { status: type === 'Event' ? 202 : 204, headers: idHeader };
  const { payload, status, logs } = record;
  return {
    status: 200,
    headers: {
      ...idHeader,
      'content-type': 'application/json',
      'X-Amz-Executed-Version': '$LATEST',
      ...(status !== 'success' && { 'X-Amz-Function-Error': 'Unhandled' }),
      ...(headers['x-amz-log-type'] === 'Tail' && { 'X-Amz-Log-Result': encodedTail(logs) }),
    },
    body: payload,
  };
}

function encodedTail(logs: readonly string[]): string {
  const text = logs.map((line) => `${line}\n`).join('');
  return Buffer.from(text).subarray(-tailBytes).toString('base64');
}

function configuration(
  backend: InvokeBackend,
  { definition, ...target }: LambdaFunction,
): Record<string, unknown> {
  const { arn } = target.surroundings;
  const [, partition, , , account] = arn.split(':');
  return {
    FunctionName: definition.functionName,
    FunctionArn: arn,
    Role: `arn:${partition}:iam::${account}:role/${definition.functionName}-role`,
    Runtime: 'nodejs24.x',
    Handler: handlerOf(definition),
    Timeout: target.timeoutMs / 1000,
    MemorySize: target.memoryMb,
    Environment: { Variables: definition.environment ?? {} },
    PackageType: 'Zip',
    Version: '$LATEST',
    State: 'Active',
    LastUpdateStatus: 'Successful',
    ...backend.overridesOf(definition.functionName),
  };
}

function errorReply({ type, status, message, reason }: AwsError): HttpReply {
  // AWS capitalizes this member in these two errors only.
  const isCapital = type === 'ResourceNotFoundException' || type === 'AccessDeniedException';
  const field = isCapital ? 'Message' : 'message';
  const origin = status < 500 ? 'User' : 'Service';
  const body = { Type: origin, [field]: message || undefined, Reason: reason };
  return json(status, body, { 'x-amzn-ErrorType': type });
}
