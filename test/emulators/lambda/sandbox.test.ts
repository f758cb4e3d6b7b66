import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type HttpReply, HttpServer } from '../../../emulators/wire/http-server.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { bundle, startLambda } from './start-lambda.ts';

interface Echo {
  readonly invocations: number;
  readonly pid: number;
}

/** A server that holds the requests of functions until the test opens the gate. */
async function startGate() {
  const arrived: string[] = [];
  const waiting: (() => void)[] = [];
  const gate = Promise.withResolvers<void>();
  async function* bodyOnceOpen(): AsyncGenerator<string> {
    await gate.promise;
    yield 'open';
  }
  const server = new HttpServer(({ method, url }): HttpReply => {
    arrived.push(`${method} ${url.pathname}`);
    for (const check of waiting) check();
    return { status: 200, body: bodyOnceOpen() };
  });
  await server.start();
  onTestFinished(() => server.stop());
  const arrivals = (count: number): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (arrived.length >= count) resolve();
      };
      waiting.push(check);
      check();
    });
  return { url: server.url, arrived, arrivals, open: () => gate.resolve() };
}

async function stateOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).at(0);
}

describe('a function', () => {
  it('gets an environment like on Lambda, and nothing from this process', async () => {
    process.env['LEAKED_BY_THE_PARENT'] = 'yes';
    onTestFinished(() => {
      delete process.env['LEAKED_BY_THE_PARENT'];
    });
    const lambda = await startLambda(['environment'], {
      region: 'eu-west-1',
      settings: { environment: { STAGE: 'test', NODE_OPTIONS: '--no-warnings' }, memoryMb: 256 },
    });
    const { payload } = await lambda.invoke('environment');
    expect(payload).toEqual({
      _HANDLER: 'handlers.environment',
      _X_AMZN_TRACE_ID: expect.stringMatching(/^Root=1-/),
      AWS_ACCESS_KEY_ID: 'ASIAEMULATEDROLE0000',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_LAMBDA_FUNCTION_NAME: 'environment',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_FORMAT: 'Text',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/environment',
      AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(
        /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/,
      ),
      AWS_LAMBDA_RUNTIME_API: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      AWS_REGION: 'eu-west-1',
      AWS_SECRET_ACCESS_KEY: 'emulated-secret-access-key',
      AWS_SESSION_TOKEN: 'emulated-session-token',
      LAMBDA_RUNTIME_DIR: expect.any(String),
      LAMBDA_TASK_ROOT: expect.stringMatching(/functions$/),
      LANG: 'en_US.UTF-8',
      NODE_OPTIONS: '--no-warnings',
      PATH: expect.any(String),
      STAGE: 'test',
      TZ: ':UTC',
    });
  });

  it('finds the files of its layers under /opt, in the last layer that has them', async () => {
    const directory = await temporaryDirectory();
    const layers = ['first', 'last'].map((name) => join(directory, name));
    for (const layer of layers) {
      await mkdir(layer);
      await writeFile(join(layer, 'both.pem'), '');
    }
    await writeFile(join(directory, 'first', 'only.pem'), '');
    const environment = { BOTH: '/opt/both.pem', ONLY: '/opt/only.pem', NONE: '/opt/none.pem' };
    const lambda = await startLambda(['environment'], { settings: { environment, layers } });
    const { payload } = await lambda.invoke('environment');
    expect(payload).toMatchObject({
      BOTH: join(directory, 'last', 'both.pem'),
      ONLY: join(directory, 'first', 'only.pem'),
      NONE: '/opt/none.pem',
    });
  });

  it('cannot be created with reserved environment variables', async () => {
    const lambda = await startLambda();
    const environment = { AWS_REGION: 'eu-west-1', STAGE: 'test' };
    expect(() =>
      lambda.createFunction({ functionName: 'f', bundle: bundle('handlers'), environment }),
    ).toThrow(/reserved keys .* Reserved keys used in this request: AWS_REGION$/);
  });

  it('gets the context of its invocation', async () => {
    const lambda = await startLambda(['context'], { settings: { timeoutSeconds: 9 } });
    const { payload, requestId } = await lambda.invoke('context');
    expect(payload).toMatchObject({
      awsRequestId: requestId,
      functionName: 'context',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:111122223333:function:context',
      logGroupName: '/aws/lambda/context',
      memoryLimitInMB: '128',
    });
    const { remaining } = payload as { readonly remaining: number };
    expect(remaining).toBeGreaterThan(0);
    expect(remaining).toBeLessThanOrEqual(9000);
  });

  it.each([
    ['qualified', ':$LATEST'],
    ['qualified:$LATEST', ':$LATEST'],
    ['qualified', ''],
  ])('sees its ARN with the qualifier that %s was invoked with', async (name, suffix) => {
    const lambda = await startLambda();
    lambda.createFunction({
      functionName: 'qualified',
      bundle: bundle('handlers'),
      handler: 'handlers.context',
    });
    const query = name === 'qualified' && suffix !== '' ? '?Qualifier=%24LATEST' : '';
    const url = `${lambda.url}/2015-03-31/functions/${name}/invocations${query}`;
    const { invokedFunctionArn } = (await (await fetch(url, { method: 'POST' })).json()) as {
      invokedFunctionArn: string;
    };
    expect(invokedFunctionArn).toBe(
      `arn:aws:lambda:us-east-1:111122223333:function:qualified${suffix}`,
    );
  });

  it('has the result null if it returns nothing', async () => {
    const lambda = await startLambda(['returnsNothing']);
    expect(await lambda.invoke('returnsNothing')).toMatchObject({ payload: null });
  });

  it('has the handler `handler` by default', async () => {
    const lambda = await startLambda();
    lambda.createFunction({ functionName: 'plain', bundle: bundle('handlers') });
    const { payload } = await lambda.invoke('plain', ['any', 'JSON']);
    expect(payload).toMatchObject({ event: ['any', 'JSON'] });
  });
});

describe('sandboxes', () => {
  it('are reused by the next invocation', async () => {
    const lambda = await startLambda(['echo']);
    const first = (await lambda.invoke('echo')).payload as Echo;
    const second = (await lambda.invoke('echo')).payload as Echo;
    expect(second).toMatchObject({ invocations: 2, pid: first.pid });
    expect(lambda.processIds('echo')).toEqual([first.pid]);
  });

  it('run one invocation at a time, so that a concurrent one gets another sandbox', async () => {
    const gate = await startGate();
    const lambda = await startLambda(['calls']);
    const both = [1, 2].map(() => lambda.invoke('calls', { url: gate.url }));
    await gate.arrivals(2);
    expect(lambda.processIds('calls')).toHaveLength(2);
    gate.open();
    expect(await Promise.all(both)).toMatchObject([{ payload: 'open' }, { payload: 'open' }]);
  });

  it.skipIf(process.platform !== 'linux')('are stopped while idle', async () => {
    const lambda = await startLambda(['echo']);
    const { pid } = (await lambda.invoke('echo')).payload as Echo;
    // The signal takes effect on another processor, so poll until it has.
    while ((await stateOf(pid)) !== 'T');
    expect((await lambda.invoke('echo')).payload).toMatchObject({ pid, invocations: 2 });
    while ((await stateOf(pid)) !== 'T');
  });

  it.skipIf(process.platform === 'win32')(
    'are frozen between invocations: unfinished work continues in the next one',
    async () => {
      const gate = await startGate();
      const lambda = await startLambda(['leavesPut', 'echo']);
      expect((await lambda.invoke('leavesPut', { url: gate.url })).payload).toBe('left');
      gate.open();
      // Another function starts and runs, which gives unfrozen work ample time.
      await lambda.invoke('echo');
      await lambda.invoke('echo');
      expect(gate.arrived).toEqual(['GET /read']);
      expect((await lambda.invoke('leavesPut')).payload).toBe('finished');
      expect(gate.arrived).toEqual(['GET /read', 'PUT /put']);
    },
  );

  it('are replaced if they die while idle', async () => {
    const lambda = await startLambda(['echo']);
    const first = (await lambda.invoke('echo')).payload as Echo;
    process.kill(first.pid, 'SIGKILL');
    while (lambda.processIds('echo').length > 0) await fetch(lambda.url);
    expect((await lambda.invoke('echo')).payload).toMatchObject({ invocations: 1 });
  });

  it('are replaced when they are discarded', async () => {
    const lambda = await startLambda(['echo']);
    await lambda.invoke('echo');
    await lambda.discardIdle('echo');
    expect(lambda.processIds('echo')).toEqual([]);
    expect((await lambda.invoke('echo')).payload).toMatchObject({ invocations: 1 });
  });
});

describe('logs', () => {
  it('have the lines of both outputs between those of the platform', async () => {
    const lambda = await startLambda(['writes']);
    const event = { out: 'one\n\ntwo without an end', err: 'problem: é\n' };
    const { requestId, logs } = await lambda.invoke('writes', event);
    expect(logs.at(0)).toBe(`START RequestId: ${requestId} Version: $LATEST`);
    expect(logs.slice(1, 4).sort()).toEqual(['one', 'problem: é', 'two without an end']);
    expect(logs.at(4)).toBe(`END RequestId: ${requestId}`);
    expect(logs.at(5)).toMatch(
      /^REPORT RequestId: [0-9a-f-]{36}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB(\tMax Memory Used: \d+ MB)?\tInit Duration: \d+\.\d\d ms$/,
    );
    expect(logs).toHaveLength(6);
  });

  it('are in JSON where the function says so, with the end only of a failure', async () => {
    const settings = { loggingFormat: 'JSON', timeoutSeconds: 1 } as const;
    const lambda = await startLambda(['writes', 'exits'], { settings });
    const { requestId, logs } = await lambda.invoke('writes', { out: 'one\n' });
    const [start, one, report, ...others] = logs;
    expect([one, others]).toEqual(['one', []]);
    expect(JSON.parse(start ?? '')).toEqual({
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      type: 'platform.start',
      record: {
        requestId,
        functionArn: 'arn:aws:lambda:us-east-1:111122223333:function:writes',
        version: '$LATEST',
      },
    });
    expect(JSON.parse(report ?? '')).toMatchObject({
      type: 'platform.report',
      record: {
        requestId,
        status: 'success',
        metrics: {
          durationMs: expect.any(Number),
          billedDurationMs: expect.any(Number),
          memorySizeMB: 128,
          initDurationMs: expect.any(Number),
        },
      },
    });
    const failed = await lambda.invoke('exits', { code: 1 });
    const end = failed.logs.slice(-2).map((line) => JSON.parse(line));
    expect(end.map(({ type }) => type)).toEqual(['platform.runtimeDone', 'platform.report']);
    for (const { record } of end) {
      expect(record).toMatchObject({ status: 'error', errorType: 'Runtime.ExitError' });
    }
  });

  it('have what console writes after the time, the request and the level', async () => {
    const lambda = await startLambda(['speaks']);
    const { requestId, logs } = await lambda.invoke('speaks');
    const lines = logs.slice(1, 3).map((line) => line.split('\t'));
    expect(lines).toEqual([
      [expect.stringMatching(/Z$/), requestId, 'INFO', 'two\rlines { a: 1 }'],
      [expect.stringMatching(/Z$/), requestId, 'WARN', 'careful'],
    ]);
  });

  it('have what console writes, and errors, as objects where the function logs in JSON', async () => {
    const lambda = await startLambda(['speaks', 'fails'], { settings: { loggingFormat: 'JSON' } });
    const spoken = await lambda.invoke('speaks');
    expect(JSON.parse(spoken.logs[2] ?? '')).toEqual({
      timestamp: expect.stringMatching(/Z$/),
      level: 'WARN',
      requestId: spoken.requestId,
      message: 'careful',
    });
    const { logs } = await lambda.invoke('fails');
    expect(JSON.parse(logs[1] ?? '')).toMatchObject({
      level: 'ERROR',
      message: {
        errorType: 'TypeError',
        errorMessage: 'no such thing',
        stackTrace: expect.arrayContaining(['TypeError: no such thing']),
      },
    });
  });

  it('report the initialisation in the first invocation only', async () => {
    const lambda = await startLambda(['writes']);
    await lambda.invoke('writes');
    const { logs } = await lambda.invoke('writes');
    expect(logs.at(-1)).toMatch(/Memory Size: 128 MB(\tMax Memory Used: \d+ MB)?$/);
  });

  it('are kept for each function and passed on line by line', async () => {
    const seen: string[] = [];
    const lambda = await startLambda(['writes'], {
      onLog: (functionName, line) => seen.push(`${functionName}: ${line}`),
    });
    await lambda.invoke('writes', { out: 'first\n' });
    await lambda.invoke('writes', { out: 'second\n' });
    expect(lambda.logs('writes')).toEqual(expect.arrayContaining(['first', 'second']));
    expect(seen).toEqual(lambda.logs('writes').map((line) => `writes: ${line}`));
  });

  it('lose no line of a large output', async () => {
    const lambda = await startLambda(['writes']);
    const lines = Array.from({ length: 5000 }, (_, index) => `${index} ${'x'.repeat(100)}`);
    const { logs } = await lambda.invoke('writes', { out: lines.join('\n') });
    expect(logs.slice(1, -2)).toEqual(lines);
  });
});

describe('the Runtime API', () => {
  it('rejects requests that do not fit the state of the sandbox', async () => {
    const lambda = await startLambda(['environment']);
    const { payload } = await lambda.invoke('environment');
    const { AWS_LAMBDA_RUNTIME_API: host } = payload as Record<string, string>;
    const post = async (path: string): Promise<unknown> => {
      const url = `http://${host}/2018-06-01/runtime${path}`;
      const response = await fetch(url, { method: 'POST', body: '{}' });
      return [response.status, await response.json()];
    };
    expect(await post('/elsewhere')).toEqual([404, {}]);
    expect(await post('/invocation/an-old-id/response')).toMatchObject([
      400,
      { errorType: 'InvalidRequestID' },
    ]);
    expect(await post('/init/error')).toMatchObject([403, { errorType: 'InvalidStateTransition' }]);
  });
});
