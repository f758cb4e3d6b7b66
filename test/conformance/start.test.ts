import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { agrees } from '../../conformance/agreement.ts';
import { startEmulator } from '../emulators/secrets-manager/start-secrets-manager.ts';
import { RunningProcess } from '../support/run-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const main = 'conformance/main.ts';

it.each([
  ['y\n', true],
  ['Yes\n', true],
  ['n\n', false],
  ['\n', false],
  ['\u0003', false],
  ['\u0004', false],
])('%j in place of a yes or no is %j', async (typed, expected) => {
  const terminal = { isTTY: true, columns: 80 };
  const input = Object.assign(new PassThrough(), { ...terminal, setRawMode: () => input });
  const output = Object.assign(new PassThrough(), terminal);
  const shown = text(output);
  input.write(typed);
  expect(await agrees(input, output)).toBe(expected);
  output.end();
  expect(await shown).toContain('Start? (y/N) ');
});

it.each([
  ['AWS_PROFILE', { AWS_PROFILE: 'nowhere' }, []],
  ['AWS_PROFILE', { AWS_PROFILE: 'nowhere' }, ['--region', 'eu-west-1']],
  ['--denied-profile', {}, ['--denied-profile', 'nowhere']],
])(
  '%s of an unknown profile ends with 2 before the start, and says so: %j %j',
  async (source, environment, args) => {
    const { emulator } = await startEmulator({ now: Date.now });
    const config = join(await temporaryDirectory(), 'config');
    await writeFile(config, '[profile team]\nregion = us-east-1\n');
    const running = new RunningProcess(main, ['--endpoint', emulator.url, ...args], {
      AWS_CONFIG_FILE: config,
      AWS_SHARED_CREDENTIALS_FILE: config,
      ...environment,
    });
    const { code, stderr } = await running.exit();
    expect(code).toBe(2);
    expect(stderr).toMatch(
      new RegExp(`^${source} names the profile nowhere, which is unknown here`),
    );
    expect(emulator.calls).toEqual([]);
  },
);

it('an AWS_PROFILE that is empty is none', async () => {
  const args = ['--endpoint', 'http://127.0.0.1:9'];
  const { stderr } = await new RunningProcess(main, args, { AWS_PROFILE: '' }).exit();
  expect(stderr).toContain('Secrets Manager does not answer: ECONNREFUSED');
});

it('a difference is shown without colours, as a whole', async () => {
  const server = createServer((_, response) =>
    response.end('{"ARN":"a","Name":"b","SecretList":[],"VersionStages":["OTHER"]}'),
  );
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('it has a port');
  const args = ['--endpoint', `http://127.0.0.1:${address.port}`];
  const running = new RunningProcess(main, args, { FORCE_COLOR: '1' });
  await running.printed(/^✗ .*\n.*\n.*\n/m, 'stderr');
  running.signal('SIGINT');
  const { stdout, stderr } = await running.exit();
  const shown = "Expected values to be strictly equal: + actual - expected + undefined - 'empty'";
  expect(stderr).toContain(shown);
  expect(JSON.parse(stdout).cases[0].problem).toContain(shown);
});
