import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ImsEmulator } from '../../emulators/ims/emulator.ts';
import { startClosedNetwork } from '../support/closed-network.ts';
import { expectNoSecrets } from '../support/no-secrets.ts';
import { realCredential, start, startIms, startWithCredential } from '../support/npm-start.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

describe('npm start -- --credentials', () => {
  it('reaches the real IMS through a proxy whose URL has no scheme', async () => {
    const ims = await startIms();
    const { proxy, caFile } = await startClosedNetwork({
      servers: { 'adobelogin.com': () => ims },
    });
    const file = join(await temporaryDirectory(), 'credential.json');
    await writeFile(file, JSON.stringify(realCredential), { mode: 0o600 });
    const { code, stdout, stderr } = await start(['--credentials', file], {
      HTTPS_PROXY: proxy.url.replace('http://', ''),
      NODE_EXTRA_CA_CERTS: caFile,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('POST https://ims-na1.adobelogin.com/ims/validate_token/v1');
    // The function mints, and this process validates.
    expect(proxy.tunnels).toEqual(Array(2).fill('ims-na1.adobelogin.com:443'));
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
    await writeFile(file, JSON.stringify(realCredential), { mode: 0o600 });
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
});
