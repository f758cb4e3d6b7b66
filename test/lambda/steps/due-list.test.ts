import { describe, expect, it } from 'vitest';
import { instantIn, putToken } from '../../support/credential.ts';
import { tick } from '../../support/outcomes.ts';
import { type Parts, seedCredential, startParts } from '../../support/start-parts.ts';

const day = 86_400;
const names = Array.from({ length: 20 }, (_, index) => `c${String(index).padStart(2, '0')}`);

/** Twenty tokens that have ended, those that the list shows last first. */
async function startWithEndedTokens(): Promise<Parts> {
  const parts = await startParts();
  for (const [index, name] of names.entries()) {
    seedCredential(parts, name);
    parts.ims.client(`client-${name}`).lifetimeSeconds = day - index * 600;
  }
  await tick(parts.run());
  for (const name of names) parts.ims.client(`client-${name}`).lifetimeSeconds = day;
  parts.clock.advance(day + 1);
  parts.ims.clearTokenRequests();
  return parts;
}

describe('a tick that finds more due than it has time to store', () => {
  it('renews the most urgent, and leaves the others to the next tick', async () => {
    const parts = await startWithEndedTokens();
    const { config } = parts.run();
    // Six in the ten minutes that a run of these parts has.
    const busy = parts.run({ config: { ...config, writesPerSecond: 0.01 } });
    const outcomes = await tick(busy);
    expect(outcomes).toHaveLength(names.length);
    const renewed = outcomes.filter(({ outcome }) => outcome === 'renewed');
    expect(renewed.length).toBeLessThanOrEqual(2 * 6);
    expect(renewed.map(({ credential }) => credential)).toEqual(
      expect.arrayContaining(names.slice(-6)),
    );
    const late = outcomes.filter(({ outcome }) => outcome === 'deferred');
    expect(renewed.length + late.length).toBe(names.length);
    for (const one of late) {
      expect(one).toMatchObject({
        reason: 'token-expired',
        failing: false,
        isNews: false,
        error: { code: 'ERR_NO_TIME_LEFT' },
      });
    }
    expect(parts.ims.tokenRequests).toHaveLength(renewed.length);

    const next = await tick(parts.run());
    const left = next.filter(({ outcome }) => outcome === 'renewed');
    expect(left.map(({ credential }) => credential).toSorted()).toEqual(
      late.map(({ credential }) => credential).toSorted(),
    );
  });

  it('leaves none of equals to every next tick', async () => {
    const parts = await startParts();
    const token = { access_token: 'x', issued_at: instantIn(parts, -3_600) };
    for (const name of names) {
      seedCredential(parts, name);
      // The list does not tell when the token of another program ends, and so each tick has to look.
      await putToken(parts, name, { ...token, expires_at: instantIn(parts, 82_800) });
    }
    const { config } = parts.run();
    const looked = new Set<string>();
    for (let draw = 0; draw < 1; draw += 1 / 16) {
      const outcomes = await tick(
        parts.run({
          config: { ...config, writesPerSecond: 0.1 },
          remaining: () => 60,
          random: () => draw,
        }),
      );
      const kept = outcomes.filter(({ outcome }) => outcome === 'kept');
      expect(kept.length).toBeLessThanOrEqual(2 * 6);
      for (const { credential } of kept) looked.add(credential);
    }
    expect([...looked].toSorted()).toEqual(names);
    expect(parts.ims.tokenRequests).toHaveLength(0);
  });
});
