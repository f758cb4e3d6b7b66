import { describe, expect, it } from 'vitest';
import { copyWarning } from '../../cli/rotator/policy-warning.ts';
import type { Rotator } from '../../cli/rotator/rotator.ts';

describe('the warning about copies of what is stored in a secret', () => {
  const secret = { name: 'a/b/client', arn: 'arn', tags: {} };
  const own = 'arn:aws:lambda:us-east-1:111122223333:function:rotator';
  const rotator = { function: { kind: 'deployed', name: 'rotator', arn: own } } as Rotator;

  it.each([
    ['nothing, for a plain secret', {}, undefined],
    [
      'nothing, for a rotation by the rotator itself',
      { isRotated: true, rotation: { functionArn: own, nextAt: undefined } },
      undefined,
    ],
    ['a rotation', { isRotated: true }, 'a/b/client has a rotation function, so'],
    [
      'replicas and a rotation',
      { primaryRegion: 'us-east-1', isRotated: true },
      'a/b/client has replicas in other Regions and has a rotation function, so',
    ],
  ])('names %s', (_, traits, expected) => {
    const warning = copyWarning({ options: {} }, { ...secret, ...traits }, rotator);
    if (expected === undefined) expect(warning).toBeUndefined();
    else expect(warning).toContain(expected);
  });
});
