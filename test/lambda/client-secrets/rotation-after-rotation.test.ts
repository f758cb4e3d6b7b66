import { describe, expect, it } from 'vitest';
import { day, hour } from '../../support/builders.ts';
import { tick } from '../../support/outcomes.ts';
import { startSlow, startSwapped, tellingIf } from '../../support/retired-client-secret.ts';
import { clientSecretOf } from '../../support/start-parts.ts';
import { renewAfter, startRotated } from '../../support/start-rotating-client.ts';

const old = clientSecretOf('fusion');

describe('a rotation after a rotation', () => {
  it('stops within a day, because the retired secret may be in use, and names it', async () => {
    const rotating = await startRotated();
    const [first] = rotating.adobe.liveSecrets;
    expect(await rotating.rotateSecret()).toEqual(['ERR_CLIENT_SECRET_LIMIT']);
    expect(String(rotating.parts.lines.at(-1)?.message)).toContain(
      `${first?.uuid}, which was replaced at 2026-11-22T13:17:00Z, may still be in use`,
    );
    expect(rotating.live()).toContain(old);
  });

  it('leaves one that a person has gone back to, until Adobe tells of a use of the other one since', async () => {
    const rotating = await startSwapped();
    rotating.parts.clock.advance(60);
    expect(await rotating.rotateSecret()).toEqual(['ERR_CLIENT_SECRET_LIMIT']);
    expect(rotating.live()).toContain(old);
  });

  it.each([true, false])(
    'deletes one that was used until its rotation was complete, two days later, if Secrets Manager tells when: %s',
    async (tells) => {
      const rotating = await startSlow();
      const { parts } = rotating;
      const told = tellingIf(tells, rotating);
      parts.clock.advance(1_800);
      await tick(parts.run());
      parts.clock.advance(day);
      await rotating.beginRotation();
      const [created] = await Promise.allSettled([rotating.step('createSecret', undefined, told)]);
      const stopped = { reason: { code: 'ERR_CLIENT_SECRET_LIMIT' } };
      expect(created).toMatchObject(tells ? { status: 'fulfilled' } : stopped);
      expect(rotating.live().includes(old)).toBe(!tells);
    },
  );

  it('deletes a retired secret that no renewal could delete, and drops its entry', async () => {
    const rotating = await startRotated();
    const { parts } = rotating;
    parts.consoleApi.faults.inject({ kind: 'server-error', status: 503 });
    await renewAfter(rotating, day);
    parts.consoleApi.faults.clear();
    parts.clock.advance(hour);
    const [current] = await rotating.entries();
    expect(await rotating.rotateSecret()).toEqual([]);
    const entries = await rotating.entries();
    expect(entries.map((entry) => entry.client_secret)).toEqual([
      rotating.live()[1],
      current?.client_secret,
    ]);
    expect(rotating.live()).not.toContain(old);
  });
});
