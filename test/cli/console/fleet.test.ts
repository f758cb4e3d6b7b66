import { describe, expect, it } from 'vitest';
import type { FleetEvent } from '../../../console/messages.ts';
import { hour } from '../../support/builders.ts';
import { seedCredential } from '../operator.ts';
import { next, nextOf, openConsole } from './looker.ts';

const path = '/api/fleet/events';

describe('the fleet', () => {
  it('is there whole at first, then as it changes', async () => {
    const { world, events } = await openConsole({
      every: 0.05,
    });
    seedCredential(world, 'fusion', { expiresIn: 20 * hour });
    const stream = events<FleetEvent>(path);
    const { fleet, rows } = await nextOf(stream, 'fleet');
    expect(fleet).toMatchObject({
      rotator: 'local',
      region: 'us-east-1',
      tick: 900,
      every: 1,
      allowsActions: false,
      abandoned: { known: [] },
    });
    expect(rows.map(({ name, state }) => [name, state])).toEqual([['fusion', 'fresh']]);
    seedCredential(world, 'firefly', { expiresIn: -hour });
    for (;;) {
      const { rows: changed } = await nextOf(stream, 'change');
      if (changed.length > 0) {
        expect(changed.map(({ name, state }) => [name, state])).toEqual([['firefly', 'expired']]);
        break;
      }
    }
    expect((await next(stream)).type).toBe('change');
  });
});
