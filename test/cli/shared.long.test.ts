import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { environmentVariables } from '../../core/contract.ts';
import { epochSeconds } from '../../core/instant.ts';
import { encodeVersionId } from '../../core/version-id.ts';
import { claimsAt, encodeAccessToken } from '../../emulators/ims/access-token.ts';
import { digest, hour } from '../support/builders.ts';
import { fileWith, type Operator, registerClient, startOperator, until } from './operator.ts';
import { checksOf, secretOf, startHealthy } from './patient.ts';
import { inTerminal } from './terminal-session.ts';

const arnOf = (name: string): string =>
  `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}-AbCdEf`;

const own = 'rotator-local';

/** What ListFunctions returns to a principal that may not use the key of a function. */
const undecryptable = {
  Error: {
    ErrorCode: 'AccessDeniedException',
    Message:
      'Lambda was unable to decrypt your environment variables because the KMS access was denied.',
  },
};

const isDeleted = async ({ client }: Operator, SecretId: string): Promise<boolean> =>
  (await client.send(new DescribeSecretCommand({ SecretId }))).DeletedDate !== undefined;

describe('offboard of credentials that share a client secret', () => {
  const shared = 'ims-token-rotator/local/fusion/client';

  async function start(arn: string) {
    const operator = await startOperator({
      environment: { [environmentVariables.clientSecrets]: JSON.stringify({ reports: arn }) },
    });
    const { secretsManager } = operator.world;
    secretsManager.seed({ name: shared, arnSuffix: 'AbCdEf', secretString: '{}' });
    for (const name of ['fusion', 'reports']) {
      secretsManager.seed({ name: `ims-token-rotator/local/${name}/token`, secretString: '{}' });
    }
    return operator;
  }

  it('deletes the token of the one that borrows it, and nothing else', async () => {
    const operator = await start(arnOf(shared));
    const { code, stdout } = await operator.cli('offboard', 'reports', '--yes');
    expect(code).toBe(0);
    expect(stdout).toContain(`${shared} is imported and stays`);
    expect(await isDeleted(operator, 'ims-token-rotator/local/reports/token')).toBe(true);
    expect(await isDeleted(operator, shared)).toBe(false);
    expect(await isDeleted(operator, 'ims-token-rotator/local/fusion/token')).toBe(false);
  });

  it.each([arnOf(shared), arnOf(shared).slice(0, -7)])(
    'keeps the client secret of the one that lends it: %s',
    async (arn) => {
      const operator = await start(arn);
      const { code, stdout } = await operator.cli('offboard', 'fusion', '--yes');
      expect(code).toBe(0);
      expect(stdout).toContain(`${shared} stays, because it is the client secret of reports too`);
      expect(await isDeleted(operator, shared)).toBe(false);
      expect(await isDeleted(operator, 'ims-token-rotator/local/fusion/token')).toBe(true);
      const { stdout: listed } = await operator.cli('status', '--json');
      const names = JSON.parse(listed).credentials.map((one: { name: string }) => one.name);
      expect(names).toEqual(['reports']);
      const again = await operator.cli('offboard', 'fusion', '--yes');
      expect(again.stderr).toContain('ERR_CREDENTIAL_NOT_FOUND nothing can be deleted');
    },
  );

  it('warns about a resource policy: another account may use the client secret', async () => {
    const operator = await start(arnOf('elsewhere'));
    const ResourcePolicy = '{"Version":"2012-10-17","Statement":[]}';
    await operator.client.send(new PutResourcePolicyCommand({ SecretId: shared, ResourcePolicy }));
    const { stdout } = await operator.cli('offboard', 'fusion');
    expect(stdout).toContain(`${shared} has a resource policy, which may let others use it`);
    expect(stdout).not.toContain('fusion/token has a resource policy');
    expect(await isDeleted(operator, shared)).toBe(false);
  });

  it('deletes nothing that a credential of the same name uses, of a rotator of the same name', async () => {
    const operator = await start(arnOf('elsewhere'));
    const { lambda, secretsManager, ims } = operator.world;
    lambda.createFunction({
      ...operator.world.functionDefinition({ secretsManager: secretsManager.url, ims: ims.url }),
      functionName: 'rotator-twin',
      environment: {
        [environmentVariables.name]: 'local',
        [environmentVariables.prefix]: 'ims-token-rotator/twin',
        [environmentVariables.clientSecrets]: JSON.stringify({ fusion: arnOf(shared) }),
      },
    });
    const command = ['offboard', 'fusion', '--function', 'rotator-local', '--yes'];
    const { code, stderr } = await operator.cli(...command);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `nothing can be deleted: ${shared} has to stay, because it is the client secret of fusion of local too`,
    );
    // Without it, the function would report a failure for ever.
    expect(await isDeleted(operator, 'ims-token-rotator/local/fusion/token')).toBe(false);
    expect(await isDeleted(operator, shared)).toBe(false);
  });

  it('deletes nothing while the function of another rotator cannot say what it uses', async () => {
    const operator = await start(arnOf('elsewhere'));
    const { lambda, secretsManager, ims } = operator.world;
    const definition = operator.world.functionDefinition({
      secretsManager: secretsManager.url,
      ims: ims.url,
    });
    lambda.createFunction({
      ...definition,
      functionName: 'rotator-other',
      environment: {
        [environmentVariables.name]: 'other',
        [environmentVariables.tickSeconds]: 'broken',
        [environmentVariables.clientSecrets]: JSON.stringify({ loan: arnOf(shared) }),
      },
    });
    const command = ['offboard', 'fusion', '--rotator', 'local', '--yes'];
    const { code, stderr } = await operator.cli(...command);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ERR_FUNCTION_FAILED .*unknown whether another credential uses/);
    expect(await isDeleted(operator, shared)).toBe(false);
  });

  it('warns about functions whose environment it cannot read, and still deletes', async () => {
    const operator = await start(arnOf('elsewhere'));
    const { lambda, secretsManager, ims } = operator.world;
    const definition = operator.world.functionDefinition({
      secretsManager: secretsManager.url,
      ims: ims.url,
    });
    for (let index = 1; index <= 6; index += 1) {
      const functionName = `team-${index}`;
      lambda.createFunction({ ...definition, functionName });
      lambda.configurationOverrides.set(functionName, { Environment: undecryptable });
    }
    const { code, stdout } = await operator.cli('offboard', 'fusion', '--yes');
    expect(code).toBe(0);
    expect(stdout).toContain(
      `It is not known whether others use ${shared}: the environment of 6 functions cannot be read ` +
        '(team-1, team-2, team-3, team-4, team-5 and 1 more). If one of them is a rotator',
    );
    expect(await isDeleted(operator, shared)).toBe(true);
  });

  it('does not warn about them where the client secret stays', async () => {
    const operator = await start(arnOf(shared));
    const { lambda, secretsManager, ims } = operator.world;
    const urls = { secretsManager: secretsManager.url, ims: ims.url };
    lambda.createFunction({ ...operator.world.functionDefinition(urls), functionName: 'team' });
    lambda.configurationOverrides.set('team', { Environment: undecryptable });
    const { code, stdout } = await operator.cli('offboard', 'reports', '--yes');
    expect(code).toBe(0);
    expect(stdout).not.toContain('cannot be read');
  });

  it.each(['status', 'onboard', 'renew'])(
    'says that the function of the rotator may be one that cannot be read: %s',
    async (command) => {
      const operator = await start(arnOf('elsewhere'));
      operator.world.lambda.configurationOverrides.set(own, { Environment: undecryptable });
      const file = await fileWith(
        '{"client_id":"id-0123456789","client_secret":"p8e-0123456789","scope":"openid"}',
      );
      const args = { onboard: ['reports', file], renew: ['reports'] }[command] ?? [];
      const { stdout, stderr } = await operator.cli(command, ...args, '--rotator', 'local');
      expect(stdout + stderr).toContain(
        'the environment of 1 function cannot be read (rotator-local)',
      );
    },
  );

  it('deletes nothing where nobody can say who uses the client secret', async () => {
    const operator = await startOperator({
      authorize: (action) => action !== 'lambda:ListFunctions',
    });
    operator.world.secretsManager.seed({ name: shared, secretString: '{}' });
    const args = ['offboard', 'fusion', '--yes', '--prefix', operator.world.prefix];
    const { code, stderr } = await operator.cli(...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ERR_AWS_DENIED .*unknown whether another credential uses/);
    expect(await isDeleted(operator, shared)).toBe(false);
  });
});

describe('put-credential', () => {
  it.each(['60', '0'])(
    'says that it was overtaken by another one, with --wait %s',
    async (wait) => {
      const operator = await startOperator();
      await operator.onboard('fusion');
      const { clientId, secret } = registerClient(operator);
      const document = { client_id: clientId, client_secret: secret, scope: 'openid' };
      const file = await fileWith(JSON.stringify(document));
      const { world, client, begin } = operator;
      const puts = () =>
        world.secretsManager.calls.filter(({ action }) => action === 'PutSecretValue').length;
      const earlier = puts();
      // The second command stores its credential before the first one looks at what it has stored.
      world.secretsManager.faults.inject(
        { kind: 'latency', ms: 1_500 },
        { times: 2, when: ({ action }) => action === 'DescribeSecret' && puts() > earlier },
      );
      const putting = begin('put-credential', 'fusion', file, '--yes', '--wait', wait);
      await until(() => puts() > earlier);
      const SecretString = JSON.stringify({ ...document, scope: 'openid,AdobeID' });
      await client.send(
        new PutSecretValueCommand({ SecretId: secretOf(operator, 'client'), SecretString }),
      );
      const { code, stderr } = await putting.exit();
      expect(code).toBe(1);
      expect(stderr).toMatch(/^ERR_TOKEN_NOT_READY the credential was stored, but was overtaken/);
    },
  );

  it.each([
    ['reports', 'fusion', ''],
    ['fusion', 'reports', ''],
    ['fusion', 'fusion of twin', 'twin'],
  ])('warns that what it stores for %s is the credential of %s too', async (name, other, twin) => {
    const shared = 'ims-token-rotator/local/fusion/client';
    const borrowed = (by: string) => ({
      [environmentVariables.clientSecrets]: JSON.stringify({ [by]: arnOf(shared) }),
    });
    const operator = await startOperator(twin === '' ? { environment: borrowed('reports') } : {});
    const { secretsManager, lambda, ims } = operator.world;
    if (twin !== '') {
      const urls = { secretsManager: secretsManager.url, ims: ims.url };
      lambda.createFunction({
        ...operator.world.functionDefinition(urls),
        functionName: 'rotator-twin',
        environment: { [environmentVariables.name]: twin, ...borrowed('fusion') },
      });
    }
    secretsManager.seed({ name: shared, arnSuffix: 'AbCdEf', secretString: '{}' });
    for (const each of ['fusion', 'reports']) {
      secretsManager.seed({ name: `ims-token-rotator/local/${each}/token` });
    }
    const { clientId, secret } = registerClient(operator);
    const document = { client_id: clientId, client_secret: secret, scope: 'openid' };
    const file = await fileWith(JSON.stringify(document));
    const command = ['put-credential', name, file, '--rotator', 'local', '--wait', '0'];
    const warning = `warning: ${shared} is the client secret of ${other} too, whose token is renewed for what is stored in it`;
    if (name === 'fusion') {
      const { code, stderr } = await operator.cli(...command);
      expect({ code, stderr }).toEqual({ code: 0, stderr: `${warning}\n` });
      return;
    }
    const inShell = async () => {
      const putting = inTerminal(operator, ...command);
      await putting.answer('Type yes', 'yes\r');
      return await putting.exit();
    };
    const { code, text } = await inShell();
    expect(code).toBe(0);
    expect(text).toContain(warning);
    // Once the lender is gone, there is nobody to warn about.
    const SecretId = 'ims-token-rotator/local/fusion/token';
    await operator.client.send(new DeleteSecretCommand({ SecretId }));
    const again = await inShell();
    expect(again.code).toBe(0);
    expect(again.text).not.toContain('warning');
  });

  it('does not wait for a new token when the same credential is stored again', async () => {
    const operator = await startOperator({ eventRule: true });
    const { clientId, secret } = registerClient(operator);
    const document = { client_id: clientId, client_secret: secret, scope: 'openid' };
    const file = await fileWith(JSON.stringify(document));
    const again = await fileWith(JSON.stringify(document, null, 2));
    expect(await operator.cli('onboard', 'fusion', file)).toMatchObject({ code: 0 });
    const stored = await operator.read('fusion');
    for (let count = 0; count < 3; count += 1) {
      const exit = await operator.cli('put-credential', 'fusion', again);
      expect(exit, exit.stderr).toMatchObject({ code: 0 });
    }
    expect((await operator.read('fusion'))?.versionId).toBe(stored?.versionId);
  });
});

describe('doctor, about the stored value', () => {
  const tokenOfAnother = encodeAccessToken(
    claimsAt(Date.now(), {
      clientId: 'another',
      technicalAccountId: 'another@techacct.adobe.com',
      scope: 'openid',
      lifetimeSeconds: 86_400,
    }),
  );

  async function forge(change: (token: Record<string, unknown>) => unknown, isHonest: boolean) {
    const operator = await startHealthy();
    const stored = await operator.read('fusion');
    const value = JSON.stringify(change({ ...stored?.token }));
    const expiresAt = epochSeconds(Math.floor(Date.now() / 1000) + 20 * hour);
    const fingerprint = stored?.versionId.slice(26, 34) ?? '';
    const content = isHonest ? digest(value) : digest('another');
    const id = encodeVersionId({ expiresAt, lifetime: 24 * hour, fingerprint }, content);
    await operator.client.send(
      new PutSecretValueCommand({
        SecretId: secretOf(operator, 'token'),
        SecretString: value,
        ClientRequestToken: id,
      }),
    );
    return { found: (await checksOf(operator, 'fusion')).find('stored value'), expiresAt };
  }

  it('passes a token that the rotator stored', async () => {
    const { find } = await checksOf(await startHealthy(), 'fusion');
    expect(find('stored value')).toMatchObject({
      verdict: 'ok',
      detail: 'as the version id says',
    });
  });

  it.each([
    ['garbage', () => 'garbage', true, 'the value is not a token'],
    ['another value', (token: object) => token, false, 'the value is not the one'],
    ['another expiry', (token: object) => token, true, 'expires_at is '],
    [
      'another client',
      (token: object) => ({ ...token, client_id: 'another' }),
      true,
      "client_id is not the credential's",
    ],
    [
      'a token that IMS issued to another client',
      (token: object) => ({ ...token, access_token: tokenOfAnother }),
      true,
      'access_token was issued to another client than client_id',
    ],
  ] as const)('fails %s under a version id of the rotator', async (_, change, isHonest, detail) => {
    const { found } = await forge(change, isHonest);
    expect(found).toMatchObject({ verdict: 'failed' });
    expect(found.detail).toContain(detail);
    expect(found.fix).toContain('renew fusion --force');
  });
});

describe('renew --force', () => {
  it('says when the next token can be minted after too many', async () => {
    const operator = await startHealthy();
    expect(await operator.cli('renew', 'fusion', '--force')).toMatchObject({ code: 0 });
    expect(await operator.cli('renew', 'fusion', '--force')).toMatchObject({ code: 0 });
    const { code, stdout } = await operator.cli('renew', 'fusion', '--force');
    expect(code).toBe(1);
    expect(stdout).toContain('✗ fusion ERR_MINT_BUDGET_SPENT');
    expect(stdout).toContain('the next request is possible at');
    expect(stdout).toContain('wait 10 minutes');
  });
});
