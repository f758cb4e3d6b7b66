import { DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { day } from '../support/builders.ts';
import { countedTick, failureOf, tick } from '../support/outcomes.ts';
import { type Parts, plainClient, seedCredential, startParts } from '../support/start-parts.ts';

const declaring = (parts: Parts, ...names: readonly string[]) => {
  const config = { ...parts.run().config, declared: new Set(names) };
  return () => parts.run({ config });
};

describe('a credential that the stack declares', () => {
  it('is a failure by its name when its secrets are gone, however many others there are', async () => {
    const parts = await startParts();
    for (const name of ['fusion', 'one', 'two']) seedCredential(parts, name);
    const run = declaring(parts, 'fusion');
    await tick(run());
    for (const kind of ['client', 'token']) {
      const SecretId = `ims-token-rotator/prod/fusion/${kind}`;
      await plainClient(parts).send(new DeleteSecretCommand({ SecretId }));
    }
    parts.metrics.length = 0;
    const outcomes = await countedTick(run());
    expect(outcomes[0]).toMatchObject({
      credential: 'fusion',
      reason: 'token-secret-missing',
      error: { code: 'ERR_TOKEN_SECRET_MISSING' },
    });
    expect(parts.metrics).toContainEqual(['Failing', 1]);
    expect(parts.properties.get('failing_credentials')).toBe('fusion');
  });

  it('fails the invocation once an hour while its secrets are missing', async () => {
    const parts = await startParts();
    const run = declaring(parts, 'fusion');
    const failed: boolean[] = [];
    for (let ticks = 0; ticks < 12; ticks += 1) {
      failed.push(failureOf(await tick(run())) !== undefined);
      parts.clock.advance(900);
    }
    expect(failed.filter(Boolean)).toHaveLength(3);
  });

  it("does not fail Lambda's retry of that invocation", async () => {
    const parts = await startParts();
    const run = declaring(parts, 'fusion');
    const { memory } = parts.run();
    const fails = async (): Promise<boolean> =>
      failureOf(await tick({ ...run(), memory })) !== undefined;
    expect(await fails()).toBe(true);
    parts.clock.advance(60);
    expect(await fails()).toBe(false);
    parts.clock.advance(3_540);
    expect(await fails()).toBe(true);
  });

  it('may be without a value for a day, and fails after that', async () => {
    const parts = await startParts();
    parts.secretsManager.seed({ name: 'ims-token-rotator/prod/fusion/token' });
    parts.secretsManager.seed({ name: 'ims-token-rotator/prod/fusion/client' });
    const run = declaring(parts, 'fusion');
    expect(await tick(run())).toMatchObject([{ reason: 'credential-missing', failing: false }]);
    parts.clock.advance(day);
    expect(await tick(run())).toMatchObject([{ failing: false }]);
    parts.clock.advance(1);
    const late = await tick(run());
    expect(late).toMatchObject([{ reason: 'credential-missing', failing: true, isNews: true }]);
    parts.clock.advance(900);
    expect(await tick(run())).toMatchObject([{ failing: true, isNews: false }]);
  });

  it('may be without a value for ever when nobody declares it', async () => {
    const parts = await startParts();
    parts.secretsManager.seed({ name: 'ims-token-rotator/prod/fusion/token' });
    parts.clock.advance(30 * day);
    expect(await tick(parts.run())).toMatchObject([{ failing: false }]);
  });
});
