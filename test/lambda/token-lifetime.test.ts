import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../core/contract.ts';
import { hour } from '../support/builders.ts';
import { startCredential } from '../support/credential.ts';
import { tick } from '../support/outcomes.ts';

describe('a token', () => {
  it('of 24 hours is renewed every 10 to 12 hours, so that 12 remain for an outage', async () => {
    const parts = await startCredential();
    const renewals: number[] = [];
    for (let ticks = 0; ticks <= 24 * 4; ticks += 1) {
      const [outcome] = await tick(parts.run());
      if (outcome?.reason === 'token-expiring') renewals.push(ticks / 4);
      parts.clock.advance(900);
    }
    // Each token has its own time, which is the same whenever it is asked.
    expect(renewals).toEqual([10.5, 21.75]);
    expect(parts.ims.mintCount).toBe(3);
  });

  it('of two hours is renewed after 50 to 60 minutes', async () => {
    const parts = await startCredential();
    parts.ims.client('client-fusion').lifetimeSeconds = 2 * hour;
    await tick(parts.run());
    parts.clock.advance((5 / 6) * hour - 1);
    expect(await tick(parts.run())).toMatchObject([{ reason: 'token-fresh' }]);
    parts.clock.advance(hour / 6 + 1);
    expect(await tick(parts.run())).toMatchObject([{ reason: 'token-expiring' }]);
  });

  it('that outlives new ones stays without a failure until a tick replaces it in time', async () => {
    const parts = await startCredential();
    await tick(parts.run());
    parts.ims.client('client-fusion').lifetimeSeconds = hour;
    const outcomes: unknown[] = [];
    for (let ticks = 1; ticks < 24 * 4; ticks += 1) {
      parts.clock.advance(900);
      const [outcome] = await tick(parts.run());
      if (outcome?.outcome === 'renewed') outcomes.push(ticks / 4, outcome.reason);
      expect(outcome).toMatchObject({ failing: false, isNews: false });
    }
    expect(outcomes.slice(0, 2)).toEqual([23, 'token-expiring']);
  });

  it('is renewed later if its tag says so', async () => {
    const parts = await startCredential({ [tagKeys.renewBefore]: 'PT4H' });
    await tick(parts.run());
    parts.clock.advance(18 * hour - 1);
    expect(await tick(parts.run())).toMatchObject([{ reason: 'token-fresh', outcome: 'kept' }]);
    parts.clock.advance(2 * hour);
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
