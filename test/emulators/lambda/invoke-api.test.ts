import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LambdaEmulator } from '../../../emulators/lambda/emulator.ts';
import { awsCli, run } from '../../support/foreign-clients.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { startLambda } from './start-lambda.ts';

function post(
  lambda: LambdaEmulator,
  functionName: string,
  { body, headers = {} }: Pick<RequestInit, 'body' | 'headers'> = {},
): Promise<Response> {
  const name = encodeURIComponent(functionName);
  const url = `${lambda.url}/2015-03-31/functions/${name}/invocations`;
  return fetch(url, { method: 'POST', headers, body: body ?? null });
}

describe('Invoke', () => {
  it('returns the result of the function', async () => {
    const lambda = await startLambda(['echo']);
    const response = await post(lambda, 'echo', { body: '{"a":[1]}' });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-amz-executed-version')).toBe('$LATEST');
    expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(response.headers.has('x-amz-function-error')).toBe(false);
    expect(response.headers.has('x-amz-log-result')).toBe(false);
    expect(await response.json()).toMatchObject({ event: { a: [1] } });
  });

  it.each([
    'echo',
    'echo:$LATEST',
    '111122223333:function:echo',
    'arn:aws:lambda:us-east-1:111122223333:function:echo',
    'arn:aws:lambda:us-east-1:111122223333:function:echo:$LATEST',
  ])('finds the function as %s', async (name) => {
    const lambda = await startLambda(['echo']);
    const response = await post(lambda, name, { headers: { 'x-amz-invocation-type': 'DryRun' } });
    expect(response.status).toBe(204);
    expect(lambda.logs('echo')).toEqual([]);
  });

  it.each([
    ['nobody', 'Function not found: arn:aws:lambda:us-east-1:111122223333:function:nobody:$LATEST'],
    ['echo:live', 'Function not found: arn:aws:lambda:us-east-1:111122223333:function:echo:live'],
    [
      'arn:aws:lambda:eu-west-1:111122223333:function:echo',
      "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
    ],
  ])('does not find %s', async (name, Message) => {
    const lambda = await startLambda(['echo']);
    const response = await post(lambda, name);
    expect(response.status).toBe(404);
    expect(response.headers.get('x-amzn-errortype')).toBe('ResourceNotFoundException');
    expect(await response.json()).toEqual({ Type: 'User', Message });
  });

  // LocalStack's test_function_name_and_qualifier_validation, recorded on AWS
  it.each([
    '*',
    'echo!',
    'invalid-account:function:echo',
    'arn:aws:lambda:invalid-region:111122223333:function:echo',
    'arn:aws:ec2:us-east-1:111122223333:instance:i-1234567890abcdef0',
    'arn:aws:lambda:us-east-1:111122223333:function:echo:1:2',
    'arn:aws:lambda::111122223333:function:echo',
    'arn:aws:lambda:us-east-1::function:echo',
    'echo:$LATES',
  ])('refuses the malformed name %s', async (name) => {
    const lambda = await startLambda(['echo']);
    const response = await post(lambda, name);
    expect(response.status).toBe(400);
    expect(response.headers.get('x-amzn-errortype')).toBe('ValidationException');
    const { message } = (await response.json()) as { message: string };
    expect(message).toContain(
      `1 validation error detected: Value '${name}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:`,
    );
  });

  it.each([
    ['echo', 'invalid!', 'ValidationException', "Value 'invalid!' at 'qualifier'"],
    ['echo', 'a'.repeat(129), 'ValidationException', 'less than or equal to 128'],
    ['*', 'a'.repeat(129), 'ValidationException', '2 validation errors detected'],
    ['echo:$LATEST', '1', 'InvalidParameterValueException', 'does not match the specified'],
  ])('refuses %s with the qualifier %s', async (name, qualifier, type, text) => {
    const lambda = await startLambda(['echo']);
    const path = `${encodeURIComponent(name)}/invocations?Qualifier=${encodeURIComponent(qualifier)}`;
    const url = `${lambda.url}/2015-03-31/functions/${path}`;
    const response = await fetch(url, { method: 'POST' });
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([400, type]);
    expect(((await response.json()) as { message: string }).message).toContain(text);
  });

  it('treats an empty body as an empty event', async () => {
    const lambda = await startLambda(['echo']);
    expect(await (await post(lambda, 'echo')).json()).toMatchObject({ event: {} });
  });

  it('marks an error of the function in a header', async () => {
    const lambda = await startLambda(['fails']);
    const response = await post(lambda, 'fails');
    expect(response.status).toBe(200);
    expect(response.headers.get('x-amz-function-error')).toBe('Unhandled');
    expect(await response.json()).toMatchObject({ errorType: 'TypeError' });
  });

  it('returns the last 4 KB of the log on request', async () => {
    const lambda = await startLambda(['writes']);
    const response = await post(lambda, 'writes', {
      body: JSON.stringify({ out: 'x'.repeat(5000) }),
      headers: { 'x-amz-log-type': 'Tail' },
    });
    const tail = Buffer.from(response.headers.get('x-amz-log-result') ?? '', 'base64');
    expect(tail).toHaveLength(4096);
    expect(tail.toString()).toMatch(/^x+\nEND RequestId: .+\nREPORT RequestId: .+\n$/);
  });
});

describe('Invoke rejects', () => {
  it.each([
    ['RequestResponse', 6_291_456],
    ['Event', 1_048_576],
  ])('a payload over the limit of %s', async (type, limit) => {
    const lambda = await startLambda(['returnsNothing']);
    const headers = { 'x-amz-invocation-type': type };
    const body = (bytes: number): string => JSON.stringify('x'.repeat(bytes - 2));
    const refused = await post(lambda, 'returnsNothing', { body: body(limit + 1), headers });
    expect(refused.status).toBe(413);
    expect(refused.headers.get('x-amzn-errortype')).toBe('RequestTooLargeException');
    expect(await refused.json()).toMatchObject({
      message: `${limit + 1} byte payload is too large for the ${type} invocation type (limit ${limit} bytes)`,
    });
    const accepted = await post(lambda, 'returnsNothing', { body: body(limit), headers });
    expect(accepted.ok).toBe(true);
  });

  it.each([
    ['{no json', {}, 'InvalidRequestContentException'],
    ['{}', { 'x-amz-invocation-type': 'Sometimes' }, 'InvalidParameterValueException'],
  ])('the body %j with the headers %j', async (body, headers, type) => {
    const lambda = await startLambda(['echo']);
    const response = await post(lambda, 'echo', { body, headers });
    expect(response.status).toBe(400);
    expect(response.headers.get('x-amzn-errortype')).toBe(type);
    expect(await response.json()).toMatchObject({ Type: 'User', message: expect.any(String) });
  });

  it('an invocation when the reserved concurrency is exhausted', async () => {
    const lambda = await startLambda(['hangs'], { settings: { reservedConcurrency: 1 } });
    const running = lambda.invoke('hangs');
    const response = await post(lambda, 'hangs');
    expect(response.status).toBe(429);
    expect(response.headers.get('x-amzn-errortype')).toBe('TooManyRequestsException');
    expect(await response.json()).toEqual({
      Type: 'User',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      message: 'Rate Exceeded.',
    });
    await lambda.stop();
    await running;
  });
});

describe('the Lambda API', () => {
  it('describes a function', async () => {
    const lambda = await startLambda(['echo'], { settings: { environment: { STAGE: 'test' } } });
    const url = `${lambda.url}/2015-03-31/functions/echo`;
    const configuration = {
      FunctionArn: 'arn:aws:lambda:us-east-1:111122223333:function:echo',
      Handler: 'handlers.echo',
      Timeout: 20,
      MemorySize: 128,
      Environment: { Variables: { STAGE: 'test' } },
      State: 'Active',
    };
    expect(await (await fetch(url)).json()).toMatchObject({ Configuration: configuration });
    expect(await (await fetch(`${url}/configuration`)).json()).toMatchObject(configuration);
  });

  it('rejects other operations as unknown', async () => {
    const lambda = await startLambda();
    const response = await fetch(`${lambda.url}/2015-03-31/layers`);
    expect(response.status).toBe(404);
    expect(response.headers.get('x-amzn-errortype')).toBe('UnknownOperationException');
    // AWS has no message for it.
    expect(await response.json()).toEqual({ Type: 'User' });
  });
});

it('the AWS CLI can invoke a function', async (context) => {
  const cli = awsCli(context);
  const lambda = await startLambda(['echo']);
  const out = join(await temporaryDirectory(), 'out.json');
  const command = `lambda invoke --endpoint-url ${lambda.url} --output json --function-name echo --log-type Tail --cli-binary-format raw-in-base64-out --payload {"from":"cli"} ${out}`;
  const { StatusCode, ExecutedVersion, LogResult } = JSON.parse(await run(cli, command.split(' ')));
  expect({ StatusCode, ExecutedVersion }).toEqual({ StatusCode: 200, ExecutedVersion: '$LATEST' });
  expect(Buffer.from(LogResult, 'base64').toString()).toMatch(/^START RequestId: /);
  expect(JSON.parse(await readFile(out, 'utf8'))).toMatchObject({ event: { from: 'cli' } });
});
