import { describe, expect, it } from 'vitest';
import { environmentVariables } from '../../core/contract.ts';
import { epochSeconds } from '../../core/instant.ts';
import { fingerprint } from '../../core/token-tags.ts';
import { encodeVersionId } from '../../core/version-id.ts';
import { defaultMemory } from '../../infra/capacity.ts';
import type { World } from '../../local/world.ts';
import { digest } from '../support/builders.ts';
import { startRotator } from '../support/start-rotator.ts';

const client = { clientId: 'fleet', clientSecrets: ['fleet-secret'], scopes: ['openid'] };
const document = JSON.stringify({
  client_id: 'fleet',
  client_secret: 'fleet-secret',
  scope: 'openid',
});
const stored = '{"access_token":"not-a-token"}';

/** Seeds credentials whose tokens have that many of their 24 hours left. */
function seedFleet(world: World, count: number, hoursLeft: number): void {
  world.ims.registerClient(client);
  const expiresAt = epochSeconds(Date.now() / 1000 + hoursLeft * 3_600);
  for (let index = 0; index < count; index += 1) {
    const credential = `team-${index % 20}-credential-${index}`;
    const versionId = `00000000-0000-4000-9000-${String(index).padStart(12, '0')}`;
    const arn = world.secretsManager.seed({
      name: world.secretId(credential, 'client'),
      secretString: document,
      versionId,
    });
    const minted = fingerprint(digest, arn, versionId, {});
    const fields = { expiresAt, lifetime: 86_399, fingerprint: minted };
    world.secretsManager.seed({
      name: world.secretId(credential, 'token'),
      secretString: stored,
      versionId: encodeVersionId(fields, digest(stored)),
    });
  }
}

/** The figure that Lambda reports of the last invocation. */
function memoryUsed({ lambda, functionName }: World): number {
  const report = lambda.logs(functionName).findLast((line) => line.includes('platform.report'));
  return Number(/"maxMemoryUsedMB":(\d+)/.exec(report ?? '')?.[1]);
}

describe.skipIf(process.platform !== 'linux')('the memory that the template gives', () => {
  it('suffices for a tick that renews 10,000 tokens', { timeout: 900_000 }, async () => {
    const { world, invoke } = await startRotator({
      timeoutSeconds: 900,
      environment: { [environmentVariables.writesPerSecond]: '50' },
    });
    seedFleet(world, 10_000, 1);
    const { result } = await invoke({ action: 'tick' });
    expect(result).toMatchObject({ managed: 10_000, outcomes: { renewed: 10_000 } });
    expect(memoryUsed(world)).toBeLessThan(0.8 * defaultMemory);
  });

  it('suffices for a tick over 100,000 credentials with nothing due', {
    timeout: 600_000,
  }, async () => {
    const { world, invoke } = await startRotator();
    seedFleet(world, 100_000, 23);
    const { result } = await invoke({ action: 'tick' });
    expect(result).toMatchObject({ managed: 100_000, outcomes: { kept: 100_000 } });
    expect(memoryUsed(world)).toBeLessThan(0.65 * defaultMemory);
    const { result: previewed } = await invoke({ action: 'status' });
    expect(previewed).toMatchObject({ managed: 100_000, outcomes: { kept: 100_000 } });
    expect(memoryUsed(world)).toBeLessThan(0.65 * defaultMemory);
  });
});
