import { describe, expect, it } from 'vitest';
import { hour } from '../support/builders.ts';
import { countedTick, failureOf, tick } from '../support/outcomes.ts';
import { readToken, seedCredential, startParts } from '../support/start-parts.ts';

const expiryOf = (secretString: string | undefined): number =>
  Date.parse(/"expires_at":"([^"]+)"/.exec(secretString ?? '')?.[1] ?? '') / 1000;

describe('when IMS shortens the lifetime of its tokens', () => {
  it('keeps the longer token without a failure, and replaces it before it expires', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    const client = parts.ims.client('client-fusion');
    client.lifetimeSeconds = 8 * hour;
    await tick(parts.run());
    client.lifetimeSeconds = hour;
    const reads: number[] = [];
    for (let ticks = 0; ticks < 40; ticks += 1) {
      parts.clock.advance(900);
      parts.metrics.length = 0;
      const outcomes = await countedTick(parts.run());
      expect(failureOf(outcomes)).toBeUndefined();
      expect(parts.metrics).toContainEqual(['Failing', 0]);
      const left = expiryOf((await readToken(parts, 'fusion'))?.SecretString) - parts.clock.seconds;
      reads.push(left);
    }
    // No consumer ever reads a token with less than a tick of life.
    expect(Math.min(...reads)).toBeGreaterThan(900);
    // One mint an hour at the most while the old token outlives every new one.
    expect(parts.ims.mintCount).toBeLessThan(14);
  });
});
