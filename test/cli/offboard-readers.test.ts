import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { startOperator } from './operator.ts';

/** The credential `fusion`, and a way to have its token, or another secret, read a minute ago. */
async function start() {
  const operator = await startOperator();
  const { account } = operator.world.aws;
  const secrets = (['client', 'token'] as const).map((kind) => {
    const name = operator.world.secretId('fusion', kind);
    operator.world.secretsManager.seed({ name, secretString: '{}' });
    return name;
  });
  const [clientSecret = '', token = ''] = secrets;
  const read = (who: string, secretId = token, resourceName?: string): void =>
    account.recordEvent({
      eventName: 'GetSecretValue',
      eventSource: 'secretsmanager.amazonaws.com',
      at: Date.now() - 60_000,
      username: who,
      principalArn: who.startsWith('arn:') ? who : `arn:aws:iam::111122223333:role/${who}`,
      accessKeyId: 'ASIAREADER',
      resourceName,
      requestParameters: { secretId },
    });
  return { ...operator, clientSecret, token, read };
}

describe('offboard shows who reads the token', () => {
  it('when CloudTrail lists the reads under no id', async () => {
    const { cli, read } = await start();
    for (let index = 0; index < 60; index += 1) read('somebody-else', 'database/password');
    read('reporting');
    const { stdout } = await cli('offboard', 'fusion', '--yes');
    expect(stdout).toMatch(/role\/reporting read it [1-9] min ago: IN USE\./);
    expect(stdout).not.toContain('somebody-else');
  });

  it('when CloudTrail lists each read under the id that its reader used', async () => {
    const { cli, client, token, read } = await start();
    const { ARN = '' } = await client.send(new DescribeSecretCommand({ SecretId: token }));
    read('by-name', token, token);
    // A busy account: the read is not among the latest ones of all secrets.
    for (let index = 0; index < 310; index += 1) read('somebody-else', 'database/password');
    read('by-arn', ARN, ARN);
    const { stdout } = await cli('offboard', 'fusion', '--yes');
    expect(stdout).toMatch(/role\/by-arn read it [1-9] min ago: IN USE\./);
    expect(stdout).toMatch(/role\/by-name read it [1-9] min ago: IN USE\./);
  });

  it('when somebody reads it by its ARN without the final six characters', async () => {
    const { cli, client, token, read } = await start();
    const { ARN = '' } = await client.send(new DescribeSecretCommand({ SecretId: token }));
    read('by-part', ARN.slice(0, -'-AbCdEf'.length));
    // These name no secret, or another one.
    read('by-less', ARN.slice(0, -'n-AbCdEf'.length));
    read('by-another', `${ARN.slice(0, -'-AbCdEf'.length)}-2`);
    const { stdout } = await cli('offboard', 'fusion', '--yes');
    expect(stdout).toMatch(/role\/by-part read it [1-9] min ago: IN USE\./);
    expect(stdout).not.toMatch(/by-less|by-another/);
  });

  it('when another reader fills the first page of its reads', async () => {
    const { cli, client, token, read } = await start();
    const { ARN = '' } = await client.send(new DescribeSecretCommand({ SecretId: token }));
    read('hourly', ARN, ARN);
    for (let index = 0; index < 60; index += 1) read('busy', ARN, ARN);
    for (let index = 0; index < 310; index += 1) read('somebody-else', 'database/password');
    const { stdout } = await cli('offboard', 'fusion', '--yes');
    expect(stdout).toMatch(/role\/hourly read it [1-9] min ago: IN USE\./);
  });

  it('and does not take the function for one that uses it', async () => {
    const { cli, read, world } = await start();
    const name = world.functionName;
    read(`arn:aws:sts::111122223333:assumed-role/${name}-role/${name}`);
    read(`arn:aws:iam::111122223333:user/${name}`);
    // Anybody may name a session like that.
    read(`arn:aws:sts::111122223333:assumed-role/reporting/${name}`);
    const stdout = (await cli('offboard', 'fusion', '--yes')).stdout.replaceAll(/\s+/g, ' ');
    const said = stdout.replaceAll(/[1-9] min ago/g, 'lately');
    expect(said).toContain(`user/${name} read it lately: IN USE.`);
    expect(said).toContain(`role/reporting/${name} read it lately: IN USE.`);
    expect(said).toContain(`-role/${name}, the rotator's function, read it lately.`);
  });

  it('and does not take a look of whoever runs it for a use', async () => {
    const { cli, read } = await start();
    read('arn:aws:iam::111122223333:user/local');
    const stdout = (await cli('offboard', 'fusion', '--yes')).stdout.replaceAll(/\s+/g, ' ');
    expect(stdout).toMatch(/, who runs this command, read it [1-9] min ago\./);
    expect(stdout).not.toContain('IN USE');
  });

  it('and says how many it does not show', async () => {
    const { cli, read } = await start();
    for (const who of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) read(who);
    const { stdout } = await cli('offboard', 'fusion', '--yes');
    expect(stdout.match(/role\/\w read it/g)).toHaveLength(5);
    expect(stdout).toContain('2 more read it before; --json lists them.');
  });

  it('and names the account and the Region, which a variable or profile may have changed', async () => {
    const { cli, client, token } = await start();
    const { ARN = '' } = await client.send(new DescribeSecretCommand({ SecretId: token }));
    const [, , , region, account] = ARN.split(':');
    const { stdout } = await cli('offboard', 'fusion', '--yes');
    expect(stdout).toContain(
      `offboarding fusion deletes, in account ${account}, Region ${region}:`,
    );
  });
});

describe('offboard shows who reads the client secret that it deletes', () => {
  it('but for the function', async () => {
    const { cli, read, world, clientSecret } = await start();
    const name = world.functionName;
    read(`arn:aws:sts::111122223333:assumed-role/${name}-role/${name}`, clientSecret);
    const none = await cli('offboard', 'fusion');
    expect(none.stdout).toContain(
      'CloudTrail shows no read of this client secret among the latest reads.',
    );
    expect(none.stdout).not.toContain(`${name}-role`);
    read('billing', clientSecret);
    const { stdout } = await cli('offboard', 'fusion', '--yes');
    expect(stdout).toMatch(
      /The client secret was .*\n +arn:aws:iam::111122223333:role\/billing read it [1-9] min ago: IN USE\.\n +The token was/,
    );
  });

  it('as JSON', async () => {
    const { cli, read, clientSecret } = await start();
    read('billing', clientSecret);
    read('reporting');
    const { stdout } = await cli('offboard', 'fusion', '--yes', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      readers: [{ principal: 'arn:aws:iam::111122223333:role/reporting' }],
      client_readers: [{ principal: 'arn:aws:iam::111122223333:role/billing' }],
    });
  });
});
