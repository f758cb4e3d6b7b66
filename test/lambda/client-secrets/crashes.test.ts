import { describe, expect, it } from 'vitest';
import { mostEffects, RotationWatch, rotateWithCrash } from '../../support/crashed-rotations.ts';
import { startRotatingClient } from '../../support/start-rotating-client.ts';

// crashes.long.test.ts has all points.
const points: readonly [string, number][] = [
  ['the tag', 3],
  ['the new secret at Adobe', 4],
  ['the pending version', 5],
  ['the move of AWSCURRENT', 9],
  ['the removal of AWSPENDING', 10],
  ['the question about the old secret', 25],
  ['the deletion at Adobe', 26],
];

describe('a rotation of a client secret that is cut short', () => {
  it.each(points)('after %s is completed by the next run', async (_, crashAfter) => {
    const rotating = await startRotatingClient();
    const watch = new RotationWatch(rotating);
    const [before] = await rotating.entries();
    await rotateWithCrash(rotating, watch, crashAfter);
    const [after] = await rotating.entries();
    expect(after?.client_secret).not.toBe(before?.client_secret);
    expect(rotating.live()).toEqual([after?.client_secret]);
    expect(watch.deleted).toBe(1);
    expect(await rotating.tag()).toBe('none');
    // It would keep Secrets Manager from beginning the next rotation.
    await expect(rotating.document('AWSPENDING')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('has these effects', async () => {
    const rotating = await startRotatingClient();
    const watch = new RotationWatch(rotating);
    const effects = await rotateWithCrash(rotating, watch, Number.POSITIVE_INFINITY);
    expect(effects.slice(0, 11)).toEqual([
      ...['setTag', 'request', 'setTag', 'add', 'put'],
      ...['setTag', 'setTag', 'request', 'makeCurrent', 'removePending', 'setTag'],
    ]);
    expect(effects.slice(0, mostEffects).slice(-2)).toEqual(['remove', 'setTag']);
    expect(effects.slice(mostEffects)).not.toContain('remove');
  });
});
