import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../core/contract.ts';
import { hour } from '../support/builders.ts';
import { startCredential } from '../support/credential.ts';
import { tick } from '../support/outcomes.ts';

describe('a token', () => {
  it('of 24 hours is renewed every 12 hours, so that 12 remain for an outage', async () => {
    const parts = await startCredential();
    const reasons: (string | undefined)[] = [];
    for (let ticks = 0; ticks <= 24 * 4; ticks += 1) {
      const [outcome] = await tick(parts.run());
      if (outcome?.outcome === 'renewed') {
        reasons.push(`${ticks / 4} h: ${outcome.reason}`);
      }
      parts.clock.advance(900);
    }
    expect(reasons).toEqual(['0 h: token-missing', '12 h: token-expiring', '24 h: token-expiring']);
    expect(parts.ims.mintCount).toBe(3);
  });

  it('of two hours is renewed after one hour', async () => {
    const parts = await startCredential();
    parts.ims.client('client-fusion').lifetimeSeconds = 2 * hour;
    await tick(parts.run());
    parts.clock.advance(hour - 1);
    expect(await tick(parts.run())).toMatchObject([{ reason: 'token-fresh' }]);
    parts.clock.advance(1);
    expect(await tick(parts.run())).toMatchObject([{ reason: 'token-expiring' }]);
  });

  it('is renewed later if its tag says so', async () => {
    const parts = await startCredential({ [tagKeys.renewBefore]: 'PT4H' });
    await tick(parts.run());
    parts.clock.advance(19 * hour);
    expect(await tick(parts.run())).toMatchObject([{ reason: 'token-fresh', outcome: 'kept' }]);
    parts.clock.advance(hour);
    expect(await tick(parts.run())).toMatchObject([{ reason: 'token-expiring' }]);
  });

  it('is renewed again and again after it has expired', async () => {
    const parts = await startCredential();
    await tick(parts.run());
    for (let renewals = 0; renewals < 2; renewals += 1) {
      parts.clock.advance(25 * hour);
      expect(await tick(parts.run())).toMatchObject([
        { reason: 'token-expired', outcome: 'renewed' },
      ]);
    }
  });
});
