import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { environmentVariables } from '../../core/contract.ts';
import { document } from './fates.ts';
import { type Operator, startOperator } from './operator.ts';

const planted = 'ims-token-rotator/local';
const own = 'team/adobe';

/** A rotator with a prefix of its own, and a credential that somebody planted under the standard one. */
async function startPlanted(mayListFunctions: boolean): Promise<Operator> {
  const operator = await startOperator({
    environment: { [environmentVariables.prefix]: own },
    authorize: (action) => mayListFunctions || action !== 'lambda:ListFunctions',
    eventRule: false,
  });
  operator.secrets.add('p8e-0123456789');
  for (const prefix of [planted, own]) {
    for (const kind of ['client', 'token']) {
      const name = `${prefix}/acme/${kind}`;
      operator.world.secretsManager.seed({ name, secretString: '{}' });
    }
  }
  return operator;
}

const startBlind = () => startPlanted(false);

/** May list functions, but not see the environment of the rotator's. */
async function startHalfBlind(): Promise<Operator> {
  const operator = await startPlanted(true);
  const undecryptable = { Error: { ErrorCode: 'AccessDeniedException', Message: 'kms:Decrypt' } };
  const { configurationOverrides } = operator.world.lambda;
  configurationOverrides.set('rotator-local', { Environment: undecryptable });
  return operator;
}

const writes = ({ world }: Operator) =>
  world.secretsManager.calls
    .map(({ action }) => action)
    .filter((action) => /^(Create|Put|Update|Tag|Untag|Delete|Rotate)/.test(action));

const changes = [
  ['put-credential', 'acme', '-', '--wait', '0'],
  ['onboard', 'another', '-', '--wait', '0'],
  ['pause', 'acme'],
  ['resume', 'acme'],
  ['rotate-client-secret', 'acme'],
  ['offboard', 'acme', '--yes'],
];

describe('a prefix that is only assumed', () => {
  it('has nothing changed by a principal that may not list functions', async () => {
    const operator = await startBlind();
    for (const args of changes) {
      for (const how of [[], ['--rotator', 'local']]) {
        const exit = await operator.cliWithInput(document, ...args, ...how);
        expect(exit, args[0]).toMatchObject({ code: 1, stdout: '' });
        expect(exit.stderr).toMatch(/^ERR_AWS_DENIED .* so the prefix of the secrets is unknown\n/);
        expect(exit.stderr).toContain(`or give --prefix, which is ${planted} by default`);
      }
    }
    expect(writes(operator)).toEqual([]);
  });

  it('has nothing changed by one that cannot see the environment of a function', async () => {
    const operator = await startHalfBlind();
    for (const args of changes) {
      const how = ['--rotator', 'local'];
      const { code, stderr } = await operator.cliWithInput(document, ...args, ...how);
      expect(code, args[0]).toBe(1);
      expect(stderr).toMatch(/^ERR_FUNCTION_NOT_FOUND .* cannot be read \(rotator-local\)/);
    }
    expect(writes(operator)).toEqual([]);
    const stated = ['--rotator', 'local', '--prefix', own];
    expect(await operator.cli('pause', 'acme', ...stated)).toMatchObject({ code: 0, stderr: '' });
  });

  it('is no obstacle once --prefix states it', async () => {
    const operator = await startBlind();
    const stated = ['--prefix', own];
    const put = ['put-credential', 'acme', '-', '--wait', '0', '--own-secret', ...stated];
    expect(await operator.cliWithInput(document, ...put)).toMatchObject({ code: 0, stderr: '' });
    const stored = async (prefix: string) =>
      (await operator.client.send(new GetSecretValueCommand({ SecretId: `${prefix}/acme/client` })))
        .SecretString;
    expect(await stored(own)).toContain('id-0123456789');
    expect(await stored(planted)).toBe('{}');
    for (const command of ['pause', 'resume']) {
      expect(await operator.cli(command, 'acme', ...stated)).toMatchObject({ code: 0, stderr: '' });
    }
  });

  it.each([
    ['may not list functions', startBlind, 'not authorized to perform lambda:ListFunctions'],
    ['cannot see the environment of one', startHalfBlind, 'cannot be read (rotator-local)'],
  ])('is told by status and doctor to who %s', async (_, start, why) => {
    const operator = await start();
    const how = ['--json', '--rotator', 'local'];
    for (const args of [['status'], ['doctor', 'acme']]) {
      const { stdout, stderr } = await operator.cli(...args, ...how);
      expect(stderr).toMatch(
        /^looking under ims-token-rotator\/local\/: the standard prefix is assumed, because /,
      );
      expect(stderr).toContain(why);
      expect(stderr).toMatch(/; --prefix states it\n$/);
      JSON.parse(stdout);
      const stated = await operator.cli(...args, '--json', '--prefix', planted);
      expect(stated.stderr).toBe('');
    }
  });
});
