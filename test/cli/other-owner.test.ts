import { describe, expect, it } from 'vitest';
import { environmentVariables } from '../../core/contract.ts';
import { deployStranger } from './deploy-stranger.ts';
import { document } from './fates.ts';
import { type Operator, startOperator } from './operator.ts';

const shared = 'ims-token-rotator/old';

/** The rotator `live`, which works under the prefix of an earlier name. */
async function startRenamed(): Promise<Operator> {
  const operator = await startOperator({
    rotator: 'live',
    environment: {
      [environmentVariables.prefix]: shared,
      [environmentVariables.declared]: 'fusion',
    },
    eventRule: false,
  });
  operator.secrets.add('p8e-0123456789');
  for (const kind of ['client', 'token']) {
    operator.world.secretsManager.seed({ name: `${shared}/fusion/${kind}`, secretString: '{}' });
  }
  return operator;
}

const writes = ({ world }: Operator) =>
  world.secretsManager.calls
    .map(({ action }) => action)
    .filter((action) => /^(Put|Update|Tag|Untag|Delete|Rotate)/.test(action));

const changes = [
  ['pause', 'fusion'],
  ['resume', 'fusion'],
  ['rotate-client-secret', 'fusion'],
  ['offboard', 'fusion', '--yes'],
];

describe('a credential of another rotator', () => {
  it('is not changed under the earlier name of its rotator', async () => {
    const operator = await startRenamed();
    for (const args of changes) {
      const { code, stdout, stderr } = await operator.cli(...args, '--rotator', 'old');
      expect({ code, stdout }, args[0]).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(
        /^ERR_ROTATOR_AMBIGUOUS the secrets under ims-token-rotator\/old\/ also belong to rotator-live \(live\)\n/,
      );
    }
    expect(writes(operator)).toEqual([]);
    const chosen = ['--function', 'rotator-live', '--prefix', shared];
    expect(await operator.cli('offboard', 'fusion', '--yes', ...chosen)).toMatchObject({ code: 0 });
    expect(writes(operator)).toEqual(['DeleteSecret', 'DeleteSecret']);
  });

  it('is shown under the earlier name of its rotator only with the name of the owner', async () => {
    const operator = await startRenamed();
    const { stderr } = await operator.cli('status', '--rotator', 'old');
    expect(stderr).toBe(
      'no function of the rotator old is deployed: the secrets under ims-token-rotator/old/ belong to rotator-live (live)\n',
    );
    expect(await operator.cli('status', '--rotator', 'live')).toMatchObject({ stderr: '' });
  });

  it('is not changed where two functions have the same prefix, unless --function chooses', async () => {
    const operator = await startRenamed();
    deployStranger(operator, 'other', shared);
    const put = ['put-credential', 'fusion', '-', '--wait', '0'];
    for (const args of [...changes, put, ['leaked', 'fusion', '--yes']]) {
      const how = ['--rotator', 'live', '--prefix', shared];
      const { code, stderr } = await operator.cliWithInput(document, ...args, ...how);
      expect(code, args[0]).toBe(1);
      expect(stderr).toMatch(/^ERR_ROTATOR_AMBIGUOUS .* also belong to stranger-other \(other\)\n/);
      expect(stderr).toContain('--function NAME');
    }
    expect(writes(operator)).toEqual([]);
    const chosen = ['--function', 'rotator-live', '--prefix', shared];
    expect(await operator.cli('pause', 'fusion', ...chosen)).toMatchObject({ code: 0 });
    const { code, stderr } = await operator.cliWithInput(document, ...put, ...chosen);
    expect(code).toBe(0);
    expect(stderr).toContain('whose role may read what is stored');
  });
});
