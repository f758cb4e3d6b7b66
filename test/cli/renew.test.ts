import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../core/contract.ts';
import { hour } from '../support/builders.ts';
import { inSeconds, seedCredential, startOperator, until } from './operator.ts';

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
  it('keeps a fresh token, and renews it by force', async () => {
    const { cli, versionOf, world } = await withCredentials('fusion');
    const before = await versionOf('fusion');
    const kept = await cli('renew', 'fusion');
    expect(kept).toMatchObject({ code: 0, stderr: '' });
    expect(kept.stdout).toMatch(/^✓ fusion kept \(recently-issued\), expires at \S+Z\n$/);
    expect(await versionOf('fusion')).toBe(before);
    const forced = await cli('renew', 'fusion', '--force');
    expect(forced.stdout).toMatch(/^✓ fusion renewed \(forced\), expires at /);
    expect(await versionOf('fusion')).not.toBe(before);
    expect(world.ims.mintCount).toBe(2);
  });

  it('replaces a token under an id that no rotator and no AWS would choose', async () => {
    const { cli, client, read, versionOf, world } = await withCredentials('fusion');
    const stored = await read('fusion');
    // AWS accepts 32 to 64 characters of any kind.
    const ClientRequestToken = 'not a \\ "version" id_of~the rotator';
    await client.send(
      new PutSecretValueCommand({
        SecretId: world.secretId('fusion', 'token'),
        SecretString: JSON.stringify({ ...stored?.token, access_token: 'of-somebody-else' }),
        ClientRequestToken,
      }),
    );
    expect(await versionOf('fusion')).toBe(ClientRequestToken);
    const { code, stdout } = await cli('renew', 'fusion', '--force');
    expect(stdout).toMatch(/^✓ fusion renewed \(forced\), expires at /);
    expect(code).toBe(0);
    expect(await versionOf('fusion')).not.toBe(ClientRequestToken);
  });

  it('mints once when the event of a forced renewal is delivered again', async () => {
    const { cli, versionOf, world, invoke } = await withCredentials('fusion');
    const before = await versionOf('fusion');
    await cli('renew', 'fusion', '--force');
    // The event that the command sent, three more times.
    const event = { action: 'renew', credential: 'fusion', force: true, replaces: before };
    for (let count = 0; count < 3; count += 1) expect((await invoke(event)).error).toBeUndefined();
    expect(world.ims.mintCount).toBe(2);
  });

  it('renews all credentials that are not paused, and fails if one fails', async () => {
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

  it('skips fresh tokens with --all', async () => {
    const { cli, world, onboard } = await withCredentials('a', 'b');
    await onboard('due');
    const before = world.ims.tokenRequests.length;
    const { code, stdout } = await cli('renew', '--all', '--json');
    expect(code).toBe(0);
    const { credentials } = JSON.parse(stdout) as Renewed;
    expect(credentials).toMatchObject([{ name: 'due', outcome: 'renewed' }]);
    expect(world.ims.tokenRequests.length - before).toBe(1);
    expect((await cli('renew', '--all')).stderr).toMatch(/^nothing to renew/);
  });

  it('renews with --all whatever is not fresh, paused or empty', async () => {
    const { cli, world } = await startOperator();
    const outage = `code=ERR_TOKEN_UNAVAILABLE since=${inSeconds(-3_000)} retry-at=${inSeconds(900)}`;
    const due = {
      due: { storedAgo: 60 },
      overdue: { expiresIn: 11 * hour },
      failing: { expiresIn: 5 * hour, failing: outage },
      expired: { expiresIn: -hour },
    };
    const seeds = {
      ...due,
      fresh: { expiresIn: 20 * hour },
      paused: { expiresIn: hour, tags: { [tagKeys.paused]: 'true' } },
      empty: { client: false },
    };
    for (const [name, seed] of Object.entries(seeds)) seedCredential(world, name, seed);
    const status = JSON.parse((await cli('status', '--json')).stdout) as Renewed;
    for (const { name, state } of status.credentials) expect(state).toBe(name);
    expect(status.credentials).toHaveLength(7);
    const { credentials } = JSON.parse((await cli('renew', '--all', '--json')).stdout) as Renewed;
    const names = credentials.map(({ name }) => name);
    expect(names).toHaveLength(4);
    expect(new Set(names)).toEqual(new Set(Object.keys(due)));
  });

  it.each([
    ['a credential that does not exist', ['nope'], 'ERR_TOKEN_SECRET_MISSING'],
    ['a paused credential', ['fusion'], 'ERR_PAUSED'],
  ])('names the code of a renewal that failed: %s', async (_, names, code) => {
    const { cli } = await withCredentials('fusion');
    await cli('pause', 'fusion');
    const exit = await cli('renew', ...names, '--force');
    expect(exit.code).toBe(1);
    expect(exit.stdout).toContain(`✗ ${names[0]} ${code}\n`);
  });

  it('explains why IMS rejects a credential', async () => {
    const operator = await withCredentials('fusion');
    const { clientId } = await operator.onboard('other');
    operator.world.ims.removeClient(clientId);
    const { code, stdout } = await operator.cli('renew', 'other');
    expect(code).toBe(1);
    expect(stdout).toContain('✗ other ERR_TOKEN_REJECTED\n  IMS answered 400 invalid_client');
    expect(stdout).toContain('→ correct it in the Adobe Developer Console');
    // The rotator remembers the failure, and waits unless forced.
    expect((await operator.cli('renew', 'other')).stdout).toContain('✗ other ERR_BACKING_OFF');
  });

  it.each([
    ['no name', ['renew']],
    ['a name and --all', ['renew', 'a', '--all']],
    ['an invalid name', ['renew', 'No Name']],
    ['an unknown option', ['renew', 'a', '--now']],
  ])('exits with 2 for %s', async (_, args) => {
    const { cli } = await startOperator();
    const { code, stdout, stderr } = await cli(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toBe('');
  });

  it('says that the function does not exist, or that invoking it is not authorized', async () => {
    const { cli } = await startOperator({
      authorize: (action) => action !== 'lambda:InvokeFunction',
    });
    const { code, stdout } = await cli('renew', 'fusion');
    expect(code).toBe(1);
    expect(stdout).toContain(
      '✗ fusion ERR_AWS_DENIED\n  not authorized to perform lambda:InvokeFunction',
    );
    const other = await cli('renew', 'fusion', '--rotator', 'other');
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/^ERR_FUNCTION_NOT_FOUND no function of the rotator other is/);
    const blind = await startOperator({ authorize: (action) => !action.startsWith('lambda:') });
    await blind.onboard('fusion');
    expect((await blind.cli('renew', 'fusion')).stderr).toMatch(/^ERR_AWS_DENIED .*ListFunctions/);
  });

  it('after Ctrl-C starts no renewal, finishes those in progress, and counts the rest', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `c${index}`);
    const { begin, world } = await withCredentials(...names);
    world.ims.faults.inject({ kind: 'slow-headers', milliseconds: 1_500 });
    const renewing = begin('renew', '--all', '--force', '--json');
    const begun = world.ims.mintCount;
    world.ims.clearTokenRequests();
    await until(() => world.ims.tokenRequests.length > 0);
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
