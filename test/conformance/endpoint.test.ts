import { createServer } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { endpointOf, isLoopback } from '../../conformance/endpoint.ts';
import { problemOfFirstReply } from '../../conformance/first-reply.ts';
import { ImsEmulator } from '../../emulators/ims/emulator.ts';
import { clientFor, startEmulator } from '../emulators/secrets-manager/start-secrets-manager.ts';

beforeEach(() => {
  for (const name of ['AWS_ENDPOINT_URL', 'AWS_REGION', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
  for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'])
    vi.stubEnv(name, '/dev/null');
});
afterEach(() => vi.unstubAllEnvs());

const region = 'eu-west-1';

describe('the endpoint of a run', () => {
  it.each([
    ["the Region's at AWS", { region }, 'https://secretsmanager.eu-west-1.amazonaws.com/'],
    ['the one that is given', { region, endpoint: 'http://[::1]:99' }, 'http://[::1]:99/'],
  ])('is %s', async (_, config, url) => {
    expect(String(await endpointOf(config))).toBe(url);
  });

  it('is what AWS_ENDPOINT_URL says', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:4566');
    expect(String(await endpointOf({ region }))).toBe('http://127.0.0.1:4566/');
  });

  it.each(['localhost:4566', 'nonsense'])('is not %s of AWS_ENDPOINT_URL', async (url) => {
    vi.stubEnv('AWS_ENDPOINT_URL', url);
    await expect(endpointOf({ region })).rejects.toThrow(/AWS_ENDPOINT_URL must begin|Invalid URL/);
  });

  it.each([{}, { region: '' }])('needs a Region: %j', async (config) => {
    await expect(endpointOf(config)).rejects.toThrow(/^Give --region, or set AWS_REGION\.$/);
  });

  it.each([
    ['http://localhost:4566', true],
    ['http://LOCALHOST', true],
    ['http://127.0.0.1:4566', true],
    ['http://127.1', true],
    ['http://[::1]:4566', true],
    ['https://secretsmanager.us-east-1.amazonaws.com', false],
    ['https://secretsmanager.us-east-1.amazonaws.com.', false],
    ['https://secretsmanager.eusc-de-east-1.amazonaws.eu', false],
    ['https://localhost.example.com', false],
    ['https://127.0.0.1.example.com', false],
    ['http://192.168.0.1:4566', false],
  ])('%s is on this machine: %s', (url, isHere) => {
    expect(isLoopback(new URL(url))).toBe(isHere);
  });
});

function problemAt(endpoint: string, patience?: number): Promise<string | undefined> {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'none' };
  const client = new SecretsManagerClient({ endpoint, region, credentials, maxAttempts: 1 });
  onTestFinished(() => client.destroy());
  return problemOfFirstReply(client, patience);
}

function startServer(status: number, body: string): Promise<string> {
  return listening(createServer((_, response) => response.writeHead(status).end(body)));
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('it has a port');
  return `http://127.0.0.1:${address.port}`;
}

describe('the first reply', () => {
  it('of Secrets Manager is no problem, nor is a refusal of it', async () => {
    const { emulator, client } = await startEmulator();
    expect(await problemOfFirstReply(client)).toBeUndefined();
    emulator.faults.inject({ kind: 'denied' });
    expect(await problemOfFirstReply(client)).toBeUndefined();
  });

  it('is a problem if the credentials are unknown', async () => {
    const { emulator } = await startEmulator({ accessKeyIds: ['AKIDEXAMPLE'] });
    const client = clientFor(emulator, { accessKeyId: 'AKIDSTRANGER' });
    onTestFinished(() => client.destroy());
    expect(await problemOfFirstReply(client)).toMatch(
      /^Secrets Manager does not know these credentials: set the variables that `npm run local` prints, .*UnrecognizedClientException/,
    );
  });

  it.each([
    [200, '<html>'],
    [200, '{}'],
    [302, ''],
    [400, '{"__type":"UnknownOperationException"}'],
    [404, '{"error":"not found"}'],
    [404, '{"code":404,"message":"not found"}'],
    [404, '<html>'],
  ])('is a problem if another server answers %i %s', async (status, body) => {
    expect(await problemAt(await startServer(status, body))).toMatch(
      `not Secrets Manager, by its answer with status ${status}: set the variables that \`npm run local\` prints`,
    );
  });

  it('is a problem at IMS', async () => {
    const ims = new ImsEmulator();
    await ims.start();
    onTestFinished(() => ims.stop());
    expect(await problemAt(ims.url)).toMatch('This is not Secrets Manager');
  });

  it.each(['', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{'])(
    'is a problem if a server says no more than %j',
    async (beginning) => {
      const sockets = new Set<Socket>();
      const server = createTcpServer((socket) => {
        sockets.add(socket.on('error', () => undefined));
        socket.write(beginning);
      });
      expect(await problemAt(await listening(server), 0.5)).toBe(
        'Secrets Manager does not answer within 0.5 seconds.',
      );
      for (const socket of sockets) socket.destroy();
    },
  );

  it('is a problem if there is none', async () => {
    expect(await problemAt('http://127.0.0.1:9')).toMatch(
      /^Secrets Manager does not answer: ECONNREFUSED/,
    );
  });
});
