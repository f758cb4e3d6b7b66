import { describe, expect, it } from 'vitest';
import { environmentVariables } from '../../core/contract.ts';
import { day, hour } from '../support/builders.ts';
import { document } from './fates.ts';
import { seedCredential, startOperator } from './operator.ts';
import { blindChecksOf, checksOf } from './patient.ts';

describe('a rotator without a function', () => {
  async function renamed() {
    const operator = await startOperator();
    const { world } = operator;
    seedCredential(world, 'fusion', { expiresIn: 20 * hour });
    for (const kind of ['client', 'token']) {
      for (const name of ['fusion', 'firefly']) {
        const createdAt = Date.now() - 2 * day * 1000;
        world.secretsManager.seed({ name: `ims-token-rotator/before/${name}/${kind}`, createdAt });
      }
    }
    // Replicas, and whatever no rotator owns.
    const primaryRegion = 'eu-west-1';
    world.secretsManager.seed({ name: 'ims-token-rotator/eu/fusion/token', primaryRegion });
    world.secretsManager.seed({ name: 'ims-token-rotator/note' });
    return operator;
  }

  it('is shown by status, with what to do', async () => {
    const operator = await renamed();
    const { code, stdout } = await operator.cli('status');
    expect(code).toBe(0);
    expect(stdout).toContain(
      'abandoned: ims-token-rotator/before/ has 2 credentials, but no function renews their tokens\n' +
        '  → give a stack this name or prefix again',
    );
    expect(stdout).toContain('ims-token-rotator offboard firefly --rotator before');
    const json = JSON.parse((await operator.cli('status', '--json')).stdout);
    expect(json.abandoned_rotators).toEqual([
      {
        name: 'before',
        prefix: 'ims-token-rotator/before',
        credentials: ['firefly', 'fusion'],
        created_at: expect.stringMatching(/Z$/),
      },
    ]);
  });

  it('fails a check of doctor until its secrets are deleted', async () => {
    const operator = await renamed();
    const found = (await checksOf(operator)).find('other rotators');
    expect(found).toMatchObject({
      verdict: 'failed',
      detail: 'ims-token-rotator/before/ has 2 credentials, but no function renews their tokens',
    });
    for (const name of ['firefly', 'fusion']) {
      const exit = await operator.cli('offboard', name, '--rotator', 'before', '--yes');
      expect(exit).toMatchObject({ code: 0 });
    }
    expect((await checksOf(operator)).find('other rotators')).toMatchObject({ verdict: 'ok' });
  });

  it.each([
    ['onboard', 'analytics'],
    ['put-credential', 'fusion'],
  ])('has nothing stored by %s, as under a mistyped name', async (command, name) => {
    const operator = await renamed();
    const { calls } = operator.world.secretsManager;
    const args = [command, name, '-', '--rotator', 'before', '--wait', '0'];
    const { code, stderr } = await operator.cliWithInput(document, ...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ERR_FUNCTION_NOT_FOUND no function of the rotator before is deployed/);
    expect(calls.filter(({ action }) => /^(Create|Put)/.test(action))).toEqual([]);
  });

  it('is not known without the right to list functions', async () => {
    const operator = await startOperator({
      authorize: (action) => action !== 'lambda:ListFunctions',
    });
    operator.world.secretsManager.seed({ name: 'ims-token-rotator/before/a/token' });
    const find = await blindChecksOf(operator, '--rotator', 'local');
    const found = find('other rotators');
    expect(found).toMatchObject({ verdict: 'unknown' });
  });
});

it('secrets without a function are not called ready to delete while their stack may be in deployment', async () => {
  const operator = await startOperator();
  seedCredential(operator.world, 'fusion', { expiresIn: 20 * hour });
  const seed = (kind: string, age: number): string =>
    operator.world.secretsManager.seed({
      name: `ims-token-rotator/new/reports/${kind}`,
      createdAt: Date.now() - age * 1000,
    });
  seed('client', 9 * day);
  seed('token', hour);
  const words =
    'no function renews its token; its youngest secret was created 1 h ago: perhaps its stack is being deployed';
  const { stdout } = await operator.cli('status');
  expect(stdout).toContain(words);
  expect(stdout).toContain('→ wait until the deployment has ended; if there is none, give a stack');
  expect(stdout).not.toContain('offboard');
  const found = (await checksOf(operator)).find('other rotators');
  expect(found).toMatchObject({ verdict: 'unknown' });
  expect(found.detail).toContain(words);
  expect(found.fix).not.toContain('offboard');
  const asked = await operator.cli('offboard', 'reports', '--rotator', 'new');
  expect(asked.code).toBe(2);
  expect(asked.stdout).toContain(
    'Its youngest secret was created 1 h ago: perhaps its stack is being deployed.',
  );
});

describe('a credential that the stack declares', () => {
  const environment = { [environmentVariables.declared]: 'fusion' };
  const stack = { 'aws:cloudformation:stack-name': 'Prod' };

  it.each([
    ['the function says so', environment, {}],
    ['its secrets have the tag of a stack', {}, stack],
  ])('fails in doctor a day after it got no value: %s', async (_, variables, tags) => {
    for (const [age, expected] of [
      [day - hour, 'unknown'],
      [day + hour, 'failed'],
    ] as const) {
      const operator = await startOperator({ environment: variables });
      const createdAt = Date.now() - age * 1000;
      for (const kind of ['client', 'token'] as const) {
        const name = operator.world.secretId('fusion', kind);
        operator.world.secretsManager.seed({ name, tags, createdAt });
      }
      const one = (await checksOf(operator, 'fusion')).find('token');
      expect(one.verdict).toBe(expected);
      const all = (await checksOf(operator)).find('state');
      expect(all.verdict).toBe(expected === 'failed' ? 'failed' : 'ok');
      const shown = JSON.parse((await operator.cli('status', '--json')).stdout);
      expect(shown.credentials[0].state).toBe(expected === 'failed' ? 'failing' : 'empty');
      if (expected === 'failed') expect(one.fix).toContain('put-credential fusion FILE');
    }
  });

  it('is shown even if its secrets are gone', async () => {
    const operator = await startOperator({ environment });
    const { code, stdout } = await operator.cli('status', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout).credentials).toMatchObject([
      { name: 'fusion', state: 'failing', failure: { code: 'ERR_TOKEN_SECRET_MISSING' } },
    ]);
  });

  it('may stay empty for ever if nobody declares it', async () => {
    const operator = await startOperator();
    for (const kind of ['client', 'token'] as const) {
      const name = operator.world.secretId('fusion', kind);
      operator.world.secretsManager.seed({ name, createdAt: Date.now() - 9 * day * 1000 });
    }
    expect(await operator.cli('status')).toMatchObject({ code: 0 });
  });
});
