import { describe, expect, it } from 'vitest';
import type { Secret } from '../../../cli/aws/secret.ts';
import { ActedOn } from '../../../cli/console/acted-on.ts';
import { epochSeconds } from '../../../core/instant.ts';

const start = epochSeconds(1_764_000_000);
const later = (seconds: number) => epochSeconds(start + seconds);

const secret = (paused: string, changedAt: number): Secret => ({
  name: 'fusion/token',
  arn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:fusion/token-AbCdEf',
  tags: { paused },
  currentVersionId: 'v',
  changedAt: later(changedAt),
});

/** A credential that was paused at the start. */
function acted() {
  const actedOn = new ActedOn();
  const seen = secret('true', 0);
  actedOn.add('fusion', seen, start);
  return { actedOn, seen, before: secret('false', -3600) };
}

describe('a secret after an action', () => {
  it('is as the action left it while the list lags, and no other is', () => {
    const { actedOn, seen, before } = acted();
    expect(actedOn.current('fusion', before, later(300))).toBe(seen);
    expect(actedOn.current('firefly', before, later(1))).toBe(before);
    expect(actedOn.current('fusion', undefined, later(1))).toBeUndefined();
  });

  it('is as the list says once that cannot lag any more', () => {
    const { actedOn, before } = acted();
    expect(actedOn.current('fusion', before, later(301))).toBe(before);
    expect(actedOn.current('fusion', before, later(1))).toBe(before);
  });

  it('is as the list says if somebody has changed it since', () => {
    const { actedOn } = acted();
    const resumed = secret('false', 20);
    expect(actedOn.current('fusion', resumed, later(30))).toBe(resumed);
  });

  it('is as the list says once that has caught up', () => {
    const { actedOn } = acted();
    const same = secret('true', 0);
    expect(actedOn.current('fusion', same, later(10))).toBe(same);
  });
});
