// A web filter, or a gateway, that answers in AWS's place.
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { environmentVariables } from '../../core/contract.ts';
import { consoleDownload, sampleClient } from '../../local/sample-credential.ts';
import { fileWith, type Operator, startOperator } from './operator.ts';
import { startHealthy } from './patient.ts';
import { type FilterRule, startFilter } from './start-filter.ts';

async function startFiltered(): Promise<Operator & { rules: FilterRule[] }> {
  const operator = await startHealthy();
  const { url, rules } = await startFilter(operator.world.aws.url);
  operator.environment['AWS_ENDPOINT_URL'] = url;
  return { ...operator, rules };
}

async function versionsOf({ client, world }: Operator): Promise<readonly string[]> {
  const SecretId = world.secretId('fusion', 'token');
  const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }));
  return Object.keys(VersionIdsToStages);
}

it.each<[string, string, ...string[]]>([
  ['', 'TagResource', 'pause', 'fusion'],
  ['', 'DeleteSecret', 'offboard', 'fusion', '--yes'],
  ['', 'PutSecretValue', 'put-credential', 'fusion', 'FILE', '--yes', '--wait', '0'],
  ['', 'CreateSecret', 'onboard', 'other', 'FILE', '--wait', '0'],
  ['', 'ListSecrets', 'status'],
  ['{"ok":true}', 'ListSecrets', 'status'],
  ['', 'GetSecretValue', 'token', 'fusion'],
])('a 200 with the body "%s" is no answer of AWS to %s', async (body, action, ...command) => {
  const operator = await startFiltered();
  const { rules, world, secrets, cli } = operator;
  const sample = sampleClient();
  world.ims.registerClient(sample);
  for (const secret of sample.clientSecrets) secrets.add(secret);
  const file = await fileWith(consoleDownload(sample));
  rules.push({ when: (called) => called === action, status: 200, body });
  const { code, stdout, stderr } = await cli(
    ...command.map((word) => (word === 'FILE' ? file : word)),
  );
  expect(code).toBe(1);
  expect(stdout).not.toMatch(/^✓.*(stored|paused|offboarded)/m);
  expect(stderr.replace(/\s+/g, ' ')).toContain(`the response to secretsmanager:${action}`);
  expect(stderr).toContain('ERR_AWS_PROXY');
});

it('offboard deletes nothing if the list of functions is not from AWS', async () => {
  const arn =
    'arn:aws:secretsmanager:us-east-1:111122223333:secret:ims-token-rotator/local/fusion/client-AbCdEf';
  const imported = JSON.stringify({ reports: arn });
  const operator = await startOperator({
    environment: { [environmentVariables.clientSecrets]: imported },
  });
  const { secretsManager, aws } = operator.world;
  const name = 'ims-token-rotator/local/fusion/client';
  secretsManager.seed({ name, arnSuffix: 'AbCdEf', secretString: '{}' });
  for (const credential of ['fusion', 'reports']) {
    const token = `ims-token-rotator/local/${credential}/token`;
    secretsManager.seed({ name: token, secretString: '{}' });
  }
  const { url, rules } = await startFilter(aws.url);
  operator.environment['AWS_ENDPOINT_URL'] = url;
  rules.push({ when: (called) => /functions\/?(\?|$)/.test(called), status: 200, body: '{"a":1}' });
  const { code, stderr } = await operator.cli('offboard', 'fusion', '--yes');
  expect(code).toBe(1);
  expect(stderr).toContain('ERR_AWS_PROXY');
  const secret = await operator.client.send(new DescribeSecretCommand({ SecretId: arn }));
  expect(secret.DeletedDate).toBeUndefined();
});

it.each([502, 504, 403, 200])(
  'renew says that the function may be at work if a gateway answers %i in its place',
  async (status) => {
    const operator = await startFiltered();
    const before = await versionsOf(operator);
    operator.rules.push({
      when: (called) => called.endsWith('/invocations'),
      status,
      body: '<html>gateway</html>',
      isCarriedOut: true,
    });
    const { code, stdout } = await operator.cli('renew', 'fusion', '--force');
    expect(code).toBe(1);
    expect(await versionsOf(operator)).not.toEqual(before);
    const text = stdout.replace(/\s+/g, ' ');
    expect(text).toMatch(/it is unknown whether it was carried out .*→ see what it did: /);
    expect(text).not.toContain('try again');
  },
);
