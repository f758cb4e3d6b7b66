import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LambdaEmulatorOptions } from '../../../emulators/lambda/emulator.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { bundle, startLambda } from './start-lambda.ts';

/** The result of the first invocation of a function with this bundle. */
async function invokeBundle(path: string, options?: LambdaEmulatorOptions) {
  const lambda = await startLambda([], options);
  lambda.createFunction({ functionName: 'f', bundle: path });
  return lambda.invoke('f');
}

describe('an error of the function', () => {
  it('is serialised with its type, message and trace', async () => {
    const lambda = await startLambda(['fails']);
    const { functionError, payload, logs } = await lambda.invoke('fails');
    expect(functionError).toBe('Unhandled');
    expect(payload).toEqual({
      errorType: 'TypeError',
      errorMessage: 'no such thing',
      trace: expect.arrayContaining(['TypeError: no such thing']),
    });
    expect(logs.at(1)).toMatch(/\tERROR\tInvoke Error \t\{"errorType":"TypeError"/);
    expect(logs.at(-1)).toMatch(/\tStatus: error\tError Type: TypeError$/);
  });

  it('keeps the sandbox', async () => {
    const lambda = await startLambda(['fails']);
    await lambda.invoke('fails');
    const pids = lambda.processIds('fails');
    await lambda.invoke('fails');
    expect(pids).toHaveLength(1);
    expect(lambda.processIds('fails')).toEqual(pids);
  });

  it.each([
    ['throwsText', 'string', 'only a text'],
    ['returnsCycle', 'Runtime.JSONStringifyError', 'Unable to stringify response body'],
    ['throwsInTimer', 'RangeError', 'in a timer'],
    ['forgetsRejection', 'Runtime.UnhandledPromiseRejection', 'Error: forgotten'],
  ])('%s is reported as %s', async (name, errorType, errorMessage) => {
    const lambda = await startLambda([name]);
    const { payload } = await lambda.invoke(name);
    expect(payload).toMatchObject({ errorType, errorMessage });
  });

  it.each(['throwsInTimer', 'forgetsRejection'])('%s ends the sandbox', async (name) => {
    const lambda = await startLambda([name]);
    await lambda.invoke(name);
    expect(lambda.processIds(name)).toEqual([]);
  });
});

describe('a time-out', () => {
  it.each(['hangs', 'spins'])('of a function that %s is reported as at Lambda', async (name) => {
    const lambda = await startLambda([name], { settings: { timeoutSeconds: 0.2 } });
    const { requestId, functionError, payload, logs } = await lambda.invoke(name);
    expect(functionError).toBe('Unhandled');
    expect(payload).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${requestId} Error: Task timed out after 0.20 seconds`,
    });
    expect(logs.at(-3)).toMatch(/Z [0-9a-f-]{36} Task timed out after 0\.20 seconds$/);
    expect(logs.at(-1)).toMatch(/\tStatus: timeout$/);
  });

  it('keeps the output before it and ends the sandbox', async () => {
    const lambda = await startLambda(['hangs'], { settings: { timeoutSeconds: 0.5 } });
    const { logs } = await lambda.invoke('hangs');
    expect(logs).toContain('before the end');
    expect(lambda.processIds('hangs')).toEqual([]);
    expect((await lambda.invoke('hangs')).logs.at(-1)).toContain('Init Duration');
  });
});

describe('a crash', () => {
  it.each([
    ['exits', { code: 1 }, 'Runtime.ExitError', 'Runtime exited with error: exit status 1'],
    ['exits', { code: 0 }, 'Runtime.ExitError', 'Runtime exited without providing a reason'],
    ['isKilled', {}, 'Runtime.ExitError', 'Runtime exited with error: signal: killed'],
    ['neverSettles', {}, 'Runtime.NodeJsExit', 'The Lambda runtime client detected an unexpected'],
  ])('of a function that %s %j is %s: %s', async (name, event, errorType, message) => {
    const lambda = await startLambda([name]);
    const { requestId, functionError, payload, logs } = await lambda.invoke(name, event);
    expect({ functionError, payload }).toEqual({
      functionError: 'Unhandled',
      payload: {
        errorType,
        errorMessage: expect.stringContaining(`RequestId: ${requestId} Error: ${message}`),
      },
    });
    expect(logs).toContain(errorType);
    expect(logs.at(-1)).toContain(`\tStatus: error\tError Type: ${errorType}`);
    expect(lambda.processIds(name)).toEqual([]);
  });
});

describe('the size limit of a response', () => {
  const largest = 6_291_556;

  it('admits the largest response', async () => {
    const lambda = await startLambda(['large']);
    const { payload, functionError } = await lambda.invoke('large', { bytes: largest });
    expect(functionError).toBeUndefined();
    expect(payload).toHaveLength(largest - 2);
  });

  it.each([largest + 1, 17_000_000])('rejects %i bytes and keeps the sandbox', async (bytes) => {
    const lambda = await startLambda(['large']);
    expect(await lambda.invoke('large', { bytes })).toMatchObject({
      functionError: 'Unhandled',
      payload: {
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage:
          'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
      },
    });
    expect(await lambda.invoke('large', { bytes: 10 })).toMatchObject({ payload: 'xxxxxxxx' });
    expect(lambda.processIds('large')).toHaveLength(1);
  });
});

describe('a failed initialisation', () => {
  it.each([
    ['missing', 'Runtime.ImportModuleError', "Error: Cannot find module 'missing'"],
    ['throws-at-import', 'RangeError', 'bad configuration'],
  ])('of the bundle %s is reported as %s', async (name, errorType, errorMessage) => {
    const { functionError, payload, logs } = await invokeBundle(bundle(name));
    expect(functionError).toBe('Unhandled');
    expect(payload).toMatchObject({ errorType, errorMessage });
    expect(logs.at(-1)).toContain(`\tStatus: error\tError Type: ${errorType}`);
  });

  it.each([
    [
      'noSuchExport',
      'Runtime.HandlerNotFound',
      'handlers.noSuchExport is undefined or not exported',
    ],
    ['notAFunction', 'Runtime.HandlerNotFound', 'handlers.notAFunction is not a function'],
    ['withCallback', 'Runtime.CallbackHandlerDeprecated', expect.stringContaining('Node.js 24')],
  ])('for the handler %s is reported as %s', async (name, errorType, errorMessage) => {
    const lambda = await startLambda([name]);
    expect((await lambda.invoke(name)).payload).toMatchObject({ errorType, errorMessage });
  });

  it('is reported for a bundle with a syntax error', async () => {
    const file = join(await temporaryDirectory(), 'index.mjs');
    await writeFile(file, 'export const = 1;');
    const { payload } = await invokeBundle(file);
    expect(payload).toMatchObject({ errorType: 'Runtime.UserCodeSyntaxError' });
  });

  it('is reported for a bundle that exits the process', async () => {
    const { requestId, payload } = await invokeBundle(bundle('exits-at-import'));
    expect(payload).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: exit status 7`,
    });
  });

  it('is reported for a bundle that takes too long to load', async () => {
    const { payload } = await invokeBundle(bundle('hangs-at-import'), { initTimeoutMs: 300 });
    expect(payload).toMatchObject({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringContaining('Task timed out after 0.30 seconds'),
    });
  });

  it('is repeated in a new sandbox by the next invocation', async () => {
    const lambda = await startLambda();
    lambda.createFunction({ functionName: 'f', bundle: bundle('throws-at-import') });
    await lambda.invoke('f');
    await lambda.invoke('f');
    expect(lambda.logs('f').filter((line) => line === 'importing')).toHaveLength(2);
    expect(lambda.processIds('f')).toEqual([]);
  });
});
