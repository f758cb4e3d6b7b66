import { ListSecretsCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { startEmulator } from '../emulators/secrets-manager/start-secrets-manager.ts';
import { RunningProcess } from '../support/run-process.ts';

const forEver = { kind: 'latency', ms: 3_600_000 } as const;

async function arnsAt(client: SecretsManagerClient): Promise<readonly unknown[]> {
  const list = new ListSecretsCommand({ IncludePlannedDeletion: true, MaxResults: 100 });
  const { SecretList = [] } = await client.send(list);
  return SecretList.map(({ ARN }) => ARN);
}

/** The command, which has created some secrets at this endpoint. */
async function started(endpoint: string): Promise<RunningProcess> {
  const running = new RunningProcess('conformance/main.ts', ['--endpoint', endpoint]);
  await running.printed(/^(✓.*\n.*){5}/m, 'stderr');
  return running;
}

it.skipIf(process.platform === 'win32').each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'after %s, npm run conformance deletes what it has created',
  async (signal) => {
    const { emulator, client } = await startEmulator({ now: Date.now });
    const running = await started(emulator.url);
    running.signal(signal);
    const { code, stdout } = await running.exit();
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ failed: 0, left: [] });
    expect(JSON.parse(stdout).notRun).toBeGreaterThan(0);
    expect(await arnsAt(client)).toEqual([]);
  },
);

it.skipIf(process.platform === 'win32').each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)(
  'when nothing can be deleted, a second signal, %s, ends it, and what is left is named',
  async (signal, code) => {
    const { emulator, client } = await startEmulator({ now: Date.now });
    const running = await started(emulator.url);
    emulator.faults.inject(forEver, { when: ({ action }) => action === 'DeleteSecret' });
    running.signal('SIGINT');
    // The same Ctrl-C, from npm.
    running.signal('SIGINT');
    await running.printed(/^It deletes what it has created; once more ends it at once/m, 'stderr');
    running.signal(signal);
    const { code: ended, stderr } = await running.exit();
    expect(ended).toBe(code);
    const [, prefix] = /^It creates secrets below (\S+)$/m.exec(stderr) ?? [];
    expect(prefix).toMatch(/^conformance\/[\da-f]{8}\/$/);
    expect(stderr).toContain(`Look for others below ${prefix}\n`);
    const named = [...stderr.matchAll(/^Not deleted; do it: (\S+)$/gm)].map(([, arn]) => arn);
    expect(named.length).toBeGreaterThan(0);
    expect(new Set(named)).toEqual(new Set(await arnsAt(client)));
  },
);
