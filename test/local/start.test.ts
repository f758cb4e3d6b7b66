import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { environmentVariables } from '../../core/contract.ts';
import { ImsEmulator } from '../../emulators/ims/emulator.ts';
import { startClosedNetwork } from '../support/closed-network.ts';
import { expectNoSecrets } from '../support/no-secrets.ts';
import { type Exit, RunningProcess } from '../support/run-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const start = (args: readonly string[] = [], environment: Record<string, string> = {}) =>
  new RunningProcess('local/start.ts', args, environment).exit();

async function startIms(): Promise<ImsEmulator> {
  const ims = new ImsEmulator();
  await ims.start();
  onTestFinished(() => ims.stop());
  ims.registerClient({
    clientId: 'a-real-client',
    clientSecrets: ['p8e-a-real-secret-0123456789'],
    scopes: ['openid'],
  });
  return ims;
}

/** `npm start -- --credentials FILE` with an emulator in place of the real IMS. */
async function startWithCredential(
  document: object | Buffer,
  more: readonly string[] = [],
): Promise<Exit & { readonly ims: ImsEmulator }> {
  const ims = await startIms();
  const file = join(await temporaryDirectory(), 'credential.json');
  await writeFile(file, Buffer.isBuffer(document) ? document : JSON.stringify(document));
  const exit = await start(['--credentials', file, ...more], {
    [environmentVariables.imsEndpointUrl]: ims.url,
  });
  return { ...exit, ims };
}

const realCredential = {
  client_id: 'a-real-client',
  client_secret: 'p8e-a-real-secret-0123456789',
  scope: 'openid',
};

describe('npm start (README: quickstart)', () => {
  it('reports every step of the main job', async () => {
    const { code, stdout, stderr } = await start();
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const titles = [...stdout.matchAll(/^ (\d) {2}(.*)$/gm)].map(
      ([, step, title]) => `${step} ${title}`,
    );
    expect(titles).toEqual([
      '1 the embedded world is up',
      '2 the bundle that the stack deploys is built',
      '3 a credential is stored',
      '4 a tick mints and stores the token',
      '5 a consumer reads it with a plain SDK client',
      '6 a product API accepts it',
      '7 a second tick keeps the fresh token',
    ]);
    expect(stdout).toMatch(/client_secret {2}p8e-… \(36 characters\)/);
    expect(stdout).toMatch(/access_token {2}eyJh… \(\d+ characters\)/);
    expect(stdout).toMatch(/tokens_minted {2}1\n/);
    expect(stdout).toMatch(/All 7 steps passed in \d+(\.\d)? s\./);
    expect(stdout).not.toMatch(/eyJ[\w-]{9}|p8e-\w/);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('prints one JSON object with --json', async () => {
    const { code, stdout } = await start(['--json']);
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ ok: true, ims: 'stand-in', seconds: expect.any(Number) });
    expect(report.steps).toHaveLength(7);
    expect(report.steps[3].facts).toMatchObject({ reason: 'token-missing', outcome: 'renewed' });
  });

  it('uses a real credential with --credentials and says so', async () => {
    const { code, stdout, stderr, ims } = await startWithCredential(realCredential);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('with Adobe IMS and ');
    expect(stdout).toContain(`ims              ${ims.url}\n`);
    expect(stdout).toContain('IMS says that it is valid');
    expect(stdout).toContain(`POST ${ims.url}/ims/validate_token/v1`);
    expect(ims.mintCount).toBe(1);
    expectNoSecrets(stdout, [realCredential.client_secret]);
  });

  it('reaches the real IMS through a proxy whose URL has no scheme', async () => {
    const ims = await startIms();
    const { proxy, caFile } = await startClosedNetwork({
      servers: { 'adobelogin.com': () => ims },
    });
    const file = join(await temporaryDirectory(), 'credential.json');
    await writeFile(file, JSON.stringify(realCredential));
    const { code, stdout, stderr } = await start(['--credentials', file], {
      HTTPS_PROXY: proxy.url.replace('http://', ''),
      NODE_EXTRA_CA_CERTS: caFile,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('POST https://ims-na1.adobelogin.com/ims/validate_token/v1');
    // The function mints, and this process validates.
    expect(proxy.tunnels).toEqual(Array(2).fill('ims-na1.adobelogin.com:443'));
  });

  it('fails with a clear message at the step that fails', async () => {
    const wrong = { ...realCredential, client_secret: 'p8e-a-wrong-secret-0123456789' };
    const { code, stdout, stderr } = await startWithCredential(wrong);
    expect(code).toBe(1);
    expect(stderr).toBe(
      'Step 4 failed: the function failed: workfront-fusion: ERR_TOKEN_REJECTED: ' +
        'IMS answered 400 invalid_client (invalid client_secret parameter)\n' +
        '  → compare the file with the credential in the Adobe Developer Console\n',
    );
    expectNoSecrets(stdout + stderr, [wrong.client_secret]);
  });

  it('accepts every form and encoding of a file, and says in one line what it understood', async () => {
    const secret = realCredential.client_secret;
    const lines = ['A', 'B'].map((name) => `${name}_CLIENT_ID=a-real-client\n`).join('');
    const text = `${lines}A_CLIENT_SECRET=other\nB_CLIENT_SECRET=${secret}\nSCOPES=openid\nPORT=1\n`;
    const file = Buffer.from(`\uFEFF${text}`, 'utf16le');
    const { code, stdout, stderr } = await startWithCredential(file, ['--credential', 'B']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(
      '\nlines of an .env file ("B"): client a-real-client; 1 secret; 1 scope; no organization; ' +
        'ims-na1.adobelogin.com; not used: A_CLIENT_ID, A_CLIENT_SECRET, PORT\n',
    );
    expectNoSecrets(stdout, [secret]);
    const unclear = await startWithCredential(file);
    expect(unclear.code).toBe(1);
    expect(unclear.stderr).toContain('the value holds 2 credentials: "A", "B"; choose one');
  });

  it('does not show a client secret that stands in the place of the client id', async () => {
    const swapped = {
      client_id: '8f1c2d3e-4a5b-4c6d-8e7f-0123456789ab',
      client_secret: 'a-real-client',
      scope: 'openid',
    };
    const { code, stdout, stderr } = await startWithCredential(swapped);
    expect(code).toBe(1);
    expect(stdout).toContain(': client (hidden); 1 secret; ');
    expectNoSecrets(stdout + stderr, [swapped.client_id]);
  });

  it('reports every problem of a credential file, also as JSON', async () => {
    const document = { client_secret: 'x' };
    const { code, stdout, stderr } = await startWithCredential(document, ['--json']);
    const text = await startWithCredential(document);
    const message =
      "the client secret's value is not a credential: " +
      'client_id is missing; scope is missing; give the scopes, or a product; ' +
      'the value has the fields client_secret; a credential has client_id, client_secret and scope';
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      error: `ERR_CREDENTIAL_INVALID: ${message}`,
      steps: [],
    });
    expect(text).toMatchObject({ code: 1, stdout: '' });
    expect(text.stderr).toMatch(
      /^ERR_CREDENTIAL_INVALID \S+\.json is not a valid credential:\n {2}client_id is missing\n/,
    );
    expect(text.stderr).toMatch(/\n {2}→ see the accepted forms in docs\/reference\.md, .*\n$/);
  });

  it('reaches IMS as the commands do: through HTTPS_PROXY, and trusting AWS_CA_BUNDLE', async () => {
    const ims = new ImsEmulator();
    await ims.start();
    onTestFinished(() => ims.stop());
    const { client_id, client_secret } = realCredential;
    ims.registerClient({
      clientId: client_id,
      clientSecrets: [client_secret],
      scopes: ['openid'],
    });
    const { proxy, caFile } = await startClosedNetwork({
      servers: { 'adobelogin.com': () => ims },
    });
    const file = join(await temporaryDirectory(), 'credential.json');
    await writeFile(file, JSON.stringify(realCredential));
    const behindProxy = { HTTPS_PROXY: proxy.url, AWS_CA_BUNDLE: caFile };
    expect(await start(['--credentials', file], behindProxy)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('POST https://ims-na1.adobelogin.com/ims/validate_token/v1'),
    });
    expect(new Set(proxy.tunnels)).toEqual(new Set(['ims-na1.adobelogin.com:443']));
    const mistyped = await start(['--credentials', file], { AWS_CA_BUNDLE: '/no/such.pem' });
    expect(mistyped).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cannot read AWS_CA_BUNDLE: ENOENT'),
    });
    const untrusting = await start(['--credentials', file], { HTTPS_PROXY: proxy.url });
    expect(untrusting.code).toBe(1);
    expect(untrusting.stderr).toMatch(/ERR_IMS_CERTIFICATE.*\n {2}→ .*AWS_CA_BUNDLE=FILE\n$/);
  });

  it('rejects a file that is too large for a secret', async () => {
    const { code, stderr } = await startWithCredential({ client_id: 'x'.repeat(65_536) });
    expect(code).toBe(2);
    expect(stderr).toMatch(/has more than 65536 bytes, and a secret cannot\n$/);
  });

  it.each([
    ['an unknown option', ['--jsno'], "Unknown option '--jsno'"],
    ['a missing file', ['--credentials', 'no/such/file'], 'cannot read the credential: ENOENT'],
  ])('exits with 2 for %s', async (_, args, message) => {
    const { code, stderr } = await start(args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('prints its usage with --help', async () => {
    const { code, stdout } = await start(['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(
      'Usage: npm start -- [--json] [--credentials FILE [--credential NAME]]',
    );
  });
});
