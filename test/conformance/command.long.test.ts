import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ListSecretsCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { startEmulator } from '../emulators/secrets-manager/start-secrets-manager.ts';
import { root } from '../support/document.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const run = promisify(execFile);
const main = ['conformance/main.ts'];
const options = { cwd: root, env: { PATH: process.env['PATH'] } };

/** The environment in which this profile is the only one. */
async function withProfile(
  name: string,
  accessKeyId: string,
): Promise<Readonly<Record<string, string>>> {
  const folder = await temporaryDirectory();
  const credentials = join(folder, 'credentials');
  const config = join(folder, 'config');
  writeFileSync(
    credentials,
    `[${name}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = none\n`,
  );
  writeFileSync(config, `[profile ${name}]\nregion = us-east-1\n`);
  return { AWS_SHARED_CREDENTIALS_FILE: credentials, AWS_CONFIG_FILE: config };
}

async function secretsAt(client: SecretsManagerClient): Promise<readonly unknown[] | undefined> {
  const { SecretList } = await client.send(
    new ListSecretsCommand({ IncludePlannedDeletion: true }),
  );
  return SecretList;
}

describe('npm run conformance', () => {
  it('prints a line for each case and a summary in JSON', async () => {
    const { emulator } = await startEmulator({ now: Date.now });
    const args = [...main, '--endpoint', emulator.url];
    const { stdout, stderr } = await run(process.execPath, args, options);
    const { passed, failed, skipped, cases } = JSON.parse(stdout);
    expect([passed + skipped, failed]).toEqual([cases.length, 0]);
    expect(stderr.match(/^✓ /gm)).toHaveLength(passed);
    expect(stderr.match(/^- .*\n {4}skipped: (needs --|the endpoint accepts any )/gm)).toHaveLength(
      skipped,
    );
    expect(skipped).toBeGreaterThan(0);
    expect(emulator.calls.length).toBeGreaterThan(cases.length);
  });

  it('fails when a case does, and names the source of what it expected', async () => {
    const { emulator } = await startEmulator({ now: Date.now });
    emulator.faults.inject({ kind: 'denied' }, { when: ({ action }) => action === 'TagResource' });
    const args = [...main, '--endpoint', emulator.url];
    const failure = await run(process.execPath, args, options).catch((error) => error);
    expect(failure.code).toBe(1);
    expect(failure.stderr).toMatch(
      /✗ a tag replaces .*\n {4}.*not authorized.*\n {4}https:.*TagResource/,
    );
    expect(JSON.parse(failure.stdout).left).toEqual([]);
  });

  it('fails when a secret could not be deleted, and names it', async () => {
    const { emulator } = await startEmulator({ now: Date.now });
    let kept: string | undefined;
    emulator.onCall(({ secretArn }) => {
      kept ??= secretArn;
    });
    emulator.faults.inject(
      { kind: 'denied' },
      { when: ({ action, secretId }) => action === 'DeleteSecret' && secretId === kept },
    );
    const args = [...main, '--endpoint', emulator.url];
    const failure = await run(process.execPath, args, options).catch((error) => error);
    expect(failure.code).toBe(1);
    expect(JSON.parse(failure.stdout)).toMatchObject({ failed: 0, notRun: 0, left: [kept] });
    expect(failure.stderr).toContain(`Could not be deleted; do it: ${kept}\n`);
  });

  it.each([
    [['--denied-profile', 'stranger'], 'a call without the right is denied'],
    [
      ['--disabled-key', 'arn:aws:kms:us-east-1:111122223333:key/enabled'],
      'a key that is disabled',
    ],
  ])('fails in one case, and leaves nothing, with %j, which does not fit', async (extra, title) => {
    const { emulator, client } = await startEmulator({
      now: Date.now,
      accessKeyIds: ['AKIDEXAMPLE', 'conformance'],
    });
    const args = [...main, '--endpoint', emulator.url, ...extra];
    const env = { ...options.env, ...(await withProfile('stranger', 'AKIDSTRANGER')) };
    const failure = await run(process.execPath, args, { ...options, env }).catch((error) => error);
    expect(failure.code).toBe(1);
    const { failed, notRun, left, cases } = JSON.parse(failure.stdout);
    expect([failed, notRun, left]).toEqual([1, 0, []]);
    expect(cases.find(({ problem = '' }) => problem !== '').title).toContain(title);
    expect(await secretsAt(client)).toEqual([]);
  });

  it('uses the credentials and the Region of a profile at an endpoint', async () => {
    const { emulator } = await startEmulator({ now: Date.now, accessKeyIds: ['AKIDPROFILE'] });
    const args = [...main, '--endpoint', emulator.url];
    const env = {
      ...options.env,
      AWS_PROFILE: 'team',
      ...(await withProfile('team', 'AKIDPROFILE')),
    };
    const { stdout } = await run(process.execPath, args, { ...options, env });
    expect(JSON.parse(stdout)).toMatchObject({ failed: 0, notRun: 0, left: [] });
  });

  it('deletes what it created when nobody reads its lines any more', async () => {
    const { emulator, client } = await startEmulator({ now: Date.now });
    const ended = spawn(process.execPath, [...main, '--endpoint', emulator.url], options);
    ended.stderr.once('data', () => ended.stderr.destroy());
    await once(ended, 'exit');
    expect(emulator.calls.map(({ action }) => action)).toContain('CreateSecret');
    expect(await secretsAt(client)).toEqual([]);
  });

  it('says once that nothing answers, rather than of each case', () => {
    const args = [...main, '--endpoint', 'http://127.0.0.1:9'];
    const ended = spawnSync(process.execPath, args, { ...options, encoding: 'utf8' });
    expect([ended.status, ended.stdout]).toEqual([1, '']);
    expect(ended.stderr).toMatch(
      /^\d+ cases at \S+\nSecrets Manager does not answer: ECONNREFUSED.*\n$/,
    );
  });

  it.each([
    [[]],
    [['--endpoint', 'https://secretsmanager.eu-west-1.amazonaws.com']],
    [['--endpoint', 'https://secretsmanager.eu-west-1.amazonaws.com.']],
    [['--endpoint', 'https://secretsmanager.eusc-de-east-1.amazonaws.eu']],
    [['--endpoint', 'http://192.0.2.1:4566']],
  ])('estimates the cost at AWS, and does not start unasked: %j', (endpoint) => {
    const args = [...main, ...endpoint, '--prefix', 'team', '--region', 'eu-west-1'];
    const { status, stderr } = spawnSync(process.execPath, args, {
      ...options,
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^\d+ cases at http.*\nIn eu-west-1, at most \d+ secrets below team\/.*\n.*less than \$0\.0\d/,
    );
  });

  it('asks nothing before it calls a stand-in that AWS_ENDPOINT_URL names', () => {
    const env = {
      ...options.env,
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'none',
    };
    const ended = spawnSync(
      process.execPath,
      [...main, '--prefix', 'team', '--region', 'eu-west-1'],
      { ...options, env, encoding: 'utf8' },
    );
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(/^\d+ cases at http:\/\/127\.0\.0\.1:9\/\n.* ECONNREFUSED/);
  });

  it.each([
    [2, '', /^--endpoint must begin with http.*\n\nUsage: /, ['--endpoint', 'localhost:4566']],
    [2, '', /^Give --region, or set AWS_REGION\.\n$/, ['--prefix', 'team']],
    [0, 'Usage: npm', /^$/, ['--help']],
  ])('ends with %i, %j and %j for %j', (code, out, problem, args) => {
    const ended = spawnSync(process.execPath, [...main, ...args], { ...options, encoding: 'utf8' });
    expect([ended.status, ended.stdout.slice(0, 10)]).toEqual([code, out]);
    expect(ended.stderr).toMatch(problem);
  });
});
