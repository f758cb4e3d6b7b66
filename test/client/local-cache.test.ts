import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type LocalCache, readLocalCache } from '../../client/local-cache.ts';
import type { SecretValue } from '../../client/options.ts';
import { type HttpReply, HttpServer, json } from '../../emulators/wire/http-server.ts';
import { RunningProcess } from '../support/run-process.ts';
import { secretId, secretValue, start } from './start-reader.ts';

const value = secretValue('token-1', start);

/**
 * The extension, or the agent, as far as a reader sees it. Both want their token in a header; only
 * the agent knows `refreshNow`.
 */
async function startCache(cache: LocalCache, token: string, answer: HttpReply = json(200, value)) {
  const queries: string[] = [];
  const server = new HttpServer(({ method, url, headers }) => {
    if (headers['x-aws-parameters-secrets-token'] !== token)
      return { status: 403, body: 'Bad Token' };
    if (headers['x-forwarded-for'] !== undefined) return { status: 400, body: 'Forwarded' };
    if (method !== 'GET' || url.pathname !== '/secretsmanager/get') return { status: 404 };
    if (cache === 'extension' && url.searchParams.has('refreshNow')) return { status: 400 };
    if (url.searchParams.get('secretId') !== secretId) return { status: 404 };
    queries.push(url.search);
    return answer;
  });
  await server.start();
  onTestFinished(() => server.stop());
  const port = Number(new URL(server.url).port);
  const read = (env: Record<string, string>, fresh = false): Promise<SecretValue> =>
    readLocalCache({ secretId, cache, port, fresh, signal: AbortSignal.timeout(60_000) }, env);
  return { port, queries, read };
}

describe('the extension of Lambda', () => {
  it('is asked with the session token, and never to refresh', async () => {
    const { read, queries } = await startCache('extension', 'session');
    expect(await read({ AWS_SESSION_TOKEN: 'session' }, true)).toEqual(value);
    expect(queries).toEqual([`?${new URLSearchParams({ secretId })}`]);
  });

  it('is asked at the port of the environment', async () => {
    const { port } = await startCache('extension', 'session');
    const env = {
      AWS_SESSION_TOKEN: 'session',
      PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(port),
    };
    const signal = AbortSignal.timeout(60_000);
    const read = { secretId, cache: 'extension', fresh: false, signal } as const;
    expect(await readLocalCache(read, env)).toEqual(value);
  });

  it('that is not ready yet is a failure with its text', async () => {
    const text = 'not ready to serve traffic, please wait';
    const { read } = await startCache('extension', 'session', { status: 400, body: text });
    await expect(read({ AWS_SESSION_TOKEN: 'session' })).rejects.toMatchObject({
      name: 'HTTP 400',
      message: text,
    });
  });

  it.each([
    ['as it is', '{"x-aws-parameters-secrets-token":"IQoJ/session1"}'],
    ['with slashes as PHP writes them', String.raw`{"token":"IQoJ\/session1"}`],
    ['in the name of an error', 'no IQoJ/session1Exception'],
  ])(
    'is answered for by another program, which repeats its token %s: the failure does not',
    async (_, body) => {
      const { read } = await startCache('extension', 'IQoJ/session1', { status: 404, body });
      await expect(read({ AWS_SESSION_TOKEN: 'IQoJ/session1' })).rejects.toMatchObject({
        name: 'HTTP 404',
        message: '',
      });
    },
  );
});

it('hides the long words with digits of a failure, which may be the token in another encoding', async () => {
  const token = 'IQoJ/session1/of/a/role';
  const body = `ResourceNotFoundException: no ${btoa(token)}, ${Buffer.from(token).toString('hex')}`;
  const { read } = await startCache('extension', token, { status: 400, body });
  await expect(read({ AWS_SESSION_TOKEN: token })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'ResourceNotFoundException: no …, …',
  });
});

describe('another program at the port', () => {
  const session = { AWS_SESSION_TOKEN: 'session' };

  it('that answers without end is not listened to for more than a secret can have', async () => {
    let sent = 0;
    const endless = createServer((_, response) => {
      const more = (): void => {
        do sent += 65_536;
        while (response.write('a'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    await new Promise<void>((resolve) => endless.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void endless.close());
    const { port } = endless.address() as AddressInfo;
    const signal = AbortSignal.timeout(60_000);
    const read = { secretId, cache: 'extension', port, fresh: false, signal } as const;
    await expect(readLocalCache(read, session)).rejects.toThrow(
      'the answer is too long for a secret',
    );
    expect(sent).toBeLessThan(32 * 1_048_576);
  });

  it('does not keep the process busy by a long error', async () => {
    const body = 'a'.repeat(500_000);
    const { read } = await startCache('extension', 'session', { status: 400, body });
    await expect(read(session)).rejects.toMatchObject({
      name: 'HTTP 400',
      message: body.slice(0, 300),
    });
  });

  it('may take six characters for each byte of a secret', async () => {
    const answer = `{"SecretString":"${'\\u0061'.repeat(65_536)}"}`;
    const { read } = await startCache('extension', 'session', { status: 200, body: answer });
    expect(await read(session)).toEqual({ SecretString: 'a'.repeat(65_536) });
  });
});

describe('the agent', () => {
  it('is asked with the token of the environment, and to refresh when a cache will not do', async () => {
    const { read, queries } = await startCache('agent', 'ssrf');
    await read({ AWS_TOKEN: 'ssrf' });
    await read({ AWS_TOKEN: 'ssrf' }, true);
    expect(queries.map((query) => query.includes('refreshNow=true'))).toEqual([false, true]);
  });

  it('is asked with the token of a file', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'agent-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const file = join(directory, 'awssmatoken');
    await writeFile(file, 'ssrf\n');
    const { read } = await startCache('agent', 'ssrf');
    expect(await read({ AWS_TOKEN: `file://${file}` })).toEqual(value);
  });

  it('passes on the error of Secrets Manager by its name', async () => {
    const body = { __type: 'AccessDeniedException', message: 'User: x is not authorized' };
    const { read } = await startCache('agent', 'ssrf', json(400, body));
    await expect(read({ AWS_TOKEN: 'ssrf' })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  it('refuses a wrong token', async () => {
    const { read } = await startCache('agent', 'ssrf');
    await expect(read({ AWS_TOKEN: 'other' })).rejects.toMatchObject({ name: 'HTTP 403' });
  });
});

describe('a process', () => {
  const script = `
import { createTokenReader } from 'ims-token-rotator/client';
const reader = createTokenReader(JSON.parse(process.argv[1]));
console.log(await reader.getToken().catch((error) => error.code + ' ' + error.message));
`;
  const run = async (env: Record<string, string>, options = {}): Promise<string> => {
    const argument = JSON.stringify({ secretId, ...options });
    const child = new RunningProcess('--input-type=module', ['-e', script, argument], env);
    return (await child.exit()).stdout;
  };
  const live = json(200, secretValue('token-1', Date.now() + 86_400_000));

  it('finds the extension by its port, and ends although the reader lives', async () => {
    const { port } = await startCache('extension', 'session', live);
    const env = {
      AWS_SESSION_TOKEN: 'session',
      PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(port),
    };
    expect(await run(env)).toBe('token-1\n');
  });

  it('ends although a read is in flight', async () => {
    const reading = `
import { createTokenReader } from 'ims-token-rotator/client';
const source = () => new Promise(() => undefined);
const onProblem = () => console.log('waited until the read was given up');
void createTokenReader({ secretId: 'token', source, onProblem }).getToken();
console.log('done');
`;
    const child = new RunningProcess('--input-type=module', ['-e', reading], {});
    expect(await child.exit()).toMatchObject({ stdout: 'done\n', stderr: '', code: 0 });
  });

  it('reads by the client that it was given, whatever cache there is', async () => {
    const reading = `
import { createTokenReader } from 'ims-token-rotator/client';
const client = { send: async () => ({ SecretString: '{"access_token":"token-of-the-client"}' }) };
console.log(await createTokenReader({ secretId: 'token', client, port: 1 }).getToken());
`;
    const env = { AWS_TOKEN: 'ssrf', PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: '1' };
    const child = new RunningProcess('--input-type=module', ['-e', reading], env);
    expect((await child.exit()).stdout).toBe('token-of-the-client\n');
  });

  it('finds the agent by its token', async () => {
    const { port } = await startCache('agent', 'ssrf', live);
    expect(await run({ AWS_TOKEN: 'ssrf' }, { port })).toBe('token-1\n');
  });

  it('keeps the token of the cache from a proxy', async () => {
    const { port } = await startCache('agent', 'ssrf', live);
    const proxy = 'http://127.0.0.1:1';
    const env = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy, http_proxy: proxy, NO_PROXY: '' };
    expect(await run({ ...env, no_proxy: '', AWS_TOKEN: 'ssrf' }, { port })).toBe('token-1\n');
  });

  it('reads from Secrets Manager where the secret is in another Region than the cache', async () => {
    const { port, queries } = await startCache('agent', 'ssrf', live);
    const arn = `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${secretId}-AbCdEf`;
    const env = {
      AWS_TOKEN: 'ssrf',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
    };
    expect(await run(env, { port, secretId: arn })).toContain('ERR_TOKEN_READ_FAILED');
    expect(queries).toEqual([]);
  });

  it('reads in the Region of the ARN, and asks a rotator in the Region of its own', async () => {
    const seen: string[] = [];
    const server = new HttpServer(({ headers }) => {
      const [, region, service] = /\/([\w-]+)\/([\w-]+)\/aws4_request/.exec(
        headers.authorization ?? '',
      ) ?? ['', '', ''];
      seen.push(`${service} ${region}`);
      return service === 'lambda' ? { status: 202 } : live;
    });
    await server.start();
    onTestFinished(() => server.stop());
    const arn = `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${secretId}-AbCdEf`;
    const functionName = 'arn:aws:lambda:ap-south-1:111122223333:function:rotator';
    // Ten seconds pass between the reads.
    const rejecting = `
import { createTokenReader } from 'ims-token-rotator/client';
const options = ${JSON.stringify({ secretId: arn, onRejected: 'renew', rotator: { functionName } })};
let now = Date.now();
Date.now = () => now;
const reader = createTokenReader(options);
reader.invalidate(await reader.getToken());
now += 10_000;
await reader.getToken();
`;
    const child = new RunningProcess('--input-type=module', ['-e', rejecting], {
      AWS_ENDPOINT_URL: server.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
    });
    expect(await child.exit()).toMatchObject({ code: 0, stderr: '' });
    expect(seen).toEqual([
      'secretsmanager eu-west-1',
      'secretsmanager eu-west-1',
      'lambda ap-south-1',
    ]);
  });

  it('says that nothing listens where the agent should be', async () => {
    const said = await run({ AWS_TOKEN: 'ssrf' }, { port: 1 });
    expect(said).toContain('ERR_TOKEN_READ_FAILED');
  });
});
