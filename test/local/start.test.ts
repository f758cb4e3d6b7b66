import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { environmentVariables } from '../../core/contract.ts';
import { HttpServer } from '../../emulators/wire/http-server.ts';
import { expectNoSecrets } from '../support/no-secrets.ts';
import { realCredential, start, startIms, startWithCredential } from '../support/npm-start.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

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
    expect(stdout).toContain('with IMS at ');
    expect(stdout).toContain(`ims              ${ims.url}\n`);
    expect(stdout).toContain('IMS says that it is valid');
    expect(stdout).toContain(`POST ${ims.url}/ims/validate_token/v1`);
    expect(ims.mintCount).toBe(1);
    expectNoSecrets(stdout, [realCredential.client_secret]);
  });

  it('sends no credential where every certificate is trusted', async () => {
    const environment = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const { code, stderr, ims } = await startWithCredential(realCredential, [], environment);
    expect(code).toBe(2);
    expect(stderr).toContain('NODE_TLS_REJECT_UNAUTHORIZED must not be 0');
    expect(ims.mintCount).toBe(0);
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

  it('shows nothing of an answer in the place of that of IMS, which may repeat the token', async () => {
    const ims = await startIms();
    let token = '';
    const between = new HttpServer(async ({ method, url, headers, body }) => {
      [, token = ''] = /^Bearer (.+)/.exec(headers.authorization ?? '') ?? [];
      // A quote of the parser would have the token's end in it.
      if (url.pathname.includes('validate_token'))
        return { status: 200, body: `1${token.slice(-9)}` };
      const type = { 'content-type': headers['content-type'] ?? '' };
      const answer = await fetch(`${ims.url}${url.pathname}`, { method, headers: type, body });
      return { status: answer.status, body: await answer.text() };
    });
    await between.start();
    onTestFinished(() => between.stop());
    const file = join(await temporaryDirectory(), 'credential.json');
    await writeFile(file, JSON.stringify(realCredential), { mode: 0o600 });
    const { code, stdout, stderr } = await start(['--credentials', file], {
      [environmentVariables.imsEndpointUrl]: between.url,
    });
    expect(code).toBe(1);
    expect(stderr).toBe('Step 6 failed: IMS does not say that the token is valid\n');
    expect(token).not.toBe('');
    expectNoSecrets(stdout + stderr, [token.slice(-9)]);
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

  it('rejects a file that is too large for a secret', async () => {
    const { code, stderr } = await startWithCredential({ client_id: 'x'.repeat(65_536) });
    expect(code).toBe(2);
    expect(stderr).toMatch(/has more than 65536 bytes, and a secret cannot\n$/);
  });

  it.each([
    ['an unknown option', ['--jsno'], "Unknown option '--jsno'"],
    ['a missing file', ['--credentials', 'no/such/file'], 'cannot read no/such/file: ENOENT'],
  ])('exits with 2 for %s', async (_, args, message) => {
    const { code, stderr } = await start(args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('does not show a client secret that stands in the place of FILE', async () => {
    const { code, stdout, stderr } = await start(['--credentials', realCredential.client_secret]);
    expect(code).toBe(2);
    expect(stderr).toContain('cannot read FILE, which looks like a secret and so is not shown');
    expectNoSecrets(stdout + stderr, [realCredential.client_secret]);
  });

  it('names the IMS that it uses, and who else can read the file', async () => {
    const ims = await startIms();
    const file = join(await temporaryDirectory(), 'credential.json');
    await writeFile(file, JSON.stringify(realCredential));
    await chmod(file, 0o644);
    const { code, stdout, stderr } = await start(['--credentials', file], {
      [environmentVariables.imsEndpointUrl]: ims.url,
    });
    expect(code).toBe(0);
    expect(stdout).toContain(`\nwith IMS at ${ims.url} and ${file}\n`);
    expect(stderr).toBe(
      `warning: other users of this machine can read ${file}: chmod 600 it, or delete it afterwards\n`,
    );
  });

  it('prints its usage with --help', async () => {
    const { code, stdout } = await start(['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(
      'Usage: npm start -- [--json] [--credentials FILE [--credential NAME]]',
    );
  });
});
