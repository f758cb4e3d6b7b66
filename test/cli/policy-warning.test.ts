import { describe, expect, it } from 'vitest';
import { copyWarning } from '../../cli/rotator/policy-warning.ts';
import type { Rotator } from '../../cli/rotator/rotator.ts';
import type { Call } from '../../emulators/secrets-manager/fault.ts';
import type { WorldOptions } from '../../local/world.ts';
import { startLeak } from './leak-world.ts';

describe('the warning about copies of what is stored in a secret', () => {
  const secret = { name: 'a/b/client', arn: 'arn', tags: {} };
  const own = 'arn:aws:lambda:us-east-1:111122223333:function:rotator';
  const rotator = {
    region: 'us-east-1',
    function: { kind: 'deployed', name: 'rotator', arn: own },
  } as Rotator;

  it.each([
    ['nothing, for a plain secret', {}, undefined],
    [
      'nothing, for a rotation by the rotator itself, on or off',
      { isRotated: true, rotatedBy: own },
      undefined,
    ],
    [
      'a rotation',
      { isRotated: true, rotatedBy: `${own}-2` },
      'a/b/client has a rotation function, so',
    ],
    [
      'a replica',
      { primaryRegion: 'eu-west-1' },
      'a/b/client is a replica of a secret in eu-west-1, so',
    ],
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

describe('a resource policy that may not be seen', () => {
  const denied: WorldOptions = {
    authorize: (action) => action !== 'secretsmanager:GetResourcePolicy',
  };
  const unknown = (name: string, why: string) =>
    `whether ${name} has a resource policy, by which others may read it, is not known: ${why}`;
  const unauthorized = 'not authorized to perform secretsmanager:GetResourcePolicy on arn:aws:';

  it('is said by leaked', async () => {
    const { answer, world } = await startLeak(denied);
    const { code, stderr } = await answer({ token: true });
    expect(code, stderr).toBe(0);
    const said = stderr.replaceAll(/\s+/g, ' ');
    for (const kind of ['client', 'token'] as const) {
      expect(said).toContain(`warning: ${unknown(world.secretId('fusion', kind), unauthorized)}`);
    }
  });

  it('is said by leaked also if AWS does not answer for it', async () => {
    const { answer, world } = await startLeak();
    const when = ({ action }: Call) => action === 'GetResourcePolicy';
    world.secretsManager.faults.inject({ kind: 'throttling' }, { when });
    const { code, stderr } = await answer({ token: true });
    expect(code, stderr).toBe(0);
    const why = 'secretsmanager:GetResourcePolicy on arn:aws:';
    const said = stderr.replaceAll(/\s+/g, ' ');
    expect(said).toContain(`warning: ${unknown(world.secretId('fusion', 'token'), why)}`);
  });

  it('is said by offboard, also in JSON', async () => {
    const { cli, world } = await startLeak(denied);
    const { code, stdout, stderr } = await cli('offboard', 'fusion', '--yes', '--json');
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      warnings: expect.arrayContaining(
        (['client', 'token'] as const).map((kind) =>
          expect.stringContaining(unknown(world.secretId('fusion', kind), unauthorized)),
        ),
      ),
    });
  });
});
