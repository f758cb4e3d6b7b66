import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { SecretsManager } from '../../../lambda/adapters/secrets-manager.ts';

const never = new AbortController().signal;
const found = JSON.stringify({ Name: 'the-secret', ARN: 'the-arn', VersionIdsToStages: {} });

/** A Secrets Manager that answers by hand, the client that asks it, and its connections. */
async function start(
  answer: (response: ServerResponse, request: IncomingMessage) => void,
  timeouts: { readonly connect: number; readonly total: number } = { connect: 600, total: 600 },
) {
  const sockets: Socket[] = [];
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => answer(response, request));
  });
  server.on('connection', (socket: Socket) => {
    sockets.push(socket.on('error', () => {}));
  });
  // Only the client ends connections here.
  server.keepAliveTimeout = 0;
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const secrets = new SecretsManager({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    timeouts,
    writesPerSecond: 50,
  });
  return { sockets, describe: (signal = never) => secrets.describe('the-secret', signal) };
}

async function closed(socket: Socket | undefined): Promise<void> {
  await new Promise((resolve) => {
    if (socket?.closed) resolve(true);
    else socket?.once('close', resolve);
  });
}

function useClock(): void {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}

describe('a connection to AWS', () => {
  it('is used again by a call that follows at once', async () => {
    const { sockets, describe } = await start((response) => response.end(found));
    await describe();
    await expect(describe()).resolves.toMatchObject({ name: 'the-secret' });
    expect(sockets).toHaveLength(1);
  });

  it('is closed, and not used again, when it may have been frozen', async () => {
    useClock();
    const { sockets, describe } = await start((response) => response.end(found));
    await describe();
    vi.setSystemTime(Date.now() + 900_000);
    await expect(describe()).resolves.toMatchObject({ name: 'the-secret' });
    expect(sockets).toHaveLength(2);
    await closed(sockets[0]);
  });

  it('is left alone while a request of it is in flight, whatever the clock says', async () => {
    useClock();
    const waiting: ServerResponse[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const { describe } = await start((response) => {
      waiting.push(response);
      if (waiting.length === 1) resolve();
      else for (const each of waiting) each.end(found);
    });
    const first = describe();
    await promise;
    vi.setSystemTime(Date.now() + 900_000);
    await expect(Promise.all([first, describe()])).resolves.toHaveLength(2);
  });
});

const stalls: readonly [string, (response: ServerResponse) => void][] = [
  ['never begins', () => {}],
  ['stops after its headers', (response) => response.writeHead(200).flushHeaders()],
  ['stops in the middle', (response) => response.write('{"Name":')],
];

describe('a response of AWS', () => {
  it.each(stalls)('that %s fails in time, and its connection is closed', async (_, answer) => {
    const { sockets, describe } = await start(answer, { connect: 600, total: 0.2 });
    await expect(describe()).rejects.toMatchObject({
      code: 'ERR_SECRET_UNAVAILABLE',
      transient: true,
      message: 'DescribeSecret failed for the-secret: TimeoutError',
    });
    expect(sockets).toHaveLength(1);
    await closed(sockets[0]);
  });

  it.each(stalls)('that %s is not waited for after an abort', async (_, answer) => {
    const aborted = new AbortController();
    const { sockets, describe } = await start((response) => {
      answer(response);
      // The client has read what there is.
      setImmediate(() => aborted.abort());
    });
    await expect(describe(aborted.signal)).rejects.toMatchObject({
      message: 'DescribeSecret failed for the-secret: AbortError',
    });
    expect(sockets).toHaveLength(1);
    await closed(sockets[0]);
  });

  it('that is cut off is an error', async () => {
    const { describe } = await start((response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"Name":', () => response.destroy());
    });
    await expect(describe()).rejects.toMatchObject({ code: 'ERR_SECRET_UNAVAILABLE' });
  });
});

it('nothing is sent after an abort', async () => {
  const { sockets, describe } = await start((response) => response.end(found));
  await expect(describe(AbortSignal.abort())).rejects.toMatchObject({
    message: 'DescribeSecret failed for the-secret: AbortError',
  });
  expect(sockets).toHaveLength(0);
});

it('leaves nothing on the signal of a run when a call has ended', async () => {
  const { describe } = await start((response) => response.end(found));
  const { signal } = new AbortController();
  const added = vi.spyOn(signal, 'addEventListener');
  const removed = vi.spyOn(signal, 'removeEventListener');
  await describe(signal);
  expect(added).toHaveBeenCalled();
  expect(removed.mock.calls.length).toBe(added.mock.calls.length);
});
