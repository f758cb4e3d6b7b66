import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { stackTag } from '../../cli/rotator/credentials.ts';
import { environmentVariables } from '../../core/contract.ts';
import { hour } from '../support/builders.ts';
import {
  fileWith,
  type Operator,
  registerClient,
  seedCredential,
  startOperator,
} from './operator.ts';
import { checksOf } from './patient.ts';
import { inTerminal } from './terminal-session.ts';

const prefix = 'ims-token-rotator/local';
const own = `${prefix}/fusion/client`;
const stated = ['--prefix', prefix];
const imported = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:team/adobe-AbCdEf';
const unknown =
  'not authorized to perform lambda:ListFunctions, so it is unknown whether the stack imports the client secret';

/** `fusion`, whose client secret the stack imports, and an operator who may not list functions. */
async function startBlind(): Promise<Operator> {
  const operator = await startOperator({
    environment: { [environmentVariables.clientSecrets]: JSON.stringify({ fusion: imported }) },
    authorize: (action) => action !== 'lambda:ListFunctions',
    eventRule: false,
  });
  const { secretsManager } = operator.world;
  secretsManager.seed({ name: 'team/adobe', arnSuffix: 'AbCdEf', secretString: '{}' });
  return operator;
}

/** The same, with a secret that somebody planted at its own name. */
async function startPlanted(): Promise<Operator> {
  const operator = await startBlind();
  seedCredential(operator.world, 'fusion', { expiresIn: 20 * hour });
  return operator;
}

async function newCredential(operator: Operator) {
  const { clientId, secret } = registerClient(operator);
  const document = { client_id: clientId, client_secret: secret, scope: 'openid' };
  return { clientId, file: await fileWith(JSON.stringify(document)) };
}

const storedIn = async ({ client }: Operator, SecretId: string) =>
  (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString;

const writes = ({ world }: Operator) =>
  world.secretsManager.calls
    .map(({ action }) => action)
    .filter((action) => /^(Create|Put|Update|Tag|Delete|Rotate)/.test(action));

describe('where only the function knows which the client secret is', () => {
  it.each([
    ['put-credential', ['put-credential', 'fusion', 'FILE', '--yes', '--wait', '0']],
    ['onboard', ['onboard', 'fusion', 'FILE', '--wait', '0']],
    ['rotate-client-secret', ['rotate-client-secret', 'fusion']],
  ])('%s changes nothing', async (_, args) => {
    const operator = await startPlanted();
    const { file } = await newCredential(operator);
    const given = args.map((arg) => (arg === 'FILE' ? file : arg));
    const { code, stdout, stderr } = await operator.cli(...given, ...stated);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(
      `ERR_AWS_DENIED ${unknown}: if it does, ${own} is a leftover, or somebody else's\n`,
    );
    expect(stderr).toContain('use a principal whose policies allow lambda:ListFunctions');
    expect(stderr).toContain('give --own-secret');
    expect(writes(operator)).toEqual([]);
  });

  it('put-credential has no client secret created', async () => {
    const operator = await startBlind();
    operator.world.secretsManager.seed({ name: `${prefix}/fusion/token` });
    const { file } = await newCredential(operator);
    const { code, stderr } = await operator.cli('put-credential', 'fusion', file, ...stated);
    expect(code).toBe(1);
    expect(stderr).toContain(unknown);
    expect(stderr).not.toContain('create-secret');
    const sure = ['put-credential', 'fusion', file, '--own-secret', ...stated];
    expect((await operator.cli(...sure)).stderr).toMatch(
      /→ the stack may import another one, .*; if you know that it does not: create it: aws /,
    );
  });

  it('put-credential and onboard store where an operator who knows it says so', async () => {
    const operator = await startPlanted();
    const { file, clientId } = await newCredential(operator);
    const put = ['put-credential', 'fusion', file, '--yes', '--wait', '0', ...stated];
    expect(await operator.cli(...put, '--own-secret')).toMatchObject({ code: 0, stderr: '' });
    expect(await storedIn(operator, own)).toContain(clientId);
    const onboard = ['onboard', 'another', file, '--wait', '0', ...stated];
    expect(await operator.cli(...onboard, '--own-secret')).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([
    ['yes', 0],
    ['no', 130],
  ])('put-credential asks in a terminal, and follows the answer %s', async (answer, exitCode) => {
    const operator = await startPlanted();
    const { file, clientId } = await newCredential(operator);
    const putting = inTerminal(
      operator,
      ...['put-credential', 'fusion', file, '--yes', '--wait', '0', ...stated],
    );
    await putting.answer('Type yes', `${answer}\r`);
    const { code, text } = await putting.exit();
    expect(code).toBe(exitCode);
    expect(text.replaceAll(/\s+/g, ' ')).toContain(`${unknown}: if it does, ${own} is a leftover`);
    expect((await storedIn(operator, own))?.includes(clientId)).toBe(exitCode === 0);
  });

  it('doctor judges the token, and no client secret', async () => {
    const operator = await startPlanted();
    const { find } = await checksOf(operator, 'fusion', ...stated);
    for (const title of ['client secret', 'credential', 'client rotation', 'secrets at Adobe']) {
      expect(find(title), title).toMatchObject({ verdict: 'unknown', detail: unknown });
    }
    expect(find('keys enabled')).toMatchObject({
      verdict: 'unknown',
      detail: `for the token secret: the AWS managed key; ${unknown}`,
    });
    for (const title of ['token secret', 'token']) expect(find(title).verdict).toBe('ok');
    const reads = operator.world.secretsManager.calls.filter(
      ({ secretName }) => secretName === own,
    );
    expect(reads).toEqual([]);
  });

  it('doctor does not say that no credential is stored', async () => {
    const operator = await startBlind();
    const { secretsManager } = operator.world;
    const createdAt = Date.now() - 48 * hour * 1000;
    secretsManager.seed({
      name: `${prefix}/fusion/token`,
      tags: { [stackTag]: 'ours' },
      createdAt,
    });
    const { find } = await checksOf(operator, 'fusion', ...stated);
    expect(find('token')).toMatchObject({
      verdict: 'unknown',
      detail: `no token yet; ${unknown}`,
    });
  });

  it('status says that it assumes one', async () => {
    const operator = await startPlanted();
    const { stdout } = await operator.cli('status', 'fusion', ...stated);
    expect(stdout).toContain(
      'client secret (unless the stack imports another one): its value, labels or tags last changed',
    );
    const json = await operator.cli('status', 'fusion', '--json', ...stated);
    expect(JSON.parse(json.stdout).credentials).toMatchObject([
      { client_secret: { assumed: true } },
    ]);
  });
});
