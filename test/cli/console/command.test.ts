import { describe, expect, it } from 'vitest';
import { startOperator } from '../operator.ts';
import { send } from './looker.ts';

describe('console', () => {
  it('prints its address, and ends on Ctrl-C while somebody looks', async () => {
    const { begin } = await startOperator();
    const running = begin('console', '--no-open', '--json');
    const [line] = await running.printed(/^.*\n/);
    const { address } = JSON.parse(line);
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?key=[\w-]{43}$/);
    const { headers } = await send(address);
    const cookie = String(headers['set-cookie']).split(';')[0] ?? '';
    const { origin } = new URL(address);
    const stream = await fetch(`${origin}/api/fleet/events`, { headers: { cookie } });
    const reader = stream.body?.getReader();
    await reader?.read();
    running.signal('SIGINT');
    expect(await running.exit()).toMatchObject({ code: 0, stderr: '' });
    await expect(reader?.read()).rejects.toThrow();
  });

  it('prints the address alone to stdout, for a person as for a script', async () => {
    const { begin } = await startOperator();
    const running = begin('console');
    await running.printed(/^http:\/\/127\.0\.0\.1:\d+\/\?key=[\w-]{43}\n/);
    running.signal('SIGTERM');
    const { code, stderr } = await running.exit();
    expect(code).toBe(0);
    expect(stderr).toContain('works once');
  });

  it('says that a port is taken', async () => {
    const { begin, cli, world } = await startOperator();
    const { port } = new URL(world.aws.url);
    expect(await cli('console', '--port', port)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`port ${port} is taken`),
    });
    expect(begin).toBeDefined();
  });
});
