import { expect, it } from 'vitest';
import { mostEffects, RotationWatch, rotateWithCrash } from '../../support/crashed-rotations.ts';
import { startRotatingClient } from '../../support/start-rotating-client.ts';

const rotations = 100;

it('100 rotations that are cut short after each effect leave one secret, and never hit the limit', {
  timeout: 1_800_000,
}, async () => {
  const rotating = await startRotatingClient();
  const watch = new RotationWatch(rotating);
  const seen = new Set<string | undefined>();
  for (let rotation = 0; rotation < rotations; rotation += 1) {
    await rotateWithCrash(rotating, watch, 1 + (rotation % mostEffects));
    const [entry] = await rotating.entries();
    seen.add(entry?.client_secret);
    expect(rotating.live()).toEqual([entry?.client_secret]);
  }
  expect(seen.size).toBe(rotations);
  expect(watch.deleted).toBe(rotations);
  const codes = rotating.parts.lines.map(({ fields }) => fields['code']);
  expect(codes).not.toContain('ERR_CLIENT_SECRET_LIMIT');
});
