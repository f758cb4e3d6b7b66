import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startRotator } from '../../support/start-rotator.ts';
import { clientId, clientSecret, orgId, startIms } from './start-ims.ts';

// Some 250 packages, so they are installed only here.
const packages = ['@adobe/aio-lib-ims@7.0.2', 'oidc-provider@9.13.3', 'oauth2-mock-server@9.3.0'];
const run = promisify(execFile);
const env = { PATH: process.env['PATH'] ?? '' };

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ims-libraries-'));
  const options = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'];
  await run('npm', ['install', '--prefix', directory, ...options, ...packages]);
}, 300_000);

afterAll(() => rm(directory, { recursive: true, force: true }));

async function script(name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
}

/** Starts a program in the folder of the packages, which prints its URL as its first line. */
async function serve(name: string, text: string): Promise<string> {
  const child = spawn(process.execPath, [await script(name, text)], { env, cwd: directory });
  onTestFinished(async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  const [line] = await once(createInterface(child.stdout), 'line');
  return line;
}

const adobe = `
import { Ims } from '@adobe/aio-lib-ims/src/ims.js';
const ims = new Ims('prod');
ims.endpoint = process.argv[2];
const { payload } = await ims.getAccessTokenByClientCredentials(...JSON.parse(process.argv[3]));
const validation = await ims.validateToken(payload.access_token, process.argv[4]);
console.log(JSON.stringify({ payload, validation }));
`;

it("Adobe's library gets a token, and validates it", async () => {
  const ims = await startIms();
  const credential = JSON.stringify([clientId, clientSecret, orgId, ['openid', 'AdobeID']]);
  const args = [await script('adobe.mjs', adobe), ims.url, credential, clientId];
  const { stdout } = await run(process.execPath, args, { env });
  const { payload, validation } = JSON.parse(stdout);
  expect(payload).toMatchObject({ token_type: 'bearer', expires_in: 86_399 });
  expect(ims.isValid(payload.access_token)).toBe(true);
  expect(validation).toMatchObject({ valid: true });
  expect(ims.tokenRequests).toMatchObject([
    { contentType: expect.stringContaining('multipart/form-data'), outcome: 'issued' },
  ]);
});

const provider = `
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';
const server = createServer((request, response) => callback(request, response));
let callback;
server.listen(0, '127.0.0.1', () => {
  const url = 'http://127.0.0.1:' + server.address().port;
  callback = new Provider(url, {
    clients: [{
      client_id: '${clientId}',
      client_secret: '${clientSecret}',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: 'client_secret_post',
    }],
    features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
    routes: { token: '/ims/token/v3' },
    ttl: { ClientCredentials: 86399 },
  }).callback();
  console.log(url);
});
`;

const mockServer = `
import { OAuth2Server } from 'oauth2-mock-server';
const server = new OAuth2Server(undefined, undefined, { endpoints: { token: '/ims/token/v3' } });
await server.issuer.keys.generate('RS256');
await server.start(0, '127.0.0.1');
console.log('http://127.0.0.1:' + server.address().port);
`;

describe('the deployed bundle mints at', () => {
  it.each([
    ['oidc-provider', provider, 86_399],
    ['oauth2-mock-server', mockServer, 3600],
  ])('%s, and stores its token', async (name, text, lifetime) => {
    const imsEndpointUrl = await serve(`${name}.mjs`, text);
    const { onboard, invoke, read } = await startRotator({ imsEndpointUrl });
    const document = {
      client_id: clientId,
      client_secrets: [clientSecret],
      scopes: ['openid'],
      org_id: orgId,
    };
    await onboard('fusion', JSON.stringify(document));
    const { result, error } = await invoke({ action: 'tick' });
    expect(error).toBeUndefined();
    expect(result.outcomes).toEqual({ renewed: 1 });
    const { token } = (await read('fusion')) ?? {};
    expect(token).toMatchObject({ client_id: clientId, token_type: 'bearer' });
    const left = (Date.parse(String(token?.['expires_at'])) - Date.now()) / 1000;
    expect(Math.abs(left - lifetime)).toBeLessThan(120);
  });
});
