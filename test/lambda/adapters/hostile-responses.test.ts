import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RotatorError } from '../../../core/errors.ts';
import { Sensitive } from '../../../core/sensitive.ts';
import { parseTokenResponse } from '../../../core/token-response.ts';
import { type HttpReply, HttpServer, json } from '../../../emulators/wire/http-server.ts';
import { ImsTokenEndpoint } from '../../../lambda/adapters/ims-token-endpoint.ts';
import { SecretsManager } from '../../../lambda/adapters/secrets-manager.ts';
import { now } from '../../support/builders.ts';
import { startDueCredential } from '../../support/credential.ts';
import { expectNoSecrets } from '../../support/no-secrets.ts';
import { countedTick } from '../../support/outcomes.ts';
import { readToken } from '../../support/start-parts.ts';

const { signal } = new AbortController();
const megabyte = 1024 * 1024;
const clientSecret = new Sensitive('p8e-Zq7Kx2Lm9Vt4Rw1Yb8Nd3Hs5');
const grant = { clientId: 'the-client', clientSecret, scopes: ['openid'], imsHost: 'x' };
const timeouts = { connect: 60, headers: 60, total: 60 };

function imsAt(imsEndpointUrl: string): ImsTokenEndpoint {
  const ims = new ImsTokenEndpoint({ imsEndpointUrl, timeouts });
  onTestFinished(() => ims[Symbol.asyncDispose]());
  return ims;
}

function secretsAt(endpoint: string, totalSeconds = 60): SecretsManager {
  return new SecretsManager({
    region: 'us-east-1',
    endpoint,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    timeouts: { connect: 60, total: totalSeconds },
    writesPerSecond: 1_000,
  });
}

async function answering(reply: (target: string) => HttpReply): Promise<string> {
  const server = new HttpServer(({ headers }) => reply(`${headers['x-amz-target']}`));
  await server.start();
  onTestFinished(() => server.stop());
  return server.url;
}

/** A body, of 100 MB unless it is longer, and how much of it was taken. */
function hugeBody(length = 100 * megabyte) {
  const sent = { bytes: 0 };
  const chunk = Buffer.alloc(64 * 1024, 'a');
  function* body(): Generator<Buffer> {
    while (sent.bytes < length) {
      sent.bytes += chunk.length;
      yield chunk;
    }
  }
  return { sent, body };
}

/** The calls of a run, each with whatever answers it. */
const calls: readonly [string, (secrets: SecretsManager) => Promise<unknown>][] = [
  ['ListSecrets', (secrets) => secrets.listPage(['x'], undefined, signal)],
  ['DescribeSecret', (secrets) => secrets.describe('x', signal)],
  ['GetSecretValue', (secrets) => secrets.read('x', signal)],
  [
    'PutSecretValue',
    (secrets) =>
      secrets.put({ secretId: 'x', versionId: 'v'.repeat(32), secretString: clientSecret }, signal),
  ],
  [
    'UpdateSecretVersionStage',
    (secrets) => secrets.makeCurrent({ secretId: 'x', versionId: 'v' }, signal),
  ],
  ['TagResource', (secrets) => secrets.setTag({ secretId: 'x', key: 'k', value: 'v' }, signal)],
];

describe('a body of 100 MB', () => {
  it('of IMS is not read beyond its 64 KiB, and what the connection holds', async () => {
    const { sent, body } = hugeBody();
    const url = await answering(() => ({ status: 200, body: Readable.from(body()) }));
    await expect(imsAt(url).request(grant, signal)).rejects.toMatchObject({
      code: 'ERR_TOKEN_UNAVAILABLE',
      message: expect.stringContaining('longer than 65536 bytes'),
    });
    expect(sent.bytes).toBeLessThan(20 * megabyte);
  });

  it('of IMS with a million scopes is refused for its length', async () => {
    const scope = Array.from({ length: 1e6 }, (_, index) => index.toString(36)).join(' ');
    const granted = json(200, { access_token: 'x', expires_in: 86_399, scope });
    const refused = json(400, { error: 'invalid_scope', error_description: scope });
    for (const answer of [granted, refused]) {
      const url = await answering(() => answer);
      await expect(imsAt(url).request(grant, signal)).rejects.toMatchObject({
        code: 'ERR_TOKEN_UNAVAILABLE',
        message: expect.stringMatching(/the response is longer than 65536 bytes$/),
      });
    }
  });

  it('of Secrets Manager is not read beyond its 32 MiB, and what the connection holds', async () => {
    const { sent, body } = hugeBody();
    const url = await answering(() => ({ status: 200, body: Readable.from(body()) }));
    await expect(secretsAt(url).read('x', signal)).rejects.toMatchObject({
      code: 'ERR_SECRET_UNAVAILABLE',
      message: 'GetSecretValue failed for x: ResponseTooLong',
    });
    expect(sent.bytes).toBeLessThan(60 * megabyte);
  });

  it('stays compressed, because nobody has asked for that', async () => {
    const body = gzipSync(Buffer.alloc(30 * megabyte, '['));
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const url = await answering(() => ({ status: 200, headers, body }));
    const response = await imsAt(url).request(grant, signal);
    expect(response.body.length).toBeLessThanOrEqual(body.length);
    await expect(secretsAt(url).read('x', signal)).rejects.toBeInstanceOf(RotatorError);
  });
});

describe.each(calls)('%s, answered by something in between,', (_, call) => {
  it.each([
    ['with nothing', ''],
    ['with null', 'null'],
    ['with a list', '[]'],
    ['with an object of others', '{"message":"sign in"}'],
    ['with a page of a portal', '<!DOCTYPE html>'],
    ['with what is not UTF-8', Buffer.from([0xff, 0xfe, 0x7b])],
    ['with lists that are nested 100,000 deep', '['.repeat(1e5) + ']'.repeat(1e5)],
  ])('%s fails, and may be repeated: it says nothing of the secret', async (__, body) => {
    const url = await answering(() => ({ status: 200, body }));
    await expect(call(secretsAt(url))).rejects.toMatchObject({
      code: 'ERR_SECRET_UNAVAILABLE',
      transient: true,
    });
  });
});

/** A body that goes on for ever, a byte at a time. */
async function* drip(): AsyncGenerator<string> {
  while (true) {
    yield 'a';
    await setImmediate();
  }
}

/** A body that is cut off after this. */
function* cut(text: string): Generator<string> {
  yield text;
  throw new Error('cut off');
}

describe.each(calls)('%s', (operation, call) => {
  const failure = { code: 'ERR_SECRET_UNAVAILABLE', transient: true };

  it('takes no more than 32 MiB of an endless body', async () => {
    const { sent, body } = hugeBody(Number.POSITIVE_INFINITY);
    const url = await answering(() => ({ status: 200, body: Readable.from(body()) }));
    await expect(call(secretsAt(url))).rejects.toMatchObject({
      ...failure,
      message: `${operation} failed for x: ResponseTooLong`,
    });
    expect(sent.bytes).toBeLessThan(60 * megabyte);
  });

  it('ends in time, whatever still drips in', async () => {
    const url = await answering(() => ({ status: 200, body: drip() }));
    await expect(call(secretsAt(url, 0.2))).rejects.toMatchObject({
      ...failure,
      message: `${operation} failed for x: TimeoutError`,
    });
  });

  it.each([
    ['a success', 200, '{"ARN":"x","Name":"x","VersionId":"v","SecretList":['],
    ['a success that is complete but for its end', 200, '{"ARN":"x","VersionId":"v"}'],
    ['a refusal', 400, '{"__type":"ResourceNotFoundException","message":"x"}'],
  ])('learns nothing from %s that is cut off', async (_, status, text) => {
    const headers = { 'x-amzn-errortype': 'ResourceNotFoundException' };
    const body = () => Readable.from(cut(text));
    const url = await answering(() => ({ status, headers, body: body() }));
    await expect(call(secretsAt(url))).rejects.toMatchObject(failure);
  });
});

/** The memory in use, without what is only not yet collected. */
function memoryInUse(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

it('a body of Secrets Manager that comes in pieces of a byte takes no more memory than another', async () => {
  const pieces = Buffer.from('1\r\na\r\n'.repeat(10_000));
  const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
  let taken = 0;
  const server = createServer(async (socket: Socket) => {
    socket.on('error', () => {});
    await once(socket, 'data');
    const before = memoryInUse();
    socket.write(head);
    for (let count = 0; count < 50; count += 1)
      await new Promise((resolve) => socket.write(pieces, resolve));
    // The client is in the same process, and reads at least 64 KiB at each turn.
    for (let turn = 0; turn < 500; turn += 1) await setImmediate();
    taken = memoryInUse() - before;
    socket.end('0\r\n\r\n');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  await expect(secretsAt(`http://127.0.0.1:${port}`).read('x', signal)).rejects.toMatchObject({
    code: 'ERR_SECRET_UNAVAILABLE',
  });
  // Each of the half million pieces would hold about a hundred bytes.
  expect(taken).toBeLessThan(16 * megabyte);
});

describe('a page of a list', () => {
  it.each([
    ['without a list', { SecretList: {} }],
    ['with no secret in it', { SecretList: [null] }],
    ['with a tag that is none', { SecretList: [{ Tags: [null] }] }],
    ['with labels that are none', { SecretList: [{ SecretVersionsToStages: { a: null } }] }],
    ['with a date that is none', { SecretList: [{ LastChangedDate: 'never' }] }],
  ])('%s is an error with a code', async (_, page) => {
    const url = await answering(() => json(200, page));
    await expect(secretsAt(url).listPage(['x'], undefined, signal)).rejects.toMatchObject({
      code: 'ERR_SECRET_UNAVAILABLE',
    });
  });

  it('that leads to itself does not go on for ever', async () => {
    const url = await answering(() => json(200, { SecretList: [], NextToken: 'again' }));
    const secrets = secretsAt(url);
    const { nextToken } = await secrets.listPage(['x'], undefined, signal);
    await expect(secrets.listPage(['x'], nextToken, signal)).rejects.toMatchObject({
      code: 'ERR_SECRET_UNAVAILABLE',
    });
  });

  it('with an empty token is the last one', async () => {
    const url = await answering(() => json(200, { SecretList: [], NextToken: '' }));
    const page = await secretsAt(url).listPage(['x'], undefined, signal);
    expect(page.nextToken).toBeUndefined();
  });
});

/** A server that answers each request with these bytes, whatever they are, and hangs up. */
async function sending(bytes: () => Uint8Array): Promise<string> {
  const server = createServer((socket: Socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(bytes()));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The bytes of a response that is a little or very wrong, with the secret in any place. */
const responses = fc
  .tuple(
    fc.constantFrom('HTTP/1.1 200 OK', 'HTTP/1.1 400 Bad', 'HTTP/1.1 429 x', 'HTTP/9 x', ''),
    fc.array(
      fc.constantFrom(
        ...['content-type: application/json', 'content-length: 5', 'content-length: 99999999999'],
        ...['content-length: -1', 'transfer-encoding: chunked', 'retry-after: -1', ': ', 'a b: c'],
        ...[`x-debug-id: ${clientSecret.reveal()}`, `x: ${'a'.repeat(20_000)}`, '__proto__: x'],
      ),
      { maxLength: 4 },
    ),
    fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .constantFrom(
          '{"access_token":"a\\r\\nx-injected: 1","expires_in":86399}',
          '{"__proto__":{"access_token":"x","expires_in":9}}',
          `{"error":"${clientSecret.reveal()}"}`,
          '5\r\n{"a":\r\nzz\r\n',
        )
        .map((text) => Buffer.from(text)),
    ),
  )
  .map(([status, headers, body]) =>
    Buffer.concat([Buffer.from(`${[status, ...headers].join('\r\n')}\r\n\r\n`), body]),
  );

describe('any bytes instead of a response', () => {
  it('keep the stored token, give an error with a code, and show no secret', async () => {
    let bytes: Uint8Array = new Uint8Array();
    const url = await sending(() => bytes);
    const ims = imsAt(url);
    const secrets = secretsAt(url);
    await fc.assert(
      fc.asyncProperty(responses, async (response) => {
        bytes = response;
        const request = { requestedAt: now, clientId: grant.clientId, clientSecret };
        const tries = await Promise.allSettled([
          ims.request(grant, signal).then((answer) => parseTokenResponse(answer, request)),
          ...calls.map(([, call]) => call(secrets)),
        ]);
        for (const tried of tries) {
          const { reason } = tried as PromiseRejectedResult;
          expect(reason).toBeInstanceOf(RotatorError);
          expect(reason.message.length).toBeLessThan(2_000);
          expectNoSecrets(reason.message, [clientSecret.reveal()]);
        }
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  it('of either side leave a tick with an error that has a code, and the token as it was', async () => {
    const parts = await startDueCredential();
    const before = await readToken(parts, 'fusion');
    const url = await sending(() => Buffer.from('HTTP/1.1 200 OK\r\n\r\n'));
    const blind = await countedTick(parts.run({ secrets: secretsAt(url) }));
    // A list without an answer is not a list without credentials.
    expect(blind).toEqual([]);
    expect(parts.lines.at(-1)).toMatchObject({ fields: { code: 'ERR_SECRET_UNAVAILABLE' } });
    const [outcome] = await countedTick(parts.run({ tokenEndpoint: imsAt(url) }));
    expect(outcome).toMatchObject({ outcome: 'failed', error: { code: 'ERR_TOKEN_UNAVAILABLE' } });
    expect(await readToken(parts, 'fusion')).toEqual(before);
  });
});
