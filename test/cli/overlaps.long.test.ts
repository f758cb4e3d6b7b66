import { describe, expect, it } from 'vitest';
import { deployStranger as deploy } from './deploy-stranger.ts';
import { document } from './fates.ts';
import { type Operator, startOperator } from './operator.ts';
import { blindChecksOf, checksOf } from './patient.ts';

const ours = 'ims-token-rotator/local';
const creations = ({ world }: Operator) =>
  world.secretsManager.calls.filter(({ action }) => action === 'CreateSecret');
const chosen = ['--function', 'rotator-local'];
const onboard = ['onboard', 'fusion', '-', '--wait', '0', '--rotator', 'local'];

describe('a rotator of another app', () => {
  it.each([
    ['within ours', 'other', `${ours}/team`, ['--rotator', 'local']],
    ['around ours', 'other', 'ims-token-rotator', ['--rotator', 'local']],
    ['that is ours', 'other', ours, ['--rotator', 'local']],
    ['elsewhere, but our name', 'local', 'elsewhere', chosen],
  ])('with a prefix %s fails a check of doctor', async (_, rotator, prefix, args) => {
    const operator = await startOperator();
    deploy(operator, rotator, prefix);
    const found = (await checksOf(operator, ...args)).find('own prefix');
    expect(found).toMatchObject({
      verdict: 'failed',
      detail: `${ours}/ or the rotator's name is also claimed by stranger-${rotator} (${rotator}, ${prefix}/)`,
    });
    expect(found.fix).toContain(
      'find out who deployed it; give one of the two another rotatorName',
    );
  });

  it.each([
    ['beside ours', `${ours}-2`],
    ['that ours begins with, within a word', 'ims-token-rotator/loc'],
  ])('with a prefix %s shares nothing', async (_, prefix) => {
    const operator = await startOperator();
    deploy(operator, 'other', prefix);
    const { find } = await checksOf(operator, '--rotator', 'local');
    expect(find('own prefix')).toMatchObject({ verdict: 'ok' });
    const exit = await operator.cliWithInput(document, ...onboard);
    expect(exit).toMatchObject({ code: 0 });
  });

  it('that could read a new credential has nothing stored by onboard, unless --function chooses', async () => {
    const operator = await startOperator();
    deploy(operator, 'other', 'ims-token-rotator');
    const { code, stderr } = await operator.cliWithInput(document, ...onboard);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ERR_ROTATOR_AMBIGUOUS .* claimed by stranger-other /);
    expect(creations(operator)).toEqual([]);
    const exit = await operator.cliWithInput(document, ...onboard, ...chosen);
    expect(exit).toMatchObject({ code: 0 });
    expect(creations(operator)).toHaveLength(2);
  });
});

describe('put-credential', () => {
  it('warns of a rotator of another app that could read the credential', async () => {
    const operator = await startOperator();
    await operator.onboard('fusion');
    const put = ['put-credential', 'fusion', '-', '--yes', '--wait', '0', '--rotator', 'local'];
    expect(await operator.cliWithInput(document, ...put)).toMatchObject({ code: 0, stderr: '' });
    deploy(operator, 'other', 'ims-token-rotator');
    const { code, stderr } = await operator.cliWithInput(document, ...put);
    expect(code).toBe(0);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
      'claimed by stranger-other (other, ims-token-rotator/), whose role may read what is stored',
    );
  });
});

describe('whether another rotator shares our prefix', () => {
  it('is unknown without the right to list functions', async () => {
    const operator = await startOperator({
      authorize: (action) => action !== 'lambda:ListFunctions',
    });
    const find = await blindChecksOf(operator, '--rotator', 'local');
    const found = find('own prefix');
    expect(found).toMatchObject({
      verdict: 'unknown',
      detail: 'not authorized to perform lambda:ListFunctions',
    });
  });

  it('is unknown while the environment of any function cannot be read', async () => {
    const operator = await startOperator();
    deploy(operator, 'other', `${ours}/team`);
    const undecryptable = { Error: { ErrorCode: 'AccessDeniedException', Message: 'kms:Decrypt' } };
    const { configurationOverrides } = operator.world.lambda;
    configurationOverrides.set('stranger-other', { Environment: undecryptable });
    expect((await checksOf(operator)).find('own prefix')).toMatchObject({
      verdict: 'unknown',
      detail: 'the environment of 1 function cannot be read (stranger-other)',
    });
  });
});
