import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startLambda } from './start-lambda.ts';

async function listen() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return { server, port: (server.address() as AddressInfo).port };
}

describe('stop', () => {
  it('ends frozen and running sandboxes and their invocations', async () => {
    const lambda = await startLambda(['echo', 'hangs']);
    const { payload } = await lambda.invoke('echo');
    const running = lambda.invoke('hangs');
    await lambda.stop();
    const { pid } = payload as { readonly pid: number };
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(lambda.processIds('hangs')).toEqual([]);
    expect(await running).toMatchObject({ payload: { errorType: 'Runtime.ExitError' } });
  });

  it('discards waiting asynchronous events without counting them as dropped', async () => {
    const lambda = await startLambda(['fails']);
    await lambda.invoke('fails', {}, { type: 'Event' });
    await lambda.invoke('fails');
    await lambda.stop();
    await lambda.idle();
    expect(lambda.asyncEventsDropped('fails')).toBe(0);
  });

  it('can be called twice, and is undone by start', async () => {
    const lambda = await startLambda(['echo']);
    await lambda.invoke('echo');
    await lambda.stop();
    await lambda.stop();
    await expect(lambda.invoke('echo')).rejects.toThrow('the Lambda emulator is not running');
    await lambda.start();
    expect((await lambda.invoke('echo')).payload).toMatchObject({ invocations: 1 });
  });

  it('leaves no listener on the process', async () => {
    const before = process.listenerCount('exit');
    const lambda = await startLambda();
    expect(process.listenerCount('exit')).toBe(before + 1);
    await lambda.stop();
    expect(process.listenerCount('exit')).toBe(before);
  });
});

describe('no frozen sandbox outlives its parent', () => {
  // The fixture keeps a connection open, which the kernel closes when the sandbox is gone.
  it.for([
    ['stop', 0, null],
    ['exit', 0, null],
    ['SIGTERM', null, 'SIGTERM'],
    ['SIGKILL', null, 'SIGKILL'],
  ] as const)('that ends by %s', async ([ending, code, signal], ctx) => {
    if (process.platform === 'win32') return ctx.skip('there is no SIGSTOP on Windows');
    const { server, port } = await listen();
    const gone = Promise.withResolvers<void>();
    server.once('connection', (socket: Socket) => {
      socket.on('error', () => {}); // a kill may reset the connection
      socket.once('close', () => gone.resolve());
      socket.resume();
    });
    const script = join(import.meta.dirname, 'parent.ts');
    const parent = spawn(process.execPath, [script, String(port), ending], { stdio: 'inherit' });
    expect(await once(parent, 'exit')).toEqual([code, signal]);
    await gone.promise;
  });
});

describe('createFunction', () => {
  it('returns the ARN and rejects a name that is taken', async () => {
    const lambda = await startLambda([], { region: 'eu-west-1', accountId: '210987654321' });
    const definition = { functionName: 'f', bundle: '/nowhere/index.mjs' };
    expect(lambda.createFunction(definition)).toBe(
      'arn:aws:lambda:eu-west-1:210987654321:function:f',
    );
    expect(() => lambda.createFunction(definition)).toThrow('Function already exist: f');
  });
});
