import { describe, expect, it } from 'vitest';
import { startOperator } from './operator.ts';

async function withCredentials(...names: readonly string[]) {
  const operator = await startOperator();
  for (const name of names) await operator.onboard(name);
  await operator.invoke({ action: 'tick' });
  const versionOf = async (name: string): Promise<string | undefined> =>
    (await operator.read(name))?.versionId;
  return { ...operator, versionOf };
}

interface Renewed {
  readonly credentials: readonly Record<string, string>[];
}

describe('renew', () => {
  it('keeps what is fresh, and renews it by force', async () => {
    const { cli, versionOf, world } = await withCredentials('fusion');
    const before = await versionOf('fusion');
    const kept = await cli('renew', 'fusion');
    expect(kept).toMatchObject({ code: 0, stderr: '' });
    expect(kept.stdout).toMatch(/^✓ fusion kept \(recently-issued\), good until \S+Z\n$/);
    expect(await versionOf('fusion')).toBe(before);
    const forced = await cli('renew', 'fusion', '--force');
    expect(forced.stdout).toMatch(/^✓ fusion renewed \(forced\), good until /);
    expect(await versionOf('fusion')).not.toBe(before);
    expect(world.ims.mintCount).toBe(2);
  });

  it('names the version that a forced renewal replaces, so that it is done once', async () => {
    const { cli, versionOf, world, invoke } = await withCredentials('fusion');
    const before = await versionOf('fusion');
    await cli('renew', 'fusion', '--force');
    // What it has sent, delivered three times more.
    const event = { action: 'renew', credential: 'fusion', force: true, replaces: before };
    for (let count = 0; count < 3; count += 1) expect((await invoke(event)).error).toBeUndefined();
    expect(world.ims.mintCount).toBe(2);
  });

  it('renews all but the paused, and fails if one fails', async () => {
    const { cli, world } = await withCredentials('a', 'b', 'c');
    await cli('pause', 'c');
    world.ims.faults.inject({ kind: 'server-error', status: 400 }, { times: 1 });
    const { code, stdout } = await cli('renew', '--all', '--force', '--json');
    expect(code).toBe(1);
    const { credentials } = JSON.parse(stdout) as Renewed;
    expect(credentials.map(({ name }) => name).sort()).toEqual(['a', 'b']);
    expect(credentials.map(({ outcome }) => outcome).sort()).toEqual(['failed', 'renewed']);
    const failed = credentials.find(({ outcome }) => outcome === 'failed');
    expect(failed).toMatchObject({ code: 'ERR_TOKEN_REJECTED' });
  });

  it('asks nothing of what is fresh, when all are meant', async () => {
    const { cli, world, onboard } = await withCredentials('a', 'b');
    await onboard('due');
    const before = world.ims.tokenRequests.length;
    const { code, stdout } = await cli('renew', '--all', '--json');
    expect(code).toBe(0);
    const { credentials } = JSON.parse(stdout) as Renewed;
    expect(credentials).toMatchObject([{ name: 'due', outcome: 'renewed' }]);
    expect(world.ims.tokenRequests.length - before).toBe(1);
    expect((await cli('renew', '--all')).stderr).toMatch(/^there is nothing to renew/);
  });

  it.each([
    ['a credential that is not there', ['nope'], 'ERR_TOKEN_SECRET_MISSING'],
    ['a paused one', ['fusion'], 'ERR_PAUSED'],
  ])('says why it was not done: %s', async (_, names, code) => {
    const { cli } = await withCredentials('fusion');
    await cli('pause', 'fusion');
    const exit = await cli('renew', ...names, '--force');
    expect(exit.code).toBe(1);
    expect(exit.stdout).toContain(`✗ ${names[0]} ${code}\n`);
  });

  it('says that IMS refuses, in words', async () => {
    const operator = await withCredentials('fusion');
    const { clientId } = await operator.onboard('other');
    operator.world.ims.removeClient(clientId);
    const { code, stdout } = await operator.cli('renew', 'other');
    expect(code).toBe(1);
    expect(stdout).toContain('✗ other ERR_TOKEN_REJECTED\n  IMS answered 400 invalid_client');
    expect(stdout).toContain('→ correct it in the Adobe Developer Console');
    // The failure is remembered; not forced, it waits.
    expect((await operator.cli('renew', 'other')).stdout).toContain('✗ other ERR_BACKING_OFF');
  });

  it.each([
    ['nothing named', ['renew']],
    ['both', ['renew', 'a', '--all']],
    ['no name', ['renew', 'No Name']],
    ['an unknown option', ['renew', 'a', '--now']],
  ])('ends with 2 for %s', async (_, args) => {
    const { cli } = await startOperator();
    const { code, stdout, stderr } = await cli(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toBe('');
  });

  it('says where the function is missing, or may not be invoked', async () => {
    const { cli } = await startOperator({
      authorize: (action) => action !== 'lambda:InvokeFunction',
    });
    const { code, stdout } = await cli('renew', 'fusion');
    expect(code).toBe(1);
    expect(stdout).toContain('✗ fusion ERR_AWS_DENIED\n  you may not do lambda:InvokeFunction');
    const other = await cli('renew', 'fusion', '--rotator', 'other');
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/^ERR_FUNCTION_NOT_FOUND no function of the rotator other is/);
    const blind = await startOperator({ authorize: (action) => !action.startsWith('lambda:') });
    await blind.onboard('fusion');
    expect((await blind.cli('renew', 'fusion')).stderr).toMatch(/^ERR_AWS_DENIED .*ListFunctions/);
  });

  it('begins nothing more after Ctrl-C, finishes what it has begun, and says what it left', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `c${index}`);
    const { begin, world } = await withCredentials(...names);
    world.ims.faults.inject({ kind: 'slow-headers', milliseconds: 1_500 });
    const renewing = begin('renew', '--all', '--force', '--json');
    const begun = world.ims.mintCount;
    world.ims.clearTokenRequests();
    while (world.ims.tokenRequests.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    renewing.signal('SIGINT');
    const { code, stdout, stderr } = await renewing.exit();
    expect(code).toBe(130);
    const { credentials } = JSON.parse(stdout) as Renewed;
    expect(credentials.length).toBeGreaterThan(0);
    expect(credentials.length).toBeLessThan(names.length);
    expect(credentials.every(({ outcome }) => outcome === 'renewed')).toBe(true);
    expect(world.ims.mintCount - begun).toBe(credentials.length);
    expect(stderr).toMatch(new RegExp(`^interrupted: ${names.length - credentials.length} w`));
  });
});
