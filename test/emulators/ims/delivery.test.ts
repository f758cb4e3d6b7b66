import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { clientId, requestToken, startIms } from './start-ims.ts';

describe('the delivery of a response', () => {
  it('can be complete after slow headers', async () => {
    const ims = await startIms();
    ims.faults.inject({ kind: 'slow-headers', milliseconds: 1 });
    expect(await (await requestToken(ims)).json()).toMatchObject({ token_type: 'bearer' });
  });

  it('can never start, although the token is minted', async () => {
    const ims = await startIms();
    const arrived = Promise.withResolvers<void>();
    const when = (): boolean => {
      arrived.resolve();
      return true;
    };
    ims.faults.inject({ kind: 'slow-headers' }, { when });
    const patience = new AbortController();
    const request = requestToken(ims, {}, { signal: patience.signal });
    await arrived.promise;
    patience.abort();
    await expect(request).rejects.toThrow('aborted');
    expect(ims.mintCount).toBe(1);
  });

  it('can be one byte at a time', async () => {
    const ims = await startIms();
    ims.faults.inject({ kind: 'slow-body', pauseMilliseconds: 1 });
    const query = new URLSearchParams({ client_id: clientId, token: 'a.b.c' });
    const response = await fetch(`${ims.url}/ims/validate_token/v1?${query}`);
    expect(await response.json()).toEqual({ valid: false, reason: 'unknown_token' });
  });

  it('can stall after the first byte until the server stops', async () => {
    const ims = await startIms();
    ims.faults.inject({ kind: 'slow-body' });
    const response = await requestToken(ims);
    expect(response.status).toBe(200);
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(first?.value).toEqual(new TextEncoder().encode('{'));
    await ims.stop();
    await expect(reader?.read()).rejects.toThrow('terminated');
  });

  it('can be complete as HTTP but truncated as JSON', async () => {
    const ims = await startIms();
    ims.faults.inject({ kind: 'truncated-json' });
    const text = await (await requestToken(ims)).text();
    expect(text).toMatch(/^\{"access_token":"/);
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect(ims.mintCount).toBe(1);
  });

  it('can break off with the connection', async () => {
    const ims = await startIms();
    ims.faults.inject({ kind: 'reset-in-body' });
    const response = await requestToken(ims);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow('terminated');
  });

  it('leaves no timer running when the server stops', async () => {
    const module = new URL('../../../emulators/ims/emulator.ts', import.meta.url).href;
    const program = `
      const { ImsEmulator } = await import(${JSON.stringify(module)});
      const ims = new ImsEmulator();
      const arrived = Promise.withResolvers();
      ims.faults.inject({ kind: 'slow-headers' }, { when: () => (arrived.resolve(), true) });
      await ims.start();
      const request = fetch(ims.url + '/ims/token/v3', { method: 'POST' });
      await arrived.promise;
      await ims.stop();
      await request.catch((error) => console.log(error.message));
    `;
    const node = promisify(execFile);
    const { stdout } = await node(process.execPath, ['--input-type=module', '--eval', program]);
    expect(stdout).toBe('fetch failed\n');
  });
});
