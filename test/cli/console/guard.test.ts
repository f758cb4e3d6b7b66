import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Guard } from '../../../cli/console/guard.ts';
import { Strangers } from '../../../cli/console/strangers.ts';
import { openConsole, send } from './looker.ts';

const action = {
  method: 'POST',
  headers: { 'content-type': 'application/json', 'ims-token-rotator-console': '1' },
};

describe('the guard of the console', () => {
  it('gives the cookie for the key, once', async () => {
    const { server, origin, ask } = await openConsole();
    // The browser of the test has used it.
    const again = await send(server.address);
    expect(again.status).toBe(403);
    expect(again.text).toContain('run the command again');
    expect(again.headers['set-cookie']).toBeUndefined();
    expect((await send(origin)).status).toBe(403);
    expect((await ask('/api/timeline?names=')).text).toBe('{}');
  });

  it('sets a cookie that no script and no other site can use, and leaves the key behind', async () => {
    const { entered, server } = await openConsole();
    expect(entered.status).toBe(303);
    expect(entered.headers.location).toBe('/');
    const port = new URL(server.address).port;
    expect(entered.headers['set-cookie']).toEqual([
      expect.stringMatching(
        new RegExp(
          `^ims-token-rotator-console-${port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`,
        ),
      ),
    ]);
  });

  it('refuses whoever is not the browser that used the key, and every other page', async () => {
    const { ask } = await openConsole();
    const requests = [
      ['a cookie of another server', { cookie: 'ims-token-rotator-console-1=x' }, 403],
      ['no cookie', { cookie: '' }, 403],
      ['a name that resolves to loopback', { host: 'attacker.example' }, 421],
      ['another port', { host: '127.0.0.1:1' }, 421],
      ['another origin', { origin: 'http://127.0.0.1:1' }, 403],
      ['the origin null', { origin: 'null' }, 403],
      ['a page of another site', { 'sec-fetch-site': 'cross-site' }, 403],
      ['a page of another port', { 'sec-fetch-site': 'same-site' }, 403],
    ] as const;
    for (const [title, headers, status] of requests) {
      for (const path of ['/', '/console.js', '/api/timeline?names=', '/api/fleet/events']) {
        expect((await ask(path, { headers })).status, `${title}: ${path}`).toBe(status);
      }
    }
  });

  it('refuses a cookie or a key that is nearly right', async () => {
    const { ask, unused } = await openConsole({ enter: false });
    const wrong = (text: string): readonly string[] => [
      text.replace(/=.*/, '='),
      text.replace(/=.*/, '=x'),
      text.slice(0, -1),
      `${text}A`,
    ];
    for (const address of wrong(unused)) {
      const { status, headers } = await send(address);
      expect([status, headers['set-cookie']], address).toEqual([403, undefined]);
    }
    const entered = await send(unused);
    expect(entered.status).toBe(303);
    const right = String(entered.headers['set-cookie']).split(';')[0] ?? '';
    for (const each of wrong(right)) {
      expect((await ask('/', { headers: { cookie: each } })).status, each).toBe(403);
    }
    expect((await ask('/', { headers: { cookie: right } })).status).toBe(200);
  });

  it('refuses a request with two hosts, whichever is the first', async () => {
    const { origin, cookie } = await openConsole();
    const { host } = new URL(origin);
    for (const hosts of [
      [host, 'attacker.example'],
      ['attacker.example', host],
    ]) {
      const headers = ['cookie', cookie, ...hosts.flatMap((each) => ['host', each])];
      expect((await send(`${origin}/`, { headers })).status, String(hosts)).toBe(421);
    }
  });

  it('answers no program of another user, even with the cookie', async (context) => {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) {
      context.skip('only root can start a program as another user');
    }
    const { origin, cookie, ask } = await openConsole();
    const { port } = new URL(origin);
    const script = `exec 3<>/dev/tcp/127.0.0.1/${port}
      printf 'GET / HTTP/1.1\\r\\nHost: 127.0.0.1:${port}\\r\\nCookie: ${cookie}\\r\\n' >&3
      printf 'Connection: close\\r\\n\\r\\n' >&3
      cat <&3`;
    const answered = async (uid: number): Promise<string> => {
      const { stdout } = spawn('/bin/bash', ['-c', script], { uid, cwd: '/' });
      return await text(stdout);
    };
    expect(await answered(65_534)).toMatch(/^HTTP\/1\.1 403 .*another user of this machine/s);
    expect(await answered(0)).toMatch(/^HTTP\/1\.1 200 /);
    expect((await ask('/')).status).toBe(200);
  });

  it('answers the same page under both names of loopback', async () => {
    const { ask, server } = await openConsole();
    const { port } = new URL(server.address);
    const host = `localhost:${port}`;
    const headers = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };
    expect((await ask('/api/timeline?names=', { headers })).status).toBe(200);
  });

  it('knows its address as a browser sends it, also at the port that is never sent', () => {
    expect(new Guard(8080).host).toBe('127.0.0.1:8080');
    expect(new Guard(80).host).toBe('127.0.0.1');
  });

  it('does not use up the key for a page of another site', async () => {
    const { unused } = await openConsole({ enter: false });
    expect((await send(unused, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
    expect((await send(unused, { headers: { host: 'attacker.example' } })).status).toBe(421);
    expect((await send(unused, { method: 'HEAD' })).status).toBe(403);
    expect((await send(unused)).status).toBe(303);
  });

  it('refuses an action that a form or another page can send', async () => {
    const { ask, world } = await openConsole({ allowsActions: true });
    const requests = [
      [{ 'ims-token-rotator-console': '' }, 403],
      [{ 'content-type': 'text/plain' }, 415],
      [{ origin: 'http://attacker.example' }, 403],
    ] as const;
    const body = JSON.stringify({ action: 'pause', name: 'fusion' });
    for (const [changed, status] of requests) {
      const headers = { ...action.headers, ...changed };
      const answer = await ask('/api/actions', { ...action, headers }, body);
      expect(answer.status, JSON.stringify(changed)).toBe(status);
    }
    expect(world.secretsManager.calls.map((call) => call.action)).not.toContain('TagResource');
  });

  it('refuses what is no action', async () => {
    const { ask } = await openConsole({ allowsActions: true });
    const bodies = [
      ['x', 400],
      ['{"action":"delete","name":"fusion"}', 400],
      ['{"action":"pause","name":"../x"}', 400],
      ['{"action":"pause","name":"fusion","as":"root"}', 400],
      [JSON.stringify({ action: 'x'.repeat(100_000), name: 'fusion' }), 413],
    ] as const;
    for (const [body, status] of bodies) {
      expect((await ask('/api/actions', action, body)).status).toBe(status);
    }
  });

  it('refuses every action unless they are allowed', async () => {
    const { ask } = await openConsole();
    const body = JSON.stringify({ action: 'pause', name: 'fusion' });
    const answer = await ask('/api/actions', action, body);
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.text).why.message).toContain('--allow-actions');
  });

  it('serves nothing but its own files, whatever the path', async () => {
    const { ask } = await openConsole();
    for (const path of [
      '/../package.json',
      '/..%2fpackage.json',
      '/%2e%2e/package.json',
      '/./../../etc/passwd',
      '//etc/passwd',
      '/console.js/../../cli/ims-token-rotator.mjs',
      '/index.html%00.js',
      '/constructor',
      '/__proto__',
      '/api/credentials/..%2f..%2fx',
      '/api/credentials/%ff',
      '/api/constructor',
    ]) {
      expect([400, 404], path).toContain((await ask(path)).status);
    }
  });

  it('always has a connection for the cookie, however many others there are', async () => {
    const { origin, ask } = await openConsole();
    const { port } = new URL(origin);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const sockets = Array.from({ length: 200 }, () => connect(Number(port), '127.0.0.1'));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    const ends = sockets.map(async (socket) => {
      // Whoever has no connection any more learns it by an end or by a reset.
      socket.on('error', () => undefined);
      await new Promise((resolve) => socket.resume().once('close', resolve));
    });
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    // The earliest make room for the latest at once.
    await Promise.all(ends.slice(0, 168));
    expect(sockets.filter((socket) => !socket.closed)).toHaveLength(32);
    expect((await ask('/')).status).toBe(200);
    // The others have said nothing for seconds.
    vi.advanceTimersByTime(5_000);
    await Promise.all(ends);
    expect((await ask('/')).status).toBe(200);
  });

  it('ends no connection that has shown the cookie, however long it lasts', async () => {
    const { origin, cookie } = await openConsole();
    const { host, port } = new URL(origin);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const socket = connect(Number(port), '127.0.0.1');
    onTestFinished(() => {
      socket.destroy();
    });
    const ask = async (): Promise<string> => {
      socket.write(`HEAD /icon.svg HTTP/1.1\r\nHost: ${host}\r\nCookie: ${cookie}\r\n\r\n`);
      return String(await once(socket, 'data'));
    };
    expect(await ask()).toMatch(/^HTTP\/1\.1 200 /);
    vi.advanceTimersByTime(5_000);
    expect(await ask()).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('answers who has asked, however many connect meanwhile and say nothing', async () => {
    const server = createServer();
    new Strangers(server);
    onTestFinished(() => server.close().closeAllConnections());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const requested = once(server, 'request');
    const answer = send(`http://127.0.0.1:${port}/`);
    const [, response] = await requested;
    const others = Array.from({ length: 64 }, () => connect(port, '127.0.0.1').resume());
    onTestFinished(() => {
      for (const socket of others) socket.destroy();
    });
    const ended = others.slice(0, 32).map((socket) => {
      socket.on('error', () => undefined);
      return new Promise((resolve) => socket.once('close', resolve));
    });
    await Promise.all(ended);
    response.end('answered');
    expect((await answer).text).toBe('answered');
  });

  it('keeps a connection for the cookie alone', async () => {
    const { origin, cookie } = await openConsole();
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const connection = async (headers: Record<string, string>) =>
      (await send(`${origin}/icon.svg`, { agent, headers })).headers.connection;
    expect(await connection({})).toBe('close');
    expect(await connection({ cookie })).toBe('keep-alive');
    expect(await connection({ cookie, host: 'attacker.example' })).toBe('close');
  });

  it('answers no other method', async () => {
    const { ask } = await openConsole();
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE']) {
      const answer = await ask('/', { method });
      expect(answer.status).toBe(405);
      expect(answer.headers.allow).toBe('GET, HEAD, POST');
    }
    expect((await ask('/api/fleet/events', { method: 'HEAD' })).status).toBe(405);
  });

  it('has a policy without inline code on every answer', async () => {
    const { ask, entered, origin } = await openConsole();
    const answers = [
      entered,
      await send(origin),
      await ask('/', { headers: { host: 'x' } }),
      await ask('/'),
      await ask('/nothing'),
      await ask('/api/timeline?names=..'),
      await ask('/api/actions', action, 'x'),
      await ask('/', { method: 'PUT' }),
      await ask('//'),
    ];
    for (const { headers } of answers) {
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
          "img-src 'self'; font-src 'none'; base-uri 'none'; form-action 'none'; " +
          "frame-ancestors 'none'",
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
    }
  });
});
