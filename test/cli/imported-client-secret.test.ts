import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { stackTag } from '../../cli/rotator/credentials.ts';
import { environmentVariables, tagKeys } from '../../core/contract.ts';
import type { SecretSeed } from '../../emulators/secrets-manager/seed.ts';
import type { World } from '../../local/world.ts';
import { hour } from '../support/builders.ts';
import {
  fileWith,
  inSeconds,
  type Operator,
  registerClient,
  type Seed,
  seedCredential,
  startOperator,
} from './operator.ts';
import { checksOf } from './patient.ts';
import { inTerminal } from './terminal-session.ts';

const imported = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:team/adobe-AbCdEf';
const environment = { [environmentVariables.clientSecrets]: JSON.stringify({ fusion: imported }) };

/** The credential `fusion`, whose client secret is imported, and another one at its own name. */
function seedImported(world: World, credential: Seed, other: Omit<SecretSeed, 'name'>): void {
  seedCredential(world, 'fusion', credential);
  world.secretsManager.seed({ name: `${world.prefix}/fusion/client`, ...other });
}

const answered = '00000000-0000-8000-8000-1eaced000000';
const openAnswer = `retired uuid=11111111-1111-4111-8111-111111111111 at=${inSeconds(-hour)} version=${answered}`;
const failing = `code=ERR_TOKEN_REJECTED/invalid_client since=${inSeconds(-hour)} retry-at=${inSeconds(900)}`;

describe('a secret at the own name of a credential whose client secret is imported', () => {
  it.each<[string, Seed, Omit<SecretSeed, 'name'>, object]>([
    [
      'hides no failure',
      { expiresIn: 20 * hour, failing },
      { secretString: '{}' },
      { state: 'failing', failure: { code: 'ERR_TOKEN_REJECTED/invalid_client' } },
    ],
    ['makes none by lacking a value', { expiresIn: 20 * hour }, {}, { state: 'fresh' }],
    [
      'makes no renewal due',
      { expiresIn: 20 * hour },
      { secretString: '{}', createdAt: Date.now() - 3_000 * hour },
      { state: 'fresh' },
    ],
    [
      'has no leak that is answered',
      { expiresIn: 20 * hour },
      { secretString: '{}', tags: { [tagKeys.rotation]: openAnswer } },
      { state: 'fresh' },
    ],
    [
      'does not say that a stack declares the credential',
      { storedAgo: 48 * hour },
      { tags: { [stackTag]: 'theirs' } },
      { state: 'empty' },
    ],
  ])('%s', async (_, credential, other, expected) => {
    const operator = await startOperator({ environment });
    seedImported(operator.world, credential, other);
    const { stdout } = await operator.cli('status', '--json');
    expect(JSON.parse(stdout).credentials).toMatchObject([{ name: 'fusion', ...expected }]);
    const isFailing = 'failure' in expected;
    const state = (await checksOf(operator)).find('state');
    expect(state.verdict).toBe(isFailing ? 'failed' : 'ok');
  });
});

describe('an imported client secret that is gone', () => {
  const create =
    'have its owner create another one, which has another ARN; give that as clientSecretArn';

  it('is not to be created at its ARN, as doctor says', async () => {
    const operator = await startOperator({ environment });
    seedCredential(operator.world, 'fusion', { expiresIn: 20 * hour });
    const { verdict, fix } = (await checksOf(operator, 'fusion')).find('client secret');
    expect(verdict).toBe('failed');
    expect(fix).toContain(create);
    expect(fix).not.toContain('create-secret');
  });

  it('is not to be created at its ARN, as put-credential says', async () => {
    const operator = await startOperator({ environment });
    seedCredential(operator.world, 'fusion', { expiresIn: 20 * hour });
    const { code, stderr } = await operator.cli('put-credential', 'fusion', '-');
    expect(code).toBe(1);
    expect(stderr).toContain(
      `ERR_CREDENTIAL_NOT_FOUND there is no secret ${imported}\n  → ${create}`,
    );
    expect(stderr).not.toContain('create-secret');
  });

  it('is not to be created at its ARN by onboard either', async () => {
    const operator = await startOperator({ environment });
    const { clientId, secret } = registerClient(operator);
    const document = { client_id: clientId, client_secret: secret, scope: 'openid' };
    const file = await fileWith(JSON.stringify(document));
    const onboarding = inTerminal(operator, 'onboard', 'fusion', file, '--wait', '0');
    await onboarding.answer('Type yes', 'yes\r');
    const { code, text } = await onboarding.exit();
    expect(code).toBe(1);
    const said = text.replaceAll(/\s+/g, ' ');
    expect(said).toContain(`ERR_CREDENTIAL_NOT_FOUND there is no secret ${imported} → ${create}`);
    const actions = operator.world.secretsManager.calls.map(({ action }) => action);
    expect(actions).not.toContain('CreateSecret');
  });
});

const isDeleted = async ({ client }: Operator, SecretId: string): Promise<boolean> =>
  (await client.send(new DescribeSecretCommand({ SecretId }))).DeletedDate !== undefined;

describe('offboard of a credential whose client secret is imported', () => {
  const own = 'ims-token-rotator/local/fusion/client';
  const token = 'ims-token-rotator/local/fusion/token';

  /** The credential `fusion` with an earlier client secret, beside the ARN that the stack imports. */
  async function startLeftover(
    arns: Readonly<Record<string, string>>,
    tags?: Readonly<Record<string, string>>,
  ): Promise<Operator> {
    const operator = await startOperator({
      environment: { [environmentVariables.clientSecrets]: JSON.stringify(arns) },
    });
    const { secretsManager } = operator.world;
    secretsManager.seed({ name: 'team/adobe', arnSuffix: 'AbCdEf', secretString: '{}' });
    secretsManager.seed({ name: token, secretString: '{}' });
    secretsManager.seed({ name: own, arnSuffix: 'AbCdEf', secretString: '{}', tags });
    return operator;
  }

  it('deletes an earlier one at its own name, too, as it says, and keeps the imported one', async () => {
    const operator = await startLeftover({ fusion: imported });
    const { code, stdout } = await operator.cli('offboard', 'fusion', '--yes');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^offboarding fusion deletes,.*:\n.*\/fusion\/client\n.*\/fusion\/token\n/,
    );
    expect(stdout).toContain('team/adobe is imported and stays: remove it from the stack.');
    expect(await isDeleted(operator, own)).toBe(true);
    expect(await isDeleted(operator, token)).toBe(true);
    expect(await isDeleted(operator, imported)).toBe(false);
    // An earlier one is not wanted back.
    const again = await operator.cli('offboard', 'fusion', '--yes');
    expect(again.stderr).toContain(`restore-secret --secret-id ${token}`);
    expect(again.stderr).not.toContain(`restore-secret --secret-id ${own}`);
  });

  it('keeps an earlier one that another credential uses', async () => {
    const lent = `arn:aws:secretsmanager:us-east-1:111122223333:secret:${own}`;
    const operator = await startLeftover({ fusion: imported, reports: lent });
    const { code, stdout } = await operator.cli('offboard', 'fusion', '--yes');
    expect(code).toBe(0);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      `${own} stays, because it is the client secret of reports:`,
    );
    expect(await isDeleted(operator, own)).toBe(false);
    expect(await isDeleted(operator, token)).toBe(true);
  });

  it('keeps one that is imported by its own name', async () => {
    const operator = await startLeftover({
      fusion: `arn:aws:secretsmanager:us-east-1:111122223333:secret:${own}`,
    });
    const { code, stdout } = await operator.cli('offboard', 'fusion', '--yes');
    expect(code).toBe(0);
    expect(stdout).toContain(`${own} is imported and stays`);
    expect(await isDeleted(operator, own)).toBe(false);
  });

  it('leads no open answer of an earlier one to leaked, which would replace the imported one', async () => {
    const operator = await startLeftover({ fusion: imported }, { [tagKeys.rotation]: openAnswer });
    const { stdout } = await operator.cli('offboard', 'fusion', '--yes');
    const text = stdout.replaceAll(/\s+/g, ' ');
    expect(text).toContain(`The answer to a leak of ${own} is not complete`);
    expect(text).toContain(
      'still work at Adobe: delete the one that has leaked, which an earlier version holds, and no other, in the Adobe',
    );
    expect(text).not.toContain('complete it first');
  });
});
